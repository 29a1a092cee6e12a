"""Values known at some times, asked for at others."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

LONGEST_GAP_S = 0.25


def stretch(
    wanted_s: ArrayLike,
    known_s: NDArray[np.float64],
    values: NDArray[np.float64],
    *,
    longest_gap_s: float = LONGEST_GAP_S,
) -> NDArray[np.float64]:
    """Return `values` (n, 2) of `known_s` (n,) at the times wanted (m,), as (m, 2).

    Between two known times by line. NaN before the first, after the last, and within a gap that
    is longer than `longest_gap_s`: what was not known is not made up. Times may be in any order;
    values that are NaN count as unknown.

    >>> stretch([0.05, 0.2], np.array([0.0, 0.1]), np.array([[0.0, 0.0], [2.0, 4.0]]))
    array([[ 1.,  2.],
           [nan, nan]])
    """
    wanted = np.atleast_1d(np.asarray(wanted_s, dtype=np.float64))
    found = np.full((*wanted.shape, 2), np.nan)
    is_known = np.isfinite(known_s) & np.isfinite(values).all(axis=1)
    order = np.argsort(known_s[is_known], kind="stable")
    times, places = known_s[is_known][order], values[is_known][order]
    if not times.size:
        return found
    after = np.clip(np.searchsorted(times, wanted), 0, len(times) - 1)
    before = np.where(times[after] == wanted, after, np.maximum(after - 1, 0))
    is_inside = (wanted >= times[0]) & (wanted <= times[-1])
    is_inside &= times[after] - times[before] <= longest_gap_s
    for axis in range(2):
        found[is_inside, axis] = np.interp(wanted[is_inside], times, places[:, axis])
    return found
