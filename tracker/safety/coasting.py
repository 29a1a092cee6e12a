"""What becomes of a command when the head is no longer seen."""

from __future__ import annotations

import math


def coasting_share(unseen_s: float, *, coast_s: float) -> float:
    """Return how much of a command is still believed, 1 to 0.

    All of it while the head was seen within `coast_s`; from there it fades and is nothing at
    twice that. A head never seen (NaN) is worth nothing, and one seen in the future neither.

    >>> [coasting_share(unseen_s, coast_s=0.3) for unseen_s in (0.1, 0.3, 0.6, float("nan"))]
    [1.0, 1.0, 0.0, 0.0]
    """
    if math.isnan(unseen_s) or unseen_s < 0.0:
        return 0.0
    if unseen_s <= coast_s:
        return 1.0
    if unseen_s >= 2.0 * coast_s:
        return 0.0
    return 2.0 - unseen_s / coast_s
