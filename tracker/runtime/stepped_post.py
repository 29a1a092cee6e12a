"""The stage process in stepped time: it polls, wakes for a post, obeys and checks, by the clock."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from hardware.clock import SteppedClock
from hardware.errors import LinkTimeoutError, UnreadableError
from hardware.types import StageState, Vec2
from tracker.estimate.delay import DelayMeter
from tracker.history import StageHistory, reckon_on
from tracker.messages import Command, GuardedCommand
from tracker.runtime.focus_duty import FocusDuty
from tracker.runtime.stage_post import LATE_S
from tracker.safety.guard import Guard

# From a post to the bytes on the wire: the stage process is woken (median measured).
WAKE_S = 0.0002
# When the stage process looks whether a reply is whole: after its wire time, then so often.
_FIRST_LOOK_S, _LOOK_S = 0.004, 0.002
_REMEMBERED, _ROOM = 100, 1000


class SteppedPost:
    """Fulfils `tracker.parts.StagePost`; `run_until` is the life of the stage process.

    `guarded` holds what became of every command and every halt, `states` every position, and
    `heard_s` when each of them was there.
    """

    def __init__(
        self,
        guard: Guard,
        clock: SteppedClock,
        *,
        poll_hz: float,
        focus: FocusDuty | None = None,
    ) -> None:
        self._guard = guard
        self._clock = clock
        self._period_s = 1.0 / poll_hz
        self._focus = focus
        self._meter = DelayMeter(WAKE_S + guard.command_delay_s)
        self._told = _Told()
        self._posted: deque[Command] = deque()
        self._sent: deque[tuple[float, Vec2]] = deque(maxlen=_REMEMBERED)
        self._look_s = self._ask_s = clock.now_s()
        self._is_asked = False
        self.guarded: list[GuardedCommand] = []
        self.states: list[StageState] = []
        self.heard_s: list[float] = []
        self.timeouts = 0

    @property
    def delay_s(self) -> float:
        """Seconds from posting to the stage acting, as measured lately."""
        return self._meter.delay_s

    @property
    def has_position(self) -> bool:
        """Whether the stage has said where it is."""
        return self._told.last is not None

    def history(self) -> StageHistory:
        """Return the stamped positions of late, carried on where a reply is overdue."""
        known = self._told.history()
        now_s = self._clock.now_s()
        return known if now_s - known.heard_s < LATE_S else reckon_on(known, self._sent, now_s)

    def post(self, command: Command) -> None:
        """Take a command; it is obeyed as soon as the stage process has woken."""
        self._posted.append(command)

    def run_until(self, t_s: float) -> None:
        """Do all that the stage process does up to `t_s`, in the order of time."""
        while True:
            wakes_s = self._posted[0].t_s + WAKE_S if self._posted else math.inf
            next_s = min(wakes_s, self._look_s)
            if next_s > t_s:
                break
            self._clock.advance_to(max(next_s, self._clock.now_s()))
            if wakes_s <= self._look_s:
                self._note(self._guard.obey(self._posted.popleft()))
            else:
                self._look()
        self._clock.advance_to(max(t_s, self._clock.now_s()))

    def _look(self) -> None:
        """Take a reply that is whole, ask when it is time, and see whether to halt."""
        now_s = self._clock.now_s()
        if self._is_asked:
            self._listen()
        self._look_s = now_s + _LOOK_S if self._is_asked else max(self._ask_s, now_s)
        if not self._is_asked and now_s >= self._ask_s:
            self._guard.ask()
            self._is_asked = True
            self._ask_s = max(self._ask_s + self._period_s, now_s)
            self._look_s = now_s + _FIRST_LOOK_S
        halt = self._guard.check()
        if halt is not None:
            self._note(halt)
        if self._focus is not None:
            last = self._told.last if self._guard.may_move else None
            stage_um = None if last is None else last.position_um
            self._focus.turn(may_talk=not self._is_asked, stage_um=stage_um)

    def _listen(self) -> None:
        try:
            state = self._guard.answer()
        except LinkTimeoutError:
            self.timeouts += 1
            self._is_asked = False
            return
        except UnreadableError:
            self._is_asked = False
            return
        if state is not None:
            self._is_asked = False
            self.states.append(state)
            self.heard_s.append(self._clock.now_s())
            self._told.add(state)

    def _note(self, guarded: GuardedCommand) -> None:
        self._meter.learn(guarded.posted_s, guarded.acts_s)
        self._sent.append((guarded.acts_s, guarded.sent_um_s))
        self.guarded.append(guarded)


class _Told:
    """The newest positions, in arrays that grow at their end: what was handed out never changes."""

    def __init__(self) -> None:
        self.last: StageState | None = None
        self._t_s, self._position_um = np.empty(_ROOM), np.empty((_ROOM, 2))
        self._count = 0

    def add(self, state: StageState) -> None:
        """Take note of a position."""
        if self._count == _ROOM:
            kept, spare = slice(_ROOM - _REMEMBERED, _ROOM), _ROOM - _REMEMBERED
            self._t_s = np.append(self._t_s[kept], np.empty(spare))
            self._position_um = np.append(self._position_um[kept], np.empty((spare, 2)), axis=0)
            self._count = _REMEMBERED
        self._t_s[self._count], self._position_um[self._count] = state.t_s, state.position_um
        self._count += 1
        self.last = state

    def history(self) -> StageHistory:
        """Return the last of them."""
        newest = slice(max(self._count - _REMEMBERED, 0), self._count)
        return StageHistory(self._t_s[newest], self._position_um[newest])
