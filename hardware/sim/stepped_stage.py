"""The simulated stage without a serial port: a driver's face on the mechanics, in stepped time.

The wire is kept, as times: a velocity takes 26 bytes to be there, a position 18 bytes to be asked
for and 26 to come back.
"""

from __future__ import annotations

import numpy as np

from hardware.clock import Clock
from hardware.errors import LinkTimeoutError, UnreadableError
from hardware.sim.dynamics import SimulatedMechanics
from hardware.sim.world import FaultKind, World
from hardware.types import StageLimits, StageState, Vec2

_BITS_A_BYTE = 10
_COMMAND_BYTES, _QUESTION_BYTES, _REPLY_BYTES = 26, 18, 26
_DEADLINE_S = 0.05


class SteppedStage:
    """Fulfils `hardware.stage.Stage`; the clock is moved by whoever steps the rig."""

    def __init__(
        self, world: World, limits: StageLimits, clock: Clock, *, start_um: tuple[float, float]
    ) -> None:
        dynamics = world.scenario.stage
        self.mechanics = SimulatedMechanics(dynamics, start_um=start_um)
        self._world = world
        self._limits = limits
        self._clock = clock
        self._count_um = dynamics.count_um
        self._lag_s = dynamics.lag_s
        self._byte_s = _BITS_A_BYTE / dynamics.baud
        self._asked_s: float | None = None

    @property
    def limits(self) -> StageLimits:
        """What this stage was opened with."""
        return self._limits

    @property
    def can_interrupt(self) -> bool:
        """Velocities have no reply: they may be written at any time."""
        return True

    @property
    def command_delay_s(self) -> float:
        """Wire and servo lag."""
        return _COMMAND_BYTES * self._byte_s + self._lag_s

    @property
    def wait_handle(self) -> None:
        """Nothing to wait on: time is stepped."""
        return

    @property
    def exchange_s(self) -> float:
        """Seconds from asking for the position to the whole reply."""
        return (_QUESTION_BYTES + _REPLY_BYTES) * self._byte_s

    def ask(self) -> None:
        """Send the question where the stage is."""
        self._asked_s = self._clock.now_s()

    def answer(self) -> StageState | None:
        """Return the position when the reply's last byte is here.

        Raises:
            LinkTimeoutError: a fault silences the controller, and the deadline is past.
            UnreadableError: a fault garbled the reply.
        """
        now_s = self._clock.now_s()
        if self._asked_s is None:
            return None
        read_s = self._asked_s + _QUESTION_BYTES * self._byte_s
        if self._fault("serial_silence", read_s) or self._fault("stall", read_s):
            if now_s - self._asked_s < _DEADLINE_S:
                return None
            self._asked_s = None
            raise LinkTimeoutError(f"no reply within {_DEADLINE_S * 1e3:.0f} ms")
        if now_s < self._asked_s + self.exchange_s:
            return None
        self._asked_s = None
        if self._fault("garbled_replies", read_s):
            raise UnreadableError("not a reply to a position query", reply=b"\xff")
        counts = [self.mechanics.encoder_counts(axis, read_s) for axis in (0, 1)]
        return StageState(t_s=read_s, position_um=np.array(counts) * self._count_um)

    def set_velocity(self, velocity_um_s: Vec2) -> Vec2:
        """Steer; a stalled controller hears nothing."""
        now_s = self._clock.now_s()
        if self._fault("stall", now_s):
            return velocity_um_s
        return self.mechanics.set_velocity(now_s + _COMMAND_BYTES * self._byte_s, velocity_um_s)

    def stop(self) -> None:
        """Halt both axes."""
        self.set_velocity(np.zeros(2))

    def close(self) -> None:
        """Halt."""
        self.stop()

    def _fault(self, kind: FaultKind, t_s: float) -> bool:
        return self._world.fault_is_on(kind, t_s)
