"""The simulated focus drive without a serial port: a driver's face on the mechanics' third axis.

The wire is kept, as times: an exchange takes about as long as an ASI's at 115200 baud.
"""

from __future__ import annotations

from hardware.clock import Clock
from hardware.focus import FocusLimits, FocusState
from hardware.sim.dynamics import FOCUS, SimulatedMechanics

_STEP_UM = 0.1
_COMMAND_S, _QUESTION_S, _REPLY_S = 0.001, 0.0004, 0.001


class SteppedFocus:
    """Fulfils `hardware.focus.Focus`; the clock is moved by whoever steps the rig."""

    step_um = _STEP_UM
    shares_line = True

    def __init__(self, mechanics: SimulatedMechanics, limits: FocusLimits, clock: Clock) -> None:
        self._mechanics = mechanics
        self._limits = limits
        self._clock = clock
        self._asked_s: float | None = None

    @property
    def limits(self) -> FocusLimits:
        """What this drive was opened with."""
        return self._limits

    @property
    def awaits_reply(self) -> bool:
        """Whether a question is outstanding."""
        return self._asked_s is not None

    def ask(self) -> None:
        """Send the question where the drive is."""
        self._asked_s = self._clock.now_s()

    def answer(self) -> FocusState | None:
        """Return the height when the reply's last byte is here."""
        if self._asked_s is None:
            return None
        read_s = self._asked_s + _QUESTION_S
        if self._clock.now_s() < read_s + _REPLY_S:
            return None
        self._asked_s = None
        counts = self._mechanics.encoder_counts(FOCUS, read_s)
        z_um = counts * self._mechanics.dynamics(FOCUS).count_um
        return FocusState(t_s=read_s, z_um=z_um)

    def move_to(self, z_um: float) -> None:
        """Go to a height."""
        whole_um = round(z_um / _STEP_UM) * _STEP_UM
        self._mechanics.move_axis_to(FOCUS, self._clock.now_s() + _COMMAND_S, whole_um)

    def halt(self) -> None:
        """Stop where it is."""
        self._mechanics.run_axis(FOCUS, self._clock.now_s() + _COMMAND_S, 0.0)

    def hold_limits(self) -> bool:
        """Hold none: there is no controller."""
        return False

    def close(self) -> None:
        """Halt."""
        self.halt()
