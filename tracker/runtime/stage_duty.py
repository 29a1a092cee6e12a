"""What the stage process does on each of its turns: obey, listen, ask, and hold the dead-man.

No waiting and no sockets here, so that stepped time can test it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.clock import Clock
from hardware.errors import LinkTimeoutError, UnreadableError
from hardware.ring import RingReader, RingWriter
from hardware.types import Vec2
from tracker.messages import Command, GuardedCommand, stage_record
from tracker.runtime.command_rhythm import CommandRhythm
from tracker.runtime.focus_duty import FocusDuty
from tracker.safety.guard import HALT_SEQUENCE, OLDEST_POSITION_S, Guard

logger = logging.getLogger(__name__)

_LOOK_ANYWAY_S = 0.02  # to notice that a reply is overdue


@dataclass(slots=True, kw_only=True)
class StageCounts:
    """What has happened on the wire since the start."""

    commands: int = 0
    replies: int = 0
    timeouts: int = 0
    unreadable: int = 0
    halts: int = 0


class StageDuty:
    """One guarded stage, its rings, and the rhythm of its questions."""

    def __init__(
        self,
        guard: Guard,
        *,
        posts: RingReader,
        rows: RingWriter,
        positions: RingWriter,
        clock: Clock,
        period_s: float,
        focus: FocusDuty | None = None,
    ) -> None:
        self.counts = StageCounts()
        self.answered_s = clock.now_s()
        self.speed_um_s = float("nan")  # between the last two answers
        self._guard = guard
        self._posts, self._rows, self._positions = posts, rows, positions
        self._clock = clock
        self._period_s = period_s
        self._focus = focus
        self._ask_at_s = clock.now_s()
        self._is_asked, self._asked_s = False, self._ask_at_s
        self._is_postponed = False
        self._rhythm = CommandRhythm()
        self._look_at_s = self._ask_at_s
        self._last: tuple[float, NDArray[np.float64]] | None = None

    @property
    def is_asked(self) -> bool:
        """Whether a reply is outstanding."""
        return self._is_asked

    @property
    def ask_at_s(self) -> float:
        """When the next question is due."""
        return self._ask_at_s

    def turn(self, *, may_listen: bool = True) -> None:
        """Write the newest post, take a reply, ask if it is time, halt if it is quiet.

        Where nothing is known to have come, the port is only looked at now and then.

        Raises:
            LinkLostError: the port is gone.
        """
        if not self._is_asked or self._guard.can_interrupt:
            self._obey_newest()
        if self._is_asked:
            if may_listen or self._clock.now_s() >= self._look_at_s:
                self._listen()
        else:
            if may_listen:
                self._listen()  # a reply to a command, for which the next one may be waiting
            if self._focus is not None and self._focus.is_overdue:
                self._see_to_focus(self._focus)  # before the stage is asked, for once
            if self._clock.now_s() >= self._ask_at_s and not self._is_focus_talking:
                self._ask_unless_a_command_is_due()
        halt = self._guard.check()
        if halt is not None:
            self.note(halt)
        if self._focus is not None:
            self._see_to_focus(self._focus)

    @property
    def stage_um(self) -> Vec2 | None:
        """Where the stage is; None where it has not said so lately."""
        if self._last is None or self._clock.now_s() - self._last[0] > OLDEST_POSITION_S:
            return None
        return self._last[1]

    @property
    def _is_focus_talking(self) -> bool:
        focus = self._focus
        return focus is not None and focus.shares_line and focus.awaits_reply

    def _see_to_focus(self, focus: FocusDuty) -> None:
        """Let the focus drive talk: on the stage's line only between questions and commands."""
        has_room = not self._is_asked and self._rhythm.has_room(self._clock.now_s())
        focus.turn(
            may_talk=has_room or not focus.shares_line,
            stage_um=self.stage_um if self._guard.may_move else None,
        )

    def note(self, made: GuardedCommand) -> None:
        """Tell what the guard made of a command, or a halt of its own."""
        self._rows.append(*stage_record(made))
        if made.sequence == HALT_SEQUENCE:
            self.counts.halts += 1
            logger.info("stage halted: %s", made.action.name)
        else:
            self.counts.commands += 1

    def _obey_newest(self) -> None:
        """Hand the last post to the guard; older ones have been overtaken by it."""
        if not self._posts.waiting:
            return
        waiting = self._posts.take().rows
        if waiting.size:
            self.note(self._guard.obey(_command(waiting[-1:])))
            now_s = self._clock.now_s()
            self._rhythm.commanded(now_s)
            if self._is_postponed:
                self._ask_at_s, self._is_postponed = now_s, False

    def _ask_unless_a_command_is_due(self) -> None:
        now_s = self._clock.now_s()
        wait_s = 0.0 if self._guard.can_interrupt else self._rhythm.must_wait_s(now_s)
        self._is_postponed = wait_s > 0.0
        if self._is_postponed:
            self._ask_at_s = now_s + wait_s
        else:
            self._ask()

    def _ask(self) -> None:
        now_s = self._clock.now_s()
        self._guard.ask()
        self._is_asked, self._asked_s = True, now_s
        self._look_at_s = now_s + _LOOK_ANYWAY_S
        # A late turn does not shift those that follow, but missed ones are not made up for.
        self._ask_at_s = max(self._ask_at_s + self._period_s, now_s + 0.5 * self._period_s)

    def _listen(self) -> None:
        self._look_at_s = self._clock.now_s() + _LOOK_ANYWAY_S
        try:
            state = self._guard.answer()
        except LinkTimeoutError:
            self.counts.timeouts += 1
            self._is_asked = False
        except UnreadableError:
            self.counts.unreadable += 1
            self._is_asked = False
        else:
            if state is not None and self._is_asked:
                self._is_asked = False
                self._rhythm.exchanged(self._clock.now_s() - self._asked_s)
                self._take(state.t_s, state.position_um)

    def _take(self, t_s: float, position_um: NDArray[np.float64]) -> None:
        self.counts.replies += 1
        self.answered_s = self._clock.now_s()
        self._positions.append(t_s, self.answered_s, position_um)
        if self._last is not None and t_s > self._last[0]:
            moved_um = position_um - self._last[1]
            self.speed_um_s = float(np.hypot(*moved_um)) / (t_s - self._last[0])
        self._last = (t_s, position_um)


def _command(row: NDArray[np.void]) -> Command:
    """Read a one-row `POST_ROW` array."""
    return Command(
        sequence=int(row["sequence"][0]),
        t_s=float(row["t_s"][0]),
        frame_t_s=float(row["frame_t_s"][0]),
        seen_s=float(row["seen_s"][0]),
        velocity_um_s=row["velocity_um_s"][0].astype(np.float64),
        off_um=row["off_um"][0].astype(np.float64),
        is_search=bool(row["is_search"][0]),
    )
