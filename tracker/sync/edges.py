"""Edges: when a line went up, and which number each edge of a regular train bears."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.errors import CalibrationError

Times = NDArray[np.float64]

_LOW, _HIGH = 0.35, 0.65  # of the way between both levels: noise in between is no edge
_OFF_GRID = 0.3  # of a period: further off it is no edge of this train
_LONG_PAUSE = 8.0  # periods: after such a pause a train may begin anew, off the old grid
_NEXT = 10  # edges that judge the first one
_TRUST = 0.3  # how much of an edge's own distance from the grid moves the grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Train:
    """A train of edges at times (n,), numbered from 0; -1 is an edge that belongs to none.

    `missing` are the numbers at which an edge should have come and did not.
    """

    t_s: Times
    numbers: NDArray[np.int64]
    period_s: float
    missing: NDArray[np.int64]

    @property
    def extra_s(self) -> Times:
        """When the edges came that belong to no number."""
        return self.t_s[self.numbers < 0]

    @property
    def count(self) -> int:
        """How many edges it should have had."""
        return int(self.numbers.max()) + 1


def rising_edges(t_s: Times, level: Times) -> Times:
    """Return when a line went up, from samples (n,) of its level in any unit.

    A line of two values only is digital, and goes up where it is first seen up: a list of its
    changes is read as well as even samples. Any other is crossed half-way, by line between two
    samples, and must have gone down before it can go up again.
    """
    low, high = float(np.min(level)), float(np.max(level))
    if not high > low:
        return np.empty(0)
    if np.isin(level, (low, high)).all():
        is_up = level == high
        return t_s[1:][is_up[1:] & ~is_up[:-1]]
    low, high = (float(each) for each in np.percentile(level, [1.0, 99.0]))
    is_known = (level <= low + _LOW * (high - low)) | (level >= low + _HIGH * (high - low))
    known = np.flatnonzero(is_known)
    is_up = level[known] >= low + _HIGH * (high - low)
    rises = np.flatnonzero(is_up[1:] & ~is_up[:-1])
    half = 0.5 * (low + high)
    up = [
        begin + int(np.argmax(level[begin : end + 1] >= half))
        for begin, end in zip(known[rises] + 1, known[rises + 1], strict=True)
    ]
    before, after = np.array(up, np.int64) - 1, np.array(up, np.int64)
    share = (half - level[before]) / (level[after] - level[before])
    return t_s[before] + share * (t_s[after] - t_s[before])


def number_edges(t_s: Times) -> Train:
    """Number the edges (n,) of a regular train, in order of time.

    A bounce or a spike that comes off the grid gets no number, and an edge that did not come
    leaves its number free. The grid follows the edges slowly, so that drift is no fault.

    Raises:
        CalibrationError: they are too few, or do not come at a regular pace.
    """
    if len(t_s) < 3:
        raise CalibrationError(f"{len(t_s)} edges: three at least are needed")
    period_s = _period_s(t_s)
    numbers = np.full(len(t_s), -1, np.int64)
    first = _first_regular(t_s, period_s)
    number, grid_s = 0, float(t_s[first])
    for place in range(first, len(t_s)):
        steps = (float(t_s[place]) - grid_s) / period_s
        whole = round(steps)
        off = steps - whole
        if place and steps > _LONG_PAUSE and abs(off) > _OFF_GRID:
            off, grid_s = 0.0, float(t_s[place]) - whole * period_s
        if abs(off) > _OFF_GRID or (whole < 1 and (numbers >= 0).any()):
            continue
        number += whole
        grid_s += (whole + _TRUST * off) * period_s
        numbers[place] = number
    missing = np.setdiff1d(np.arange(number + 1), numbers)
    return Train(t_s=t_s, numbers=numbers, period_s=period_s, missing=missing)


def _period_s(t_s: Times) -> float:
    apart_s = np.diff(t_s)
    period_s = float(np.median(apart_s))
    is_near = np.abs(apart_s / period_s - 1.0) < 0.2
    if is_near.mean() < 0.6:
        raise CalibrationError(
            f"{len(t_s)} edges do not come at a regular pace (median {1e3 * period_s:.2f} ms, "
            f"{100.0 * is_near.mean():.0f} % near it): is it the right column?"
        )
    return float(np.mean(apart_s[is_near]))


def _first_regular(t_s: Times, period_s: float) -> int:
    """Begin at an edge on whose grid most of the next ones lie: not at a spike."""
    for place in range(len(t_s) - 1):
        steps = (t_s[place + 1 : place + 1 + _NEXT] - t_s[place]) / period_s
        if np.mean(np.abs(steps - np.rint(steps)) < _OFF_GRID) > 0.5:
            return place
    return 0
