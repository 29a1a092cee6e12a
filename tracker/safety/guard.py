"""The only door to a stage that moves.

The guard holds the driver and has the last word on every velocity. It believes nobody: a command
may be unreadable, rest on an old frame or on one from the future, come too often or not at all;
positions may stop coming, or say that somebody else moves the stage; the head may run away from
it. Whatever is in doubt, the stage stands. Who may move it is `tracker.safety.states`.

One thread of one process uses a guard: it asks for positions through it (`ask`, `answer`), hands
every post to `obey` and calls `check` on every turn, at least every `LONGEST_TURN_S`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hardware.clock import Clock
from hardware.stage import Stage
from hardware.types import StageLimits, StageState, Vec2
from tracker.config import SafetyConfig
from tracker.messages import Command, GuardAction, GuardedCommand
from tracker.safety import deadman
from tracker.safety.clamp import Situation, Whereabouts, clamp
from tracker.safety.coasting import coasting_share
from tracker.safety.keep_out import Zone, zones
from tracker.safety.limits import braking_um
from tracker.safety.sent import SentVelocities
from tracker.safety.states import HELD, Event, State
from tracker.safety.watching import Watches

# A velocity may change by as much as this long a pause allows, however long the pause really was.
LONGEST_SLEW_S = 0.05
# `check` comes at least so often; silence may go unnoticed for as long.
LONGEST_TURN_S = 0.01
# A stage that has not said for so long where it is might be anywhere.
OLDEST_POSITION_S = 0.2
HALT_SEQUENCE = -1

_HOLDS = {
    State.STOPPED: GuardAction.STOPPED,
    State.RUNAWAY: GuardAction.RUNAWAY,
    State.PUSHED: GuardAction.PUSHED,
    State.ENDED: GuardAction.STOPPED,
}
# What keeps the stage from following is no sign of a runaway.
_OURS = GuardAction.TRAVEL | GuardAction.KEEP_OUT | GuardAction.UNPLACED


def stage_limits(safety: SafetyConfig) -> StageLimits:
    """Return what config.yaml allows a stage to be asked for."""
    return StageLimits(
        lower_um=np.array(safety.lower_um),
        upper_um=np.array(safety.upper_um),
        max_speed_um_s=safety.max_speed_um_s,
        max_acceleration_um_s2=safety.max_acceleration_um_s2,
    )


def take_charge(stage: Stage, safety: SafetyConfig, clock: Clock) -> Guard:
    """Return the guard of an opened stage, as config.yaml wants it; the stage is halted."""
    return Guard(
        stage,
        stage_limits(safety),
        deadman_s=safety.deadman_s,
        coast_s=safety.coast_s,
        clock=clock,
        keep_out=zones(safety.keep_out),
        search_um_s=safety.search.speed_um_s if safety.search else None,
        unexplained_um=safety.unexplained_um,
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
        keep_out: Sequence[Zone] = (),
        search_um_s: float | None = None,
        unexplained_um: float | None = None,
    ) -> None:
        self._stage = stage
        self._limits = limits
        self._coast_s = coast_s
        self._clock = clock
        self._keep_out = keep_out
        self._search_um_s = search_um_s
        self._watches = Watches(unexplained_um=unexplained_um)
        self._deadman = deadman.DeadMan(deadman_s=deadman_s)
        self._place: StageState | None = None
        self._sent = SentVelocities(stage.command_delay_s, clock.now_s())
        self._held_because = ""
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
    def may_move(self) -> bool:
        """Whether commands are obeyed."""
        return self._deadman.may_move

    @property
    def held_because(self) -> str:
        """Why the guard itself holds the stage until it is released; empty where it does not."""
        return self._held_because

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
            self._watches.see_position(state, self._sent, is_ours=self.may_move)
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
        if self._deadman.state in HELD:
            return self._report(command, _HOLDS[self._deadman.state])
        if not deadman.is_fresh(command.frame_t_s, now_s, deadman_s=deadman_s):
            return self._report(command, GuardAction.DEADMAN)
        if why := self._watches.why_runaway(command, self._place):
            self._hold(Event.RUNS_AWAY, why)
            return self._report(command, GuardAction.RUNAWAY)
        allowed_um_s, action = self._clamp(command, now_s)
        self._sent.remember(self._stage.set_velocity(allowed_um_s), now_s)
        if action & _OURS:
            self._watches.was_held_back()
        return self._report(command, action)

    def check(self) -> GuardedCommand | None:
        """Halt where silence demands it; return the halt, once for each.

        Raises:
            LinkLostError: the port is gone; the halt is tried again on the next call.
        """
        now_s = self._clock.now_s()
        later = deadman.elapse(self._deadman, now_s)
        if self.may_move and not later.may_move:
            halt = self._halt(GuardAction.DEADMAN)
            self._deadman = later
            return halt
        if self.may_move and (why := self._watches.why_pushed()):
            return self._hold(Event.IS_PUSHED, why)
        if not self._sent.is_standing and not self._is_placed(now_s):
            return self._halt(GuardAction.UNPLACED)
        return None

    def stop(self) -> GuardedCommand:
        """Halt for the operator; nothing moves until `release` and a fresh command.

        Raises:
            LinkLostError: the port is gone.
        """
        self._deadman = deadman.happen(self._deadman, Event.STOP)
        return self._halt(GuardAction.STOPPED)

    def release(self) -> None:
        """Take back whatever holds the stage; a fresh command must still come."""
        self._deadman = deadman.happen(self._deadman, Event.RELEASE)
        self._held_because = ""

    def close(self) -> None:
        """Halt, and let the port go. Safe to call twice."""
        self._deadman = deadman.happen(self._deadman, Event.END)
        self._stage.close()

    def _clamp(self, command: Command, now_s: float) -> tuple[Vec2, GuardAction]:
        """Return what of a command may be sent; a search goes at its own speed, if at all."""
        limits, action = self._limits, GuardAction.NONE
        share = coasting_share(now_s - command.seen_s, coast_s=self._coast_s)
        if command.is_search and self._search_um_s is not None:
            limits, share = replace(limits, max_speed_um_s=self._search_um_s), 1.0
            action = GuardAction.SEARCHING
        situation = Situation(
            last_um_s=self._sent.last_um_s,
            since_s=min(now_s - self._sent.last_s, LONGEST_SLEW_S),
            share=share,
            ahead_s=self._deadman.deadman_s + LONGEST_TURN_S + self._stage.command_delay_s,
            whereabouts=self._whereabouts(now_s),
        )
        allowed_um_s, done = clamp(command.velocity_um_s, situation, limits, self._keep_out)
        return allowed_um_s, action | done

    def _hold(self, event: Event, why: str) -> GuardedCommand:
        held = deadman.happen(self._deadman, event)
        halt = self._halt(_HOLDS[held.state])
        self._deadman, self._held_because = held, why
        return halt

    def _is_placed(self, now_s: float) -> bool:
        return self._place is not None and now_s - self._place.t_s <= OLDEST_POSITION_S

    def _whereabouts(self, now_s: float) -> Whereabouts | None:
        """Say where the stage may be once it acts on what is sent now.

        Since it was last read it may have gone with any velocity that has been in force, and has
        that still to brake.
        """
        if self._place is None or not self._is_placed(now_s):
            return None
        delay_s = self._stage.command_delay_s
        since_read_s = max(now_s - self._place.t_s, 0.0) + delay_s
        spread = self._sent.spread(self._place.t_s)
        lowest_um_s = np.minimum(spread.lowest_um_s, 0.0)
        highest_um_s = np.maximum(spread.highest_um_s, 0.0)
        return Whereabouts(
            lowest_um=self._place.position_um + self._way_um(lowest_um_s, since_read_s),
            highest_um=self._place.position_um + self._way_um(highest_um_s, since_read_s),
        )

    def _way_um(self, velocity_um_s: Vec2, seconds: float) -> Vec2:
        return velocity_um_s * seconds + braking_um(
            velocity_um_s, max_acceleration_um_s2=self._limits.max_acceleration_um_s2
        )

    def _halt(self, action: GuardAction) -> GuardedCommand:
        self._stage.stop()
        self._watches.forget()
        now_s = self._clock.now_s()
        self._sent.remember(np.zeros(2), now_s)
        return GuardedCommand(
            sequence=HALT_SEQUENCE,
            posted_s=float("nan"),
            written_s=now_s,
            acts_s=now_s + self._stage.command_delay_s,
            asked_um_s=np.zeros(2),
            sent_um_s=np.zeros(2),
            action=action,
        )

    def _report(self, command: Command, action: GuardAction) -> GuardedCommand:
        written_s = self._clock.now_s()
        return GuardedCommand(
            sequence=command.sequence,
            posted_s=command.t_s,
            written_s=written_s,
            acts_s=written_s + self._stage.command_delay_s,
            asked_um_s=command.velocity_um_s,
            sent_um_s=self._sent.last_um_s,
            action=action,
        )
