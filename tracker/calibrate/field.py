"""Where the confocal looks: from points that both cameras see to its field in the tracking picture.

Places are pixels, (x, y), of either picture. The confocal's picture is laid onto the tracking
picture by a scale, a turn, a mirror if need be, and a shift; its centre goes to `target_px`.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import Matrix2, Vec2
from tracker.errors import CalibrationError

Points = NDArray[np.float64]

_OUTLIER_UM = 6.0
_OUTLIER_SIGMAS, _SIGMA_PER_MAD = 4.0, 1.4826
_FEWEST, _LEAST_AGREEING = 3, 0.6
_MOST_RESIDUAL_UM = 10.0
_LEAST_SPREAD = 0.15  # of the confocal's smaller side: points closer together tell no rotation


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFit:
    """The confocal's field in the tracking picture.

    `rotation_rad` is where the confocal's rows (x) point in the tracking picture. `outliers` are
    the numbers, from 1, of the points that were left out. `residual_um` is NaN for a single point.
    """

    target_px: Vec2
    size_um: Vec2
    rotation_rad: float
    is_mirrored: bool
    um_per_px: float  # of the confocal
    residual_um: float
    outliers: tuple[int, ...]


def fit_field(
    tracking_px: Points,
    confocal_px: Points,
    *,
    confocal_shape: tuple[int, int],
    stage_from_image: Matrix2,
) -> FieldFit:
    """Fit the field to points, (n, 2) each, of which some may be wrong.

    Raises:
        CalibrationError: they are too few, too close together, or do not agree.
    """
    um_per_px = math.sqrt(abs(float(np.linalg.det(stage_from_image))))
    rows, columns = confocal_shape
    _check_spread(confocal_px, confocal_shape)
    best = _best_of_pairs(confocal_px, tracking_px)
    is_good = _agreeing(um_per_px * best.left_px(confocal_px, tracking_px))
    fitted = _similarity(confocal_px[is_good], tracking_px[is_good], best.is_mirrored)
    residual_um = um_per_px * _rms(fitted.left_px(confocal_px[is_good], tracking_px[is_good]))
    if residual_um > _MOST_RESIDUAL_UM:
        raise CalibrationError(
            f"the points leave {residual_um:.1f} um ({_MOST_RESIDUAL_UM:.0f} at most): mark them "
            "anew, at beads that are sharp in both pictures"
        )
    centre_px = (np.array([columns, rows]) - 1.0) / 2.0
    return FieldFit(
        target_px=fitted.applied(centre_px[None])[0],
        size_um=um_per_px * fitted.scale * np.array([columns, rows], np.float64),
        rotation_rad=fitted.rotation_rad,
        is_mirrored=fitted.is_mirrored,
        um_per_px=um_per_px * fitted.scale,
        residual_um=residual_um,
        outliers=tuple((np.flatnonzero(np.logical_not(is_good)) + 1).tolist()),
    )


def tracking_from_stage(stage_um: Points, tracking_px: Points, stage_from_image: Matrix2) -> Points:
    """Say where one bead on the stage is seen from where the stage stood, where nobody marked it.

    Rows of `tracking_px` that are NaN are filled in from those that are not: a bead seen at p
    with the stage at s is seen at `p - inverse(stage_from_image) @ (s' - s)` with it at s'.

    Raises:
        CalibrationError: it was not marked in the tracking picture even once.
    """
    is_marked = np.isfinite(tracking_px.sum(axis=1))
    if not is_marked.any():
        raise CalibrationError("no point has a place in the tracking picture: mark one at least")
    carried_px = -stage_um @ np.linalg.inv(stage_from_image).T
    offset_px = np.median((tracking_px - carried_px)[is_marked], axis=0)
    return np.where(is_marked[:, np.newaxis], tracking_px, carried_px + offset_px)


def _check_spread(confocal_px: Points, confocal_shape: tuple[int, int]) -> None:
    if len(confocal_px) < _FEWEST:
        raise CalibrationError(
            f"{len(confocal_px)} points: {_FEWEST} are needed, or one in the confocal's centre"
        )
    spread_px = float(np.ptp(confocal_px, axis=0).max())
    if spread_px < _LEAST_SPREAD * min(confocal_shape):
        raise CalibrationError(
            f"the points lie within {spread_px:.0f} px of the confocal's picture, too close "
            "together to tell its rotation: spread them over the whole of it"
        )


def _agreeing(left_um: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which points lie near enough to where the others put them."""
    sigma_um = _SIGMA_PER_MAD * float(np.median(left_um))
    is_good = np.asarray(left_um <= max(_OUTLIER_UM, _OUTLIER_SIGMAS * sigma_um))
    if is_good.sum() < max(_FEWEST, _LEAST_AGREEING * len(left_um)):
        raise CalibrationError(
            f"only {is_good.sum()} of {len(left_um)} points agree about the field: are they in "
            "the right order, and x before y in both pictures?"
        )
    return is_good


@dataclass(frozen=True, slots=True)
class _Similarity:
    """`q = scale * turn @ (mirror @ p) + shift`."""

    scale: float
    rotation_rad: float
    is_mirrored: bool
    shift_px: Vec2

    def applied(self, points_px: Points) -> Points:
        cos, sin = math.cos(self.rotation_rad), math.sin(self.rotation_rad)
        turn = np.array([[cos, -sin], [sin, cos]])
        mirror = np.diag([1.0, -1.0 if self.is_mirrored else 1.0])
        return self.scale * points_px @ (turn @ mirror).T + self.shift_px

    def left_px(self, points_px: Points, seen_px: Points) -> NDArray[np.float64]:
        return np.hypot(*(seen_px - self.applied(points_px)).T)


def _similarity(points_px: Points, seen_px: Points, is_mirrored: bool) -> _Similarity:
    """Fit by least squares; as complex numbers it is one multiplication."""
    sign = -1.0 if is_mirrored else 1.0
    p = points_px[:, 0] + 1j * sign * points_px[:, 1]
    q = seen_px[:, 0] + 1j * seen_px[:, 1]
    p_mean, q_mean = complex(p.mean()), complex(q.mean())
    p0, q0 = p - p_mean, q - q_mean
    turn = complex((np.conj(p0) * q0).sum() / max(float((np.abs(p0) ** 2).sum()), 1e-12))
    shift = q_mean - turn * p_mean
    return _Similarity(
        abs(turn), math.atan2(turn.imag, turn.real), is_mirrored,
        np.array([shift.real, shift.imag]),
    )  # fmt: skip


def _best_of_pairs(points_px: Points, seen_px: Points) -> _Similarity:
    """Try what every two points say, mirrored and not; return what suits the most points best."""
    tried = [
        _similarity(points_px[list(pair)], seen_px[list(pair)], is_mirrored)
        for pair in itertools.combinations(range(len(points_px)), 2)
        for is_mirrored in (False, True)
    ]
    # The share of points that must agree, not the median: with four points it would be three.
    enough = max(_FEWEST, math.ceil(_LEAST_AGREEING * len(points_px)))
    return min(
        tried,
        key=lambda fit: float(
            np.partition(fit.left_px(points_px, seen_px), enough - 1)[enough - 1]
        ),
    )


def _rms(values: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(values**2)))
