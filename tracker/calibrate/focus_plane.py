"""From points that the operator marked in focus to the plane of the agar."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.errors import CalibrationError
from tracker.focus_plane import FocusPlane

FEWEST = 3
_LEAST_SPREAD_UM = 500.0  # across their narrow side; from less a tilt is no more than a guess
_STEEPEST = math.tan(math.radians(5.0))
_AGREES_BY = 0.5  # a point is named if without it the others agree at least twice as well


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneFit:
    """A plane and how well the points lie on it."""

    plane: FocusPlane
    residual_um: float  # root mean square; 0 with three points
    left_um: NDArray[np.float64]  # of each point, above the plane: (n,)

    @property
    def tilt_deg(self) -> float:
        """How steep it is."""
        return math.degrees(math.atan(math.hypot(*self.plane.slope)))

    @property
    def uphill_deg(self) -> float:
        """Which way it rises, from the stage's x axis towards y."""
        return math.degrees(math.atan2(self.plane.slope[1], self.plane.slope[0]))


def fit_plane(points_um: NDArray[np.float64], *, most_residual_um: float) -> PlaneFit:
    """Lay a plane through points in focus, (n, 3): x and y of the stage, z of the drive.

    Raises:
        CalibrationError: they are too few, lie on a line, or on no plane; the message says why
            and names the point that does not fit.
    """
    points_um = np.asarray(points_um, dtype=np.float64).reshape(-1, 3)
    if len(points_um) < FEWEST:
        raise CalibrationError(f"{len(points_um)} points in focus: {FEWEST} are needed at least")
    if not np.isfinite(points_um).all():
        raise CalibrationError("a point in focus is no number")
    _check_spread(points_um[:, :2])
    fit = _least_squares(points_um)
    worst_um = float(np.abs(fit.left_um).max())
    if worst_um > most_residual_um:
        raise CalibrationError(_why_no_plane(points_um, fit, worst_um, most_residual_um))
    if math.hypot(*fit.plane.slope) > _STEEPEST:
        raise CalibrationError(
            f"the plane would be tilted by {fit.tilt_deg:.1f} degrees: no agar is; are the heights "
            "in micrometres, and was every point in focus?"
        )
    return fit


def _check_spread(places_um: NDArray[np.float64]) -> None:
    """Refuse places on a line: across it nothing is known of the tilt."""
    off_um = places_um - places_um.mean(axis=0)
    _, _, ways = np.linalg.svd(off_um, full_matrices=False)
    along_um, across_um = (float(np.ptp(off_um @ way)) for way in ways)
    if across_um < _LEAST_SPREAD_UM:
        raise CalibrationError(
            f"the points in focus lie on a line, or close together: they span {along_um:.0f} um "
            f"one way and {across_um:.0f} um across it, {_LEAST_SPREAD_UM:.0f} are needed: spread "
            "them over the plate"
        )


def _least_squares(points_um: NDArray[np.float64]) -> PlaneFit:
    middle_um = points_um[:, :2].mean(axis=0)
    known = np.column_stack([points_um[:, :2] - middle_um, np.ones(len(points_um))])
    scale = np.array([1e3, 1e3, 1.0])  # millimetres: a table of equal sizes is solved best
    slope_x, slope_y, middle_z = np.linalg.lstsq(known / scale, points_um[:, 2], rcond=None)[0]
    plane = FocusPlane(
        middle_um=middle_um,
        middle_z_um=float(middle_z),
        slope=np.array([slope_x, slope_y]) / 1e3,
    )
    left_um = np.array([z - plane.z_um(np.array([x, y])) for x, y, z in points_um])
    return PlaneFit(plane=plane, residual_um=float(np.sqrt(np.mean(left_um**2))), left_um=left_um)


def _why_no_plane(
    points_um: NDArray[np.float64], fit: PlaneFit, worst_um: float, most_residual_um: float
) -> str:
    """Name the point without which the others agree, if there is one."""
    said = (
        f"the points in focus lie up to {worst_um:.1f} um off a plane through all of them, "
        f"{most_residual_um:g} are allowed (focus.most_residual_um): "
    )
    outlier = _outlier(points_um, worst_um)
    if outlier is None:
        return said + "mark them again, each in focus; which of them is off cannot be told"
    place, off_um = outlier
    return said + f"point {place + 1} lies {off_um:.1f} um off the others' plane: mark it again"


def _outlier(points_um: NDArray[np.float64], worst_um: float) -> tuple[int, float] | None:
    if len(points_um) <= FEWEST + 1:  # three always agree: with four, any could be the wrong one
        return None
    others: list[tuple[float, int, float]] = []
    for place, (x, y, z) in enumerate(points_um):
        rest = _least_squares(np.delete(points_um, place, axis=0))
        off_um = abs(z - rest.plane.z_um(np.array([x, y])))
        others.append((float(np.abs(rest.left_um).max()), place, off_um))
    least_um, place, off_um = min(others)
    return (place, off_um) if least_um < _AGREES_BY * worst_um else None
