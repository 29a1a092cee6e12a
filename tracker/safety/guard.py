"""The only door to a stage that moves.

The guard holds the driver and has the last word on every velocity. It believes nobody: a command
may be unreadable, rest on an old frame or on one from the future, come too often or not at all;
positions may stop coming. Whatever is in doubt, the stage stands.

One thread of one process uses a guard: it asks for positions through it (`ask`, `answer`), hands
every post to `obey` and calls `check` on every turn, at least every `LONGEST_TURN_S`.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from hardware.clock import Clock
from hardware.stage import Stage
from hardware.types import StageLimits, StageState, Vec2
from tracker.config import SafetyConfig
from tracker.messages import Command, GuardAction, GuardedCommand
from tracker.safety import deadman
from tracker.safety.clamp import Situation, Whereabouts, clamp
from tracker.safety.coasting import coasting_share

# A velocity may change by as much as this long a pause allows, however long the pause really was.
LONGEST_SLEW_S = 0.05
# `check` comes at least so often; silence may go unnoticed for as long.
LONGEST_TURN_S = 0.01
# A stage that has not said for so long where it is might be anywhere.
OLDEST_POSITION_S = 0.2
HALT_SEQUENCE = -1


def stage_limits(safety: SafetyConfig) -> StageLimits:
    """Return what config.yaml allows a stage to be asked for."""
    return StageLimits(
        lower_um=np.array(safety.lower_um),
        upper_um=np.array(safety.upper_um),
        max_speed_um_s=safety.max_speed_um_s,
        max_acceleration_um_s2=safety.max_acceleration_um_s2,
    )


class Guard:
    """A stage that can only be moved safely. It is halted when it is taken in charge."""

    def __init__(
        self,
        stage: Stage,
        limits: StageLimits,
        *,
        deadman_s: float,
        coast_s: float,
        clock: Clock,
    ) -> None:
        self._stage = stage
        self._limits = limits
        self._coast_s = coast_s
        self._clock = clock
        self._deadman = deadman.DeadMan(deadman_s=deadman_s)
        self._place: StageState | None = None
        self._last_um_s = np.zeros(2)
        self._last_s = clock.now_s()
        # What was lately sent, each with when it may still have been in force.
        self._lately: deque[tuple[float, Vec2]] = deque(maxlen=64)
        stage.stop()

    @property
    def can_interrupt(self) -> bool:
        """Whether a command may be obeyed while a position reply is outstanding."""
        return self._stage.can_interrupt

    @property
    def wait_handle(self) -> int | None:
        """A file descriptor that becomes readable when a reply comes; None if there is none."""
        return self._stage.wait_handle

    @property
    def command_delay_s(self) -> float:
        """Seconds from writing a velocity to the stage acting on it."""
        return self._stage.command_delay_s

    @property
    def is_stopped(self) -> bool:
        """Whether the operator's stop holds."""
        return self._deadman.is_stopped

    @property
    def may_move(self) -> bool:
        """Whether neither the operator's stop nor the dead-man's latch holds the stage."""
        return self._deadman.may_move

    def ask(self) -> None:
        """Send the question where the stage is."""
        self._stage.ask()

    def answer(self) -> StageState | None:
        """Take the reply if it is whole, and remember where the stage is.

        Raises:
            LinkTimeoutError: no reply before the deadline; ask again.
            UnreadableError: what came is not a reply; ask again.
            LinkLostError: the port is gone.
        """
        state = self._stage.answer()
        if state is not None and np.isfinite(state.position_um).all():
            self._place = state
        return state

    def obey(self, command: Command) -> GuardedCommand:
        """Send as much of a command as is safe, and say what that was.

        A command that rests on a stale frame is not obeyed: what was sent before stands until
        a fresh one comes, or until the dead-man's switch halts the stage.

        Raises:
            LinkLostError: the port is gone.
        """
        now_s, deadman_s = self._clock.now_s(), self._deadman.deadman_s
        self._deadman = deadman.hear(self._deadman, command.frame_t_s, now_s)
        if self._deadman.is_stopped:
            return self._report(command, GuardAction.STOPPED)
        if not deadman.is_fresh(command.frame_t_s, now_s, deadman_s=deadman_s):
            return self._report(command, GuardAction.DEADMAN)
        situation = self._situation(command, now_s)
        allowed_um_s, action = clamp(command.velocity_um_s, situation, self._limits)
        self._remember(self._stage.set_velocity(allowed_um_s), now_s)
        return self._report(command, action)

    def check(self) -> GuardedCommand | None:
        """Halt where silence demands it; return the halt, once for each.

        Raises:
            LinkLostError: the port is gone; the halt is tried again on the next call.
        """
        now_s = self._clock.now_s()
        later = deadman.elapse(self._deadman, now_s)
        if later.is_latched and not self._deadman.is_latched:
            halt = self._halt(GuardAction.DEADMAN)
            self._deadman = later
            return halt
        if self._last_um_s.any() and not self._is_placed(now_s):
            return self._halt(GuardAction.UNPLACED)
        return None

    def stop(self) -> GuardedCommand:
        """Halt for the operator; nothing moves until `release` and a fresh command.

        Raises:
            LinkLostError: the port is gone.
        """
        self._deadman = deadman.stop(self._deadman)
        return self._halt(GuardAction.STOPPED)

    def release(self) -> None:
        """Lift the operator's stop."""
        self._deadman = deadman.release(self._deadman)

    def close(self) -> None:
        """Halt, and let the port go. Safe to call twice."""
        self._deadman = deadman.stop(self._deadman)
        self._stage.close()

    def _situation(self, command: Command, now_s: float) -> Situation:
        return Situation(
            last_um_s=self._last_um_s,
            since_s=min(now_s - self._last_s, LONGEST_SLEW_S),
            share=coasting_share(now_s - command.seen_s, coast_s=self._coast_s),
            ahead_s=self._deadman.deadman_s + LONGEST_TURN_S + self._stage.command_delay_s,
            whereabouts=self._whereabouts(now_s),
        )

    def _is_placed(self, now_s: float) -> bool:
        return self._place is not None and now_s - self._place.t_s <= OLDEST_POSITION_S

    def _whereabouts(self, now_s: float) -> Whereabouts | None:
        """Say where the stage may be once it acts on what is sent now.

        Since it was last read it may have gone with any velocity that has been in force.
        """
        if self._place is None or not self._is_placed(now_s):
            return None
        delay_s = self._stage.command_delay_s
        since_read_s = max(now_s - self._place.t_s, 0.0) + delay_s
        velocities_um_s = [self._last_um_s, np.zeros(2)]
        velocities_um_s += [v for until_s, v in self._lately if until_s >= self._place.t_s]
        return Whereabouts(
            lowest_um=self._place.position_um + np.min(velocities_um_s, axis=0) * since_read_s,
            highest_um=self._place.position_um + np.max(velocities_um_s, axis=0) * since_read_s,
        )

    def _halt(self, action: GuardAction) -> GuardedCommand:
        self._stage.stop()
        now_s = self._clock.now_s()
        self._remember(np.zeros(2), now_s)
        return GuardedCommand(
            sequence=HALT_SEQUENCE,
            posted_s=float("nan"),
            written_s=now_s,
            acts_s=now_s + self._stage.command_delay_s,
            asked_um_s=np.zeros(2),
            sent_um_s=np.zeros(2),
            action=action,
        )

    def _remember(self, sent_um_s: Vec2, now_s: float) -> None:
        # The velocity before this one dies away over the delay, and as long again for the ramp.
        until_s = now_s + 2.0 * self._stage.command_delay_s + LONGEST_SLEW_S
        self._lately.append((until_s, self._last_um_s))
        self._last_um_s, self._last_s = sent_um_s.copy(), now_s

    def _report(self, command: Command, action: GuardAction) -> GuardedCommand:
        written_s = self._clock.now_s()
        return GuardedCommand(
            sequence=command.sequence,
            posted_s=command.t_s,
            written_s=written_s,
            acts_s=written_s + self._stage.command_delay_s,
            asked_um_s=command.velocity_um_s,
            sent_um_s=self._last_um_s,
            action=action,
        )
