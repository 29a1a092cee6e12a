"""The only door to a focus drive that moves.

The guard holds the drive and has the last word on every target. None lies below the floor or above
the ceiling, whatever was asked for, and the drive is led there in short ways: should everything
die that steers it, it stops by itself within `LONGEST_STEP_S` at the greatest speed. It is halted
when it is taken in charge, when it is given up, and whenever something is in doubt.

A drive that says that it stands beyond its limits is held, whoever has brought it there: nothing
moves before it is back, by hand, and the operator has released it.

One thread of one process uses a guard: it asks for heights through it (`ask`, `answer`) and calls
`turn` a few times a second.
"""

from __future__ import annotations

import math

from hardware.clock import Clock
from hardware.errors import ConfigMismatchError
from hardware.focus import Focus, FocusState
from tracker.messages import FocusAction, FocusReport

# A way is as long as the greatest speed allows in this time, however long the pause really was.
LONGEST_STEP_S = 0.2
# A drive that has not said for so long where it is might be anywhere.
OLDEST_HEIGHT_S = 1.0
# Encoders and servos wander a little about a target that lies on the floor itself.
SLACK_UM = 1.0
_CONFIRMED_BY = 2  # heights in a row: a line without checksum loses a digit now and then
_COMES_WITHIN_S = 0.5  # a step's way; where it has not come by then, the target was lost
_FEWEST_STEPS = 1e-9  # of a whole step, that a division may be off


