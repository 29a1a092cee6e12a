"""The simulated stage: axes that take commands and can say where they are at any time.

Axes 0 and 1 are the stage's, axis 2 (`FOCUS`) is the focus drive.

A command is a moment and a wish; it acts `lag_s` later, from whatever the axis is then doing,
and pre-empts what was wished before. Encoders sit on the motors, so backlash is hidden from
them, as it is on a stage without linear scales.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from hardware.sim.axis import AtVelocity, Axis, Goal, Phase, ToPosition, phase_at, plan
from hardware.sim.play import Path, after_backlash
from hardware.sim.scenario import FocusDynamics, StageDynamics
from hardware.types import Vec2

FOCUS = 2
_KEPT_S = 1.0
_LONG_AGO_S = -1e9


@dataclass(frozen=True, slots=True)
class Motion:
    """What one command makes of an axis: the motor's path and the path of what it carries."""

    motor: Path
    load: Path

    @property
    def starts_s(self) -> float:
        """When the command acts."""
        return self.motor.starts_s


MotionListener: TypeAlias = Callable[[int, Motion], None]


class SimulatedAxis:
    """One axis: the motions of the last second, the newest perhaps not yet begun."""

    def __init__(self, dynamics: StageDynamics, axis: int, *, start_um: float) -> None:
        self._dynamics = dynamics
        self._axis = axis
        self._bounds = Axis(
            acceleration_um_s2=dynamics.acceleration_um_s2,
            max_speed_um_s=dynamics.max_speed_um_s,
            lower_um=dynamics.lower_um[axis],
            upper_um=dynamics.upper_um[axis],
        )
        rest = Path((Phase(_LONG_AGO_S, start_um, 0.0, 0.0),), start_um, 0.0)
        self._motions = [Motion(rest, rest)]
        self._told_s = _LONG_AGO_S

    @property
    def newest(self) -> Motion:
        """The motion that the last command makes."""
        return self._motions[-1]

    @property
    def dynamics(self) -> StageDynamics:
        """The mechanics that it was made with."""
        return self._dynamics

    def run_at(self, t_s: float, velocity_um_s: float) -> float:
        """Take a velocity at `t_s`; return what it is in whole units of the controller."""
        unit_um_s = self._dynamics.velocity_unit_um_s
        whole_um_s = round(velocity_um_s / unit_um_s) * unit_um_s
        self._begin(t_s, AtVelocity(whole_um_s))
        return whole_um_s

    def move_by(self, t_s: float, delta_um: float) -> None:
        """Take a relative move at `t_s`; it counts from where the motor is when it acts."""
        here_um = phase_at(self.newest.motor.phases, t_s + self._dynamics.lag_s).position_um
        self._begin(t_s, ToPosition(here_um + delta_um))

    def move_to(self, t_s: float, position_um: float) -> None:
        """Take an absolute move at `t_s`."""
        self._begin(t_s, ToPosition(position_um))

    def bound(self, lower_um: float, upper_um: float) -> None:
        """Keep to tighter limits than the mechanics' own, from the next command on."""
        own = self._dynamics
        self._bounds = replace(
            self._bounds,
            lower_um=max(lower_um, own.lower_um[self._axis]),
            upper_um=min(upper_um, own.upper_um[self._axis]),
        )

    def at(self, t_s: float) -> Motion:
        """Return the motion that is going on at `t_s`."""
        for motion in reversed(self._motions):
            if motion.starts_s <= t_s:
                return motion
        return self._motions[0]

    def _begin(self, t_s: float, goal: Goal) -> None:
        if t_s < self._told_s:
            raise ValueError(f"commands cannot go back from {self._told_s:.6f} s to {t_s:.6f} s")
        self._told_s = t_s
        acts_s, before = t_s + self._dynamics.lag_s, self.newest
        motor = plan(phase_at(before.motor.phases, acts_s)._replace(starts_s=acts_s),
                     goal, self._bounds)  # fmt: skip
        load = motor
        if self._dynamics.backlash_um > 0.0:
            load_um = phase_at(before.load.phases, acts_s).position_um
            load = after_backlash(motor, load_um, self._dynamics.backlash_um)
        settle_s = self._dynamics.settle_s
        self._motions.append(
            Motion(
                Path(motor, before.motor.position_um(acts_s), settle_s),
                Path(load, before.load.position_um(acts_s), settle_s),
            )
        )
        while len(self._motions) > 2 and self._motions[1].starts_s < t_s - _KEPT_S:
            del self._motions[0]


