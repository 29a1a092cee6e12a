"""How far an export has come: a bar on a terminal, a line every few seconds in a log."""

from __future__ import annotations

from typing import TextIO

from hardware.clock import Clock, HostClock

_WIDTH = 30


class Progress:
    """Counts steps and tells of them, now and then."""

    def __init__(self, stream: TextIO, clock: Clock | None = None) -> None:
        self._stream = stream
        self._clock = clock or HostClock()
        self._is_terminal = stream.isatty()
        self._quiet_s = 0.1 if self._is_terminal else 5.0
        self._what = ""
        self._total = self._done = self._before = 0
        self._started_s = self._told_s = 0.0

    def start(self, total: int, what: str, *, done: int = 0) -> None:
        """Begin to count `total` things, of which so many were done before."""
        self._total, self._what = total, what
        self._done = self._before = done
        self._started_s = self._told_s = self._clock.now_s()

    def step(self, count: int = 1) -> None:
        """Count `count` more, and tell of it if nothing was told for a while."""
        self._done += count
        now_s = self._clock.now_s()
        if now_s - self._told_s >= self._quiet_s:
            self._told_s = now_s
            self._say(now_s)

    def finish(self) -> None:
        """Take the bar away."""
        if self._is_terminal:
            self._stream.write("\r" + " " * 79 + "\r")
            self._stream.flush()

    def _say(self, now_s: float) -> None:
        share = min(1.0, self._done / max(1, self._total))
        words = f"{100.0 * share:3.0f} %  {self._done} of {self._total} {self._what}"
        done = self._done - self._before
        if done and share < 1.0:
            left = (now_s - self._started_s) * (self._total - self._done) / done
            words += f"  {_duration(left)} left"
        if self._is_terminal:
            bar = "#" * round(_WIDTH * share)
            self._stream.write(f"\r[{bar:.<{_WIDTH}}] {words:46}"[:80])
        else:
            self._stream.write(words + "\n")
        self._stream.flush()


def _duration(seconds: float) -> str:
    """Spell a time.

    >>> _duration(83.2)
    '1:23'
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
