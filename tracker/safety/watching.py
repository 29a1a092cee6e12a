"""What the guard watches beside each command: a head that runs away, a stage that is pushed.

Both end in a hold, with a line that says why and what to look at.
"""

from __future__ import annotations

import numpy as np

from hardware.types import StageState
from tracker.messages import Command
from tracker.safety.pushing import WITHIN_S, PushWatch
from tracker.safety.runaway import RunawayWatch, Seen
from tracker.safety.sent import SentVelocities

# After a pause in the positions a velocity may still be in force that was thought replaced, and
# the estimate needs a moment to find back.
LONGEST_PAUSE_S = 0.06
SETTLES_WITHIN_S = 0.5

_RUNAWAY_REMEDY = (
    "the stage is held until t is pressed; is the calibration's matrix mirrored or turned, does "
    "the stage slip, or is the animal faster than safety.max_speed_um_s?"
)
_PUSH_REMEDY = (
    "tracking is paused until t is pressed; a joystick, a hand, something in its way, or a wrong "
    "rig.stage.velocity_unit_um_s?"
)


class Watches:
    """Both of them, to be asked after each command and each position."""

    def __init__(self, *, unexplained_um: float | None) -> None:
        self._unexplained_um = unexplained_um
        self._runaway, self._push = RunawayWatch(), PushWatch()
        self._is_pushed = False
        self._placed_s = float("nan")
        self._quiet_until_s = float("-inf")

    @property
    def unexplained_um(self) -> float:
        """How far off the stage is from where it was sent, by the last position."""
        return self._push.unexplained_um

    def forget(self) -> None:
        """Begin anew: the stage was halted."""
        self._runaway.forget()
        self._push.forget()
        self._is_pushed = False

    def was_held_back(self) -> None:
        """The stage was not let after the head: that the error grows says nothing."""
        self._runaway.forget()

    def see_position(self, state: StageState, sent: SentVelocities, *, is_ours: bool) -> None:
        """Take note of where the stage is; while it is not ours to move, anybody may."""
        if state.t_s - self._placed_s > LONGEST_PAUSE_S:
            self._quiet_until_s = state.t_s + SETTLES_WITHIN_S
        self._placed_s = state.t_s
        if not is_ours or state.t_s < self._quiet_until_s:
            self.forget()
        elif self._unexplained_um is not None:
            self._is_pushed = self._push.see(state, sent, most_um=self._unexplained_um)

    def why_pushed(self) -> str:
        """Return why tracking must pause; nothing where it need not."""
        if not self._is_pushed:
            return ""
        return (
            f"the stage is {self._push.unexplained_um:.0f} um from where anything that was sent "
            f"within {WITHIN_S:g} s can have brought it: {_PUSH_REMEDY}"
        )

    def why_runaway(self, command: Command, place: StageState | None) -> str:
        """Take note of what a command rests on; return why it must not be followed, if so."""
        if place is None or not np.isfinite(command.off_um).all():
            return ""
        frame_t_s = command.frame_t_s
        if frame_t_s < self._quiet_until_s or frame_t_s - place.t_s > LONGEST_PAUSE_S:
            return ""
        seen = Seen(t_s=frame_t_s, off_um=command.off_um, stage_um=place.position_um)
        why = self._runaway.see(seen)
        return f"{why}: {_RUNAWAY_REMEDY}" if why else ""