class SimulatedMechanics:
    """Stage and focus without a controller: commands with times in, positions at any time out.

    `t_s` of a command is when the controller has it. Commands come in the order of time;
    positions may be asked for any time from one second before the last command.
    """

    def __init__(
        self,
        dynamics: StageDynamics,
        *,
        start_um: tuple[float, float] = (0.0, 0.0),
        focus: FocusDynamics | None = None,
        tell: MotionListener | None = None,
    ) -> None:
        self._axes = (
            SimulatedAxis(dynamics, 0, start_um=start_um[0]),
            SimulatedAxis(dynamics, 1, start_um=start_um[1]),
            SimulatedAxis(_as_axis(focus or FocusDynamics()), 0, start_um=0.0),
        )
        self._tell = tell

    def set_velocity(self, t_s: float, velocity_um_s: Vec2) -> Vec2:
        """Steer both axes; return the velocity in whole units of the controller.

        Raises:
            ValueError: an earlier command is later than this one.
        """
        return np.array([self.run_axis(axis, t_s, float(velocity_um_s[axis])) for axis in (0, 1)])

    def halt(self, t_s: float) -> None:
        """Bring the stage's axes to rest, as fast as they may slow down."""
        self.set_velocity(t_s, np.zeros(2))

    def move_by(self, t_s: float, delta_um: Vec2) -> None:
        """Go a way and come to rest."""
        for axis in (0, 1):
            self.move_axis(axis, t_s, float(delta_um[axis]))

    def run_axis(self, axis: int, t_s: float, velocity_um_s: float) -> float:
        """Steer one axis; return the velocity in whole units of the controller."""
        whole_um_s = self._axes[axis].run_at(t_s, velocity_um_s)
        self._publish(axis)
        return whole_um_s

    def move_axis(self, axis: int, t_s: float, delta_um: float) -> None:
        """Let one axis go a way and come to rest."""
        self._axes[axis].move_by(t_s, delta_um)
        self._publish(axis)

    def move_axis_to(self, axis: int, t_s: float, position_um: float) -> None:
        """Let one axis go to a place and come to rest."""
        self._axes[axis].move_to(t_s, position_um)
        self._publish(axis)

    def bound_axis(self, axis: int, lower_um: float, upper_um: float) -> None:
        """Keep one axis to tighter limits, from its next command on."""
        self._axes[axis].bound(lower_um, upper_um)

    def stage_um(self, t_s: float) -> Vec2:
        """Return where the stage really is at `t_s`."""
        return np.array([axis.at(t_s).load.position_um(t_s) for axis in self._axes[:FOCUS]])

    def focus_um(self, t_s: float) -> float:
        """Return where the focus drive really is at `t_s`."""
        return self._axes[FOCUS].at(t_s).load.position_um(t_s)

    def velocity_um_s(self, t_s: float) -> Vec2:
        """Return how fast the stage really is at `t_s`."""
        return np.array([self.axis_um_s(axis, t_s) for axis in (0, 1)])

    def axis_um_s(self, axis: int, t_s: float) -> float:
        """Return how fast one axis really is at `t_s`."""
        return self._axes[axis].at(t_s).load.velocity_um_s(t_s)

    def dynamics(self, axis: int) -> StageDynamics:
        """Return the mechanics of one axis."""
        return self._axes[axis].dynamics

    def encoder_counts(self, axis: int, t_s: float) -> int:
        """Return what the encoder of an axis reads at `t_s`."""
        motor_um = self._axes[axis].at(t_s).motor.position_um(t_s)
        return round(motor_um / self.dynamics(axis).count_um)

    def _publish(self, axis: int) -> None:
        if self._tell is not None:
            self._tell(axis, self._axes[axis].newest)


def _as_axis(focus: FocusDynamics) -> StageDynamics:
    """Return the dynamics that an axis of a stage like this drive would have."""
    return StageDynamics(
        max_speed_um_s=focus.max_speed_um_s,
        acceleration_um_s2=focus.acceleration_um_s2,
        lag_s=focus.lag_s,
        count_um=focus.count_um,
        lower_um=(focus.lower_um, focus.lower_um),
        upper_um=(focus.upper_um, focus.upper_um),
    )
