"""Edges in sampled volts, block by block: a line is up above a threshold, down below half of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Volts = NDArray[np.float64]


class EdgeFinder:
    """Finds where one line goes up; what lies in between the two levels leaves it as it was."""

    def __init__(self, threshold_v: float) -> None:
        self._threshold_v = threshold_v
        self._is_up: bool | None = None  # None: not seen yet

    def rises(self, volts: Volts) -> NDArray[np.int64]:
        """Return the places in the next block (n,) at which the line went up.

        >>> finder = EdgeFinder(1.5)
        >>> finder.rises(np.array([0.0, 5.0, 1.0, 5.0])), finder.rises(np.array([0.1, 3.0]))
        (array([1]), array([1]))
        """
        known = np.flatnonzero((volts > self._threshold_v) | (volts < 0.5 * self._threshold_v))
        if not known.size:
            return np.empty(0, np.int64)
        is_up = volts[known] > self._threshold_v
        before = np.empty(len(known), np.bool_)
        before[1:] = is_up[:-1]
        before[0] = is_up[0] if self._is_up is None else self._is_up
        self._is_up = bool(is_up[-1])
        return known[is_up & ~before]
