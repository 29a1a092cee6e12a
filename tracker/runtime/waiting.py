"""The supervisor waits for the recorder at the end of a session: while it lives, and aloud."""

from __future__ import annotations

from collections.abc import Callable

from hardware.clock import Clock
from tracker.runtime.crew import Crew
from tracker.runtime.orders import Doing, Report
from tracker.runtime.patience import Patience

_TURN_S = 0.05


class Waiting:
    """Knows when there is no more to wait for: a frozen recorder, or an operator in a hurry."""

    def __init__(
        self,
        crew: Crew,
        clock: Clock,
        *,
        is_hurried: Callable[[], bool],
        say: Callable[[str], None],
    ) -> None:
        self._crew, self._clock = crew, clock
        self._is_hurried, self._say = is_hurried, say
        self._patience = Patience(clock.now_s())

    def begin(self) -> None:
        """The wait begins now."""
        self._patience = Patience(self._clock.now_s())

    def heard(self, report: Report) -> None:
        """Take note of a sign of the recorder's life, and of what it has begun, if anything."""
        doing = report.message if isinstance(report, Doing) else ""
        self._patience.heard(self._clock.now_s(), doing)

    @property
    def is_silent(self) -> bool:
        """Whether a sign of life is overdue."""
        return self._patience.is_silent(self._clock.now_s())

    def go_on_while(self, is_wanted: Callable[[], bool], take: Callable[[Report], None]) -> None:
        """Wait, and take reports meanwhile, as long as the recorder lives."""
        while is_wanted() and self._crew.is_running("recorder") and not self._is_hurried():
            for report in self._crew.take(_TURN_S):
                take(report)
            now_s = self._clock.now_s()
            if self._patience.is_over(now_s):
                return
            if word := self._patience.word(now_s):
                self._say(f"recorder: {word}")
