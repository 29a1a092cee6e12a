"""How long it takes from posting a command to the stage acting on it, learnt as it happens."""

from __future__ import annotations

import math
import statistics
from collections import deque

_REMEMBERED = 41


class DelayMeter:
    """The median of what was lately seen: a hiccup of the computer does not move it."""

    def __init__(self, expected_s: float) -> None:
        self._expected_s = expected_s
        self._seen_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._median_s = expected_s

    @property
    def delay_s(self) -> float:
        """Seconds from posting to acting: what was expected until something is known."""
        return self._median_s

    @property
    def is_measured(self) -> bool:
        """Whether the delay rests on more than an expectation."""
        return bool(self._seen_s)

    def learn(self, posted_s: float, acts_s: float) -> None:
        """Take note of one command; a halt of the guard's own (posted NaN) says nothing."""
        taken_s = acts_s - posted_s
        if math.isfinite(taken_s) and taken_s >= 0.0:
            self._seen_s.append(taken_s)
            self._median_s = statistics.median(self._seen_s)
