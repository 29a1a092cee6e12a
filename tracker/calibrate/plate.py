"""Today's plate: from points on its rim to the box that the stage may not leave."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import Vec2
from tracker.errors import CalibrationError

Points = NDArray[np.float64]

_FEWEST = 3
_LEAST_ARC_RAD = math.radians(150.0)
_SMALLEST_UM, _LARGEST_UM = 2_000.0, 120_000.0  # a well's radius; a large plate's
_MOST_LEFT_UM = 1_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateFit:
    """The rim's circle, and the box inscribed in it, a margin inwards."""

    centre_um: Vec2
    radius_um: float
    residual_um: float  # root mean square; 0 with three points
    lower_um: Vec2
    upper_um: Vec2


def fit_plate(rim_um: Points, *, margin_um: float) -> PlateFit:
    """Lay a circle through points on the rim, (n, 2), and a box into it.

    Raises:
        CalibrationError: they are too few, on too short an arc, or on no circle; or nothing is
            left of the plate by the margin.
    """
    if len(rim_um) < _FEWEST:
        raise CalibrationError(f"{len(rim_um)} rim points: {_FEWEST} are needed at least")
    centre_um, radius_um = _circle(rim_um)
    _check_arc(rim_um - centre_um)
    left_um = np.hypot(*(rim_um - centre_um).T) - radius_um
    worst = int(np.argmax(np.abs(left_um)))
    if abs(left_um[worst]) > _MOST_LEFT_UM:
        raise CalibrationError(
            f"rim point {worst + 1} lies {abs(left_um[worst]):.0f} um off the circle through all "
            "of them: mark it again"
        )
    if not _SMALLEST_UM <= radius_um <= _LARGEST_UM:
        raise CalibrationError(
            f"the rim's radius would be {radius_um:.0f} um; expected {_SMALLEST_UM:.0f} to "
            f"{_LARGEST_UM:.0f}: are the points in micrometres?"
        )
    half_um = radius_um / math.sqrt(2.0) - margin_um
    if half_um <= 0.0:
        raise CalibrationError(f"a margin of {margin_um:.0f} um leaves nothing of this plate")
    return PlateFit(
        centre_um=centre_um,
        radius_um=radius_um,
        residual_um=float(np.sqrt(np.mean(left_um**2))),
        lower_um=centre_um - half_um,
        upper_um=centre_um + half_um,
    )


def _circle(rim_um: Points) -> tuple[Vec2, float]:
    """Fit a circle: `x^2 + y^2 = 2 a x + 2 b y + c` is linear in a, b and c (Kasa's way)."""
    middle_um = rim_um.mean(axis=0)
    near_um = rim_um - middle_um
    size_um = max(float(np.abs(near_um).max()), 1e-9)
    unit = near_um / size_um
    known = np.column_stack([2.0 * unit, np.ones(len(unit))])
    if np.linalg.svd(known, compute_uv=False)[-1] < 1e-3:
        raise CalibrationError(
            "the rim points lie on a line or on one spot: spread them around the whole rim"
        )
    a, b, c = np.linalg.lstsq(known, (unit**2).sum(axis=1), rcond=None)[0].tolist()
    return middle_um + size_um * np.array([a, b]), size_um * math.sqrt(c + a**2 + b**2)


def _check_arc(spokes_um: Points) -> None:
    angles = np.sort(np.arctan2(spokes_um[:, 1], spokes_um[:, 0])).tolist()
    gaps = [after - before for before, after in itertools.pairwise(angles)]
    gaps.append(2.0 * math.pi - (angles[-1] - angles[0]))
    arc_rad = 2.0 * math.pi - max(gaps)
    if arc_rad < _LEAST_ARC_RAD:
        raise CalibrationError(
            f"the rim points span {math.degrees(arc_rad):.0f} degrees of the rim, "
            f"{math.degrees(_LEAST_ARC_RAD):.0f} are needed: go around the whole plate"
        )
