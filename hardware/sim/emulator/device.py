"""An emulated controller of a stage and a focus drive, whatever language it speaks.

Mechanics, and the controller's own idea of where zero is. Languages (`mac6000`) turn their
bytes into calls of this; times are host seconds, and no call may lie before the last.
"""

from __future__ import annotations

from hardware.sim.dynamics import FOCUS, MotionListener, SimulatedMechanics
from hardware.sim.scenario import FocusDynamics, StageDynamics

AXES = (0, 1, FOCUS)
_SOON_S = 0.001


class EmulatedStage:
    """Axes 0 and 1 of a stage, and 2, a focus drive, in the controller's own units."""

    def __init__(
        self,
        dynamics: StageDynamics,
        *,
        focus: FocusDynamics | None = None,
        tell: MotionListener | None = None,
    ) -> None:
        self.dynamics = dynamics
        self.mechanics = SimulatedMechanics(dynamics, focus=focus, tell=tell)
        self._velocity_unit_um_s = dynamics.velocity_unit_um_s
        self._zero_counts = [0 for _ in AXES]

    def run(self, axis: int, t_s: float, velocity_units: int) -> None:
        """Let an axis run at a velocity until told otherwise."""
        self.mechanics.run_axis(axis, t_s, velocity_units * self._velocity_unit_um_s)

    def run_um_s(self, axis: int, t_s: float, velocity_um_s: float) -> None:
        """Let an axis run at a velocity, in whole units of the controller."""
        self.mechanics.run_axis(axis, t_s, velocity_um_s)

    def move(self, axis: int, t_s: float, delta_um: float) -> None:
        """Let an axis go a way and come to rest."""
        self.mechanics.move_axis(axis, t_s, delta_um)

    def move_to(self, axis: int, t_s: float, position_um: float) -> None:
        """Let an axis go to a place, as the controller names places, and come to rest."""
        zero_um = self._zero_counts[axis] * self.mechanics.dynamics(axis).count_um
        self.mechanics.move_axis_to(axis, t_s, position_um + zero_um)

    def halt(self, axis: int, t_s: float) -> None:
        """Bring an axis to rest."""
        self.mechanics.run_axis(axis, t_s, 0.0)

    def is_moving(self, axis: int, t_s: float) -> bool:
        """Say whether an axis moves, or is about to obey."""
        soon_s = t_s + self.mechanics.dynamics(axis).lag_s + _SOON_S
        return any(self.mechanics.axis_um_s(axis, when_s) != 0.0 for when_s in (t_s, soon_s))

    def position_counts(self, axis: int, t_s: float) -> int:
        """Return what the controller says when asked where an axis is."""
        return self.mechanics.encoder_counts(axis, t_s) - self._zero_counts[axis]

    def call_position(self, axis: int, t_s: float, counts: int) -> None:
        """Give the present place of an axis a new name."""
        self._zero_counts[axis] = self.mechanics.encoder_counts(axis, t_s) - counts

    def position_um(self, axis: int, t_s: float) -> float:
        """Return where the controller believes an axis to be."""
        return self.position_counts(axis, t_s) * self.mechanics.dynamics(axis).count_um

    def call_position_um(self, axis: int, t_s: float, position_um: float) -> None:
        """Give the present place of an axis a new name."""
        self.call_position(axis, t_s, round(position_um / self.mechanics.dynamics(axis).count_um))

    def hold_limits_um(self, axis: int, lower_um: float, upper_um: float) -> None:
        """Let the controller itself keep an axis between two places, from the next command on."""
        zero_um = self._zero_counts[axis] * self.mechanics.dynamics(axis).count_um
        self.mechanics.bound_axis(axis, lower_um + zero_um, upper_um + zero_um)
