"""A robust centre of several marks, and how far they scatter about it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_STEPS = 1000
_NEAR_PX = 1e-7
# A mark's median distance from the geometric median of n marks (n = 2, 3, ...), for a scatter of 1
# along each axis: the middle of 40,000 draws for each n.
_MEDIAN_DISTANCE = (
    *(0.833, 0.832, 0.964, 0.990, 1.032, 1.050, 1.071),
    *(1.080, 1.093, 1.098, 1.107, 1.110, 1.118),
)
_LIMIT = 1.1774  # the median of a Rayleigh distribution


def geometric_median(points_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the place (2,) whose summed distance to `points_px` (n, 2) is least.

    Fewer than half of the points, however far off, cannot carry it away from the others. Two
    points have no such place of their own: theirs is the middle. The order of the points does
    not matter, to the last bit.

    Raises:
        ValueError: there are no points.
    """
    if not len(points_px):
        raise ValueError("no points, no centre")
    ordered = points_px[np.lexsort(points_px.T)]
    start = ordered.mean(axis=0)
    if len(ordered) < 3:
        return start
    # Plain numbers: for a handful of points they are ten times as fast as arrays.
    about = [(float(x), float(y)) for x, y in ordered - start]
    center = next((point for point in about if _is_least_at(point, about)), None)
    return start + (_weiszfeld(about) if center is None else center)


def _is_least_at(point: tuple[float, float], points: Sequence[tuple[float, float]]) -> bool:
    """Say whether a point is itself the place: the others' pull does not outweigh it."""
    pull_x = pull_y = 0.0
    weight = 0
    for x, y in points:
        distance = math.hypot(x - point[0], y - point[1])
        if distance <= _NEAR_PX:
            weight += 1
        else:
            pull_x += (x - point[0]) / distance
            pull_y += (y - point[1]) / distance
    return math.hypot(pull_x, pull_y) <= weight


def _weiszfeld(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Step towards the place, each point pulling by one over its distance."""
    at_x, at_y = 0.0, 0.0
    for _ in range(_STEPS):
        sum_x = sum_y = total = 0.0
        for x, y in points:
            weight = 1.0 / max(math.hypot(x - at_x, y - at_y), _NEAR_PX)
            sum_x, sum_y, total = sum_x + weight * x, sum_y + weight * y, total + weight
        step = math.hypot(sum_x / total - at_x, sum_y / total - at_y)
        at_x, at_y = sum_x / total, sum_y / total
        if step < _NEAR_PX:
            break
    return at_x, at_y


def spread_px(points_px: NDArray[np.float64], center_px: NDArray[np.float64]) -> float | None:
    """Return the scatter along each axis of marks (n, 2) about their centre; None for one mark.

    It rests on the median distance, made good for small n, so that a third of the marks may be
    anywhere without blowing it up.
    """
    count = len(points_px)
    if count < 2:
        return None
    distance = np.linalg.norm(points_px - center_px, axis=1)
    known = _MEDIAN_DISTANCE[count - 2] if count - 2 < len(_MEDIAN_DISTANCE) else _LIMIT
    return float(np.median(distance)) / known


def unit_vector(vector: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a vector (2,) of length 1; NaN of one without a length."""
    length = float(np.linalg.norm(vector))
    return np.asarray(vector, np.float64) / (length if length > 0 else np.nan)
