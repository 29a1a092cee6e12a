"""The rig's one clock: monotonic seconds, the same in every process of this computer.

`time.perf_counter` and not `time.monotonic`: the latter ticks at 15.6 ms on Windows before
Python 3.13. Wall time appears once, in a recording's header, and nothing aligns on it.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Whoever can say what time it is on the rig."""

    def now_s(self) -> float:
        """Return seconds on the rig's clock."""
        ...


class HostClock:
    """The computer's monotonic clock."""

    def now_s(self) -> float:
        """Return `time.perf_counter()`."""
        return time.perf_counter()


class SteppedClock:
    """A clock that stands until it is told to move: stepped time, for tests and replay."""

    def __init__(self, t_s: float = 0.0) -> None:
        self._t_s = t_s

    def now_s(self) -> float:
        """Return the time that was last set."""
        return self._t_s

    def advance_to(self, t_s: float) -> None:
        """Move to `t_s`.

        Raises:
            ValueError: `t_s` lies in the past; this clock is monotonic too.
        """
        if t_s < self._t_s:
            raise ValueError(f"the clock cannot go back from {self._t_s:.6f} s to {t_s:.6f} s")
        self._t_s = t_s


class FollowingClock:
    """A clock that runs like the host's but is set anew by whoever shows recorded pictures.

    A video shown as fast as it goes keeps its own times, so that speeds in it stay true; between
    two pictures this clock runs on, so that a turnaround is still measured.
    """

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def now_s(self) -> float:
        """Return the video's time."""
        return time.perf_counter() + self._ahead_s

    def follow(self, t_s: float) -> None:
        """Let it be `t_s` now."""
        self._ahead_s = t_s - time.perf_counter()