class FocusGuard:
    """A focus drive that can only be moved safely. It is halted when it is taken in charge."""

    def __init__(self, drive: Focus, clock: Clock) -> None:
        self._drive = drive
        self._clock = clock
        limits = drive.limits
        self._limits = limits
        self._lowest = math.ceil(limits.floor_um / drive.step_um - _FEWEST_STEPS)
        self._highest = math.floor(limits.ceiling_um / drive.step_um + _FEWEST_STEPS)
        self._check_steps()
        self._height: FocusState | None = None
        self._goal_um: float | None = None
        self._target_um: float | None = None  # in force
        self._stepped_s = self._sent_s = clock.now_s()
        self._beyond = 0  # heights in a row
        self._is_stopped = False
        self._is_closed = False
        self._held_because = ""
        drive.halt()

    @property
    def shares_line(self) -> bool:
        """Whether the drive must wait for its turn on the stage's own line."""
        return self._drive.shares_line

    @property
    def awaits_reply(self) -> bool:
        """Whether a reply of the drive's is outstanding."""
        return self._drive.awaits_reply

    @property
    def held_because(self) -> str:
        """Why nothing moves until the drive is back within its limits; empty where it may."""
        return self._held_because

    @property
    def may_move(self) -> bool:
        """Whether goals are gone to."""
        return not (self._is_stopped or self._held_because or self._is_closed)

    @property
    def is_below_floor(self) -> bool:
        """Whether the last height lies below the floor: the objective may touch something."""
        return (
            self._beyond > 0
            and self._height is not None
            and (self._height.z_um < self._limits.floor_um)
        )

    def ask(self) -> None:
        """Send the question where the drive is."""
        self._drive.ask()

    def answer(self) -> FocusState | None:
        """Take the reply if it is whole; a height beyond the limits halts the drive.

        Raises:
            LinkTimeoutError, UnreadableError, RefusedError: as the drive does; ask again.
            LinkLostError: the port is gone.
        """
        state = self._drive.answer()
        if state is None or not math.isfinite(state.z_um):
            return None
        self._height = state
        low_um = self._limits.floor_um - SLACK_UM
        high_um = self._limits.ceiling_um + SLACK_UM
        if low_um <= state.z_um <= high_um:
            self._beyond = 0
            return state
        self._beyond += 1
        if self._beyond == _CONFIRMED_BY:
            self._held_because = self._told(state.z_um)
        if self._beyond <= _CONFIRMED_BY:  # not for ever: a halt may stop the stage's axes too
            self.halt()
        return state

    def go_to(self, z_um: float) -> None:
        """Set a goal; what is no number, or comes when nothing may move, sets none."""
        if math.isfinite(z_um) and self.may_move and self._is_placed():
            self._goal_um = min(max(z_um, self._limits.floor_um), self._limits.ceiling_um)

    def jog(self, delta_um: float) -> None:
        """Move the goal by a little; where there is none, from where the drive is."""
        if self._height is not None:
            self.go_to((self._height.z_um if self._goal_um is None else self._goal_um) + delta_um)

    def turn(self) -> bool:
        """Go on towards the goal; return whether a target was sent.

        Raises:
            LinkLostError: the port is gone.
        """
        now_s = self._clock.now_s()
        since_s, self._stepped_s = min(now_s - self._stepped_s, LONGEST_STEP_S), now_s
        if self._goal_um is None or self._height is None:
            return False
        if not (self.may_move and self._is_placed()) or self._beyond:
            self.halt()
            return False
        reach_um = self._limits.max_speed_um_s * max(since_s, 0.0)
        here_um = self._from_um(self._height.z_um)
        way_um = min(max(self._goal_um - here_um, -reach_um), reach_um)
        target_um = self._within(here_um + way_um)
        if target_um == self._target_um:
            if target_um != self._within(self._goal_um):
                self._stepped_s -= since_s  # slower than a step a turn: let it add up
                return False
            if now_s - self._sent_s < _COMES_WITHIN_S:
                return False
            if abs(self._height.z_um - target_um) <= max(SLACK_UM, self._drive.step_um):
                self._goal_um = self._target_um = None  # there; a hand may turn the knob now
                return False
        self._target_um, self._sent_s = target_um, now_s
        self._drive.move_to(target_um)
        return True

    def halt(self) -> None:
        """Stop where it is, and forget the goal.

        Raises:
            LinkLostError: the port is gone, and the halt with it.
        """
        self._goal_um = self._target_um = None
        self._drive.halt()

    def stop(self) -> None:
        """Halt for the operator; nothing moves until `release`."""
        self._is_stopped = True
        self.halt()

    def release(self) -> None:
        """Take the operator's stop back, and a hold if the drive is within its limits again."""
        self._is_stopped = False
        if not self._beyond:
            self._held_because = ""

    def close(self) -> None:
        """Halt, and let the port go. Safe to call twice."""
        self._is_closed = True
        self._goal_um = self._target_um = None
        self._drive.close()

    def report(self, state: FocusState) -> FocusReport:
        """Tell what a height that was answered means for the recording."""
        action = FocusAction.NONE
        if self._is_stopped:
            action |= FocusAction.STOPPED
        if self._held_because:
            action |= FocusAction.HELD
        if self._goal_um is not None and self._goal_um == self._limits.floor_um:
            action |= FocusAction.FLOOR
        if self._goal_um is not None and self._goal_um == self._limits.ceiling_um:
            action |= FocusAction.CEILING
        return FocusReport(
            t_s=state.t_s,
            received_s=self._clock.now_s(),
            z_um=state.z_um,
            goal_um=math.nan if self._goal_um is None else self._goal_um,
            target_um=math.nan if self._target_um is None else self._target_um,
            action=action,
        )

    def _check_steps(self) -> None:
        step_um, limits = self._drive.step_um, self._limits
        if self._lowest > self._highest:
            raise ConfigMismatchError(
                f"rig.focus.floor_um: no step of the drive, {step_um:g} um, lies between "
                f"{limits.floor_um:g} and ceiling_um, {limits.ceiling_um:g}"
            )
        if limits.max_speed_um_s * LONGEST_STEP_S < step_um:
            raise ConfigMismatchError(
                f"rig.focus.max_speed_um_s: expected at least {step_um / LONGEST_STEP_S:g}, a step "
                f"of the drive in {LONGEST_STEP_S:g} s; got {limits.max_speed_um_s:g}"
            )

    def _is_placed(self) -> bool:
        height = self._height
        return height is not None and self._clock.now_s() - height.t_s <= OLDEST_HEIGHT_S

    def _from_um(self, z_um: float) -> float:
        """Return where the next way begins: the last target, unless the drive is elsewhere.

        Somebody may have turned the knob; or a target was lost on the line.
        """
        if self._target_um is None:
            return z_um
        near_um = 2.0 * self._limits.max_speed_um_s * LONGEST_STEP_S + 2.0 * SLACK_UM
        return min(max(self._target_um, z_um - near_um), z_um + near_um)

    def _within(self, z_um: float) -> float:
        """Return the target next to a height that lies within the limits."""
        step_um = self._drive.step_um
        steps = min(max(round(z_um / step_um), self._lowest), self._highest)
        target_um = steps * step_um
        # a product may fall short by a rounding
        return min(max(target_um, self._limits.floor_um), self._limits.ceiling_um)

    def _told(self, z_um: float) -> str:
        limits = self._limits
        key, limit_um, side = (
            ("floor_um", limits.floor_um, "below")
            if z_um < limits.floor_um
            else ("ceiling_um", limits.ceiling_um, "above")
        )
        return (
            f"the focus drive says that it stands at {z_um:.1f} um, {side} rig.focus.{key}, "
            f"{limit_um:.1f}: bring it back by hand, then press t"
        )


def take_charge_of_focus(drive: Focus, clock: Clock) -> FocusGuard:
    """Return the guard of an opened drive; the drive is halted.

    Raises:
        ConfigMismatchError: no target lies within its limits, or none can be reached.
        LinkLostError: the port is gone.
    """
    try:
        return FocusGuard(drive, clock)
    except BaseException:
        drive.close()
        raise
