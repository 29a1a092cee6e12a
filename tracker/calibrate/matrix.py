"""From stage moves and image shifts to the 2x2 matrix `stage_from_image`, or to a refusal.

A thing that lies still on the sample is seen shifted by `d` when the stage moves by `m`:
`stage_from_image @ d = -m`. Moves are known well, shifts are measured, some of them wrongly.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import Matrix2, Vec2
from tracker.errors import CalibrationError

Pairs = NDArray[np.float64]

_MOST_CANDIDATES = 2000
_LEAST_BASE_UM2 = 1e-9
_SIGMA_PER_MAD = 1.4826
_WITHIN_SIGMAS = 4.0
_FINEST_PX = 0.1  # shifts are not believed to be better known than that when others are judged
_LEAST_AGREEING = 0.75
_MOST_RESIDUAL_PX = 0.6
_MOST_UNEVEN = 1.25  # scale along one axis over scale along the other
_MOST_SHEAR_RAD = math.radians(12.0)
_MOST_SCALE_ERROR, _MOST_TURN_ERROR_RAD = 0.004, math.radians(0.15)
_FEWEST = 6
_ROUNDS = 3
_LEAST_SEEN_PX = 3.0

CRAWLING = (
    "a crawling animal in the picture is the usual cause, a sample that slides or a focus "
    "that drifts are others: take an empty part of the plate, or a slide"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixFit:
    """A matrix and how far it can be trusted.

    `residual_um` is the root mean square of what the agreeing pairs leave; `scale_error` (a
    fraction) and `turn_error_rad` are standard errors; `agreeing` of `count` pairs were used.
    """

    stage_from_image_um_per_px: Matrix2
    residual_um: float
    residual_px: float
    scale_error: float
    turn_error_rad: float
    agreeing: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """What a matrix says, in words: it first mirrors (x) if it does, then shears and turns."""

    um_per_px: Vec2  # along the picture's rows (x) and columns (y)
    rotation_rad: float
    shear_rad: float  # by how much the angle between the axes misses 90 degrees
    is_mirrored: bool


def geometry_of(stage_from_image: Matrix2) -> Geometry:
    """Take a matrix apart.

    >>> told = geometry_of(np.array([[0.0, -2.0], [2.0, 0.0]]))
    >>> told.um_per_px, round(math.degrees(told.rotation_rad)), told.is_mirrored
    (array([2., 2.]), 90, False)
    """
    is_mirrored = bool(np.linalg.det(stage_from_image) < 0.0)
    upright = stage_from_image @ np.diag([-1.0 if is_mirrored else 1.0, 1.0])
    along_x_rad, along_y_rad = (math.atan2(axis[1], axis[0]) for axis in upright.T)
    shear_rad = _wrapped(along_x_rad + math.pi / 2.0 - along_y_rad)
    return Geometry(
        um_per_px=np.hypot(*stage_from_image),
        rotation_rad=_wrapped(along_x_rad - shear_rad / 2.0),
        shear_rad=shear_rad,
        is_mirrored=is_mirrored,
    )


def fit_matrix(moves_um: Pairs, shifts_px: Pairs) -> MatrixFit:
    """Fit the matrix to pairs, (n, 2) each, whatever a quarter of them says.

    Raises:
        CalibrationError: the pairs do not agree, or do not tell enough; the message says why.
    """
    _check_moves(moves_um)
    image_from_move = _best_of_many(moves_um, shifts_px)
    is_agreeing = _agreeing(moves_um, shifts_px, image_from_move)
    for _ in range(_ROUNDS):
        image_from_move = _least_squares(moves_um[is_agreeing], shifts_px[is_agreeing])
        is_agreeing = _agreeing(moves_um, shifts_px, image_from_move)
    return _judged(moves_um[is_agreeing], shifts_px[is_agreeing], image_from_move, len(moves_um))


def _check_moves(moves_um: Pairs) -> None:
    if len(moves_um) < _FEWEST:
        raise CalibrationError(f"{len(moves_um)} usable pairs of pictures, {_FEWEST} are needed")
    spread = np.linalg.svd(moves_um, compute_uv=False)
    if spread[-1] < 0.2 * spread[0]:
        raise CalibrationError("the stage moved along one line only: is one of its axes stuck?")


def _best_of_many(moves_um: Pairs, shifts_px: Pairs) -> Matrix2:
    """Try the matrices that two pairs make; return the one that most others come closest to."""
    chosen = np.array(list(itertools.combinations(range(len(moves_um)), 2)))
    chosen = chosen[:: max(1, len(chosen) // _MOST_CANDIDATES)]
    bases_um = moves_um[chosen].transpose(0, 2, 1)
    longest2 = float((moves_um**2).sum(axis=1).max())
    # Nearly parallel moves tell one direction only.
    is_telling = np.abs(np.linalg.det(bases_um)) >= 0.02 * longest2 + _LEAST_BASE_UM2
    if not is_telling.any():
        return np.zeros((2, 2))
    seen_px = shifts_px[chosen[is_telling]].transpose(0, 2, 1)
    matrices = seen_px @ np.linalg.inv(bases_um[is_telling])
    missed_px = shifts_px - moves_um @ matrices.transpose(0, 2, 1)
    left_px = np.hypot(missed_px[..., 0], missed_px[..., 1])
    return np.asarray(matrices[np.median(left_px, axis=1).argmin()], np.float64)


def _left_px(moves_um: Pairs, shifts_px: Pairs, image_from_move: Matrix2) -> NDArray[np.float64]:
    return np.hypot(*(shifts_px - moves_um @ image_from_move.T).T)


def _agreeing(moves_um: Pairs, shifts_px: Pairs, image_from_move: Matrix2) -> NDArray[np.bool_]:
    left_px = _left_px(moves_um, shifts_px, image_from_move)
    # No wider than what a good fit may leave: a fit that is bad throughout must not agree.
    sigma_px = float(np.clip(np.median(left_px) * _SIGMA_PER_MAD, _FINEST_PX, _MOST_RESIDUAL_PX))
    is_agreeing = left_px <= _WITHIN_SIGMAS * sigma_px
    if is_agreeing.sum() < max(_FEWEST, _LEAST_AGREEING * len(moves_um)):
        raise CalibrationError(
            f"only {is_agreeing.sum()} of {len(moves_um)} image shifts agree: {CRAWLING}"
        )
    return is_agreeing


def _least_squares(moves_um: Pairs, shifts_px: Pairs) -> Matrix2:
    return np.asarray(np.linalg.lstsq(moves_um, shifts_px, rcond=None)[0].T, np.float64)


def _judged(moves_um: Pairs, shifts_px: Pairs, image_from_move: Matrix2, count: int) -> MatrixFit:
    farthest_px = float(np.hypot(*(moves_um @ image_from_move.T).T).max())
    if farthest_px < _LEAST_SEEN_PX:
        raise CalibrationError(
            "the picture does not move with the stage: does the camera look at the sample, and is "
            "the sample in focus?"
        )
    matrix = np.asarray(-np.linalg.inv(image_from_move), np.float64)
    left_px = _left_px(moves_um, shifts_px, image_from_move)
    residual_px = float(np.sqrt(np.mean(left_px**2)))
    scale_error = _relative_error(moves_um, image_from_move, residual_px)
    _check_shape(geometry_of(matrix))
    if residual_px > _MOST_RESIDUAL_PX:
        raise CalibrationError(f"the image shifts leave {residual_px:.2f} px: {CRAWLING}")
    if scale_error > _MOST_SCALE_ERROR or scale_error > _MOST_TURN_ERROR_RAD:
        raise CalibrationError(
            f"the matrix is known to {100 * scale_error:.2f} % only: take a larger --size, "
            "more --frames, or a sample with more texture"
        )
    left_um = np.hypot(*(shifts_px @ matrix.T + moves_um).T)
    return MatrixFit(
        stage_from_image_um_per_px=matrix,
        residual_um=float(np.sqrt(np.mean(left_um**2))),
        residual_px=residual_px,
        scale_error=scale_error,
        turn_error_rad=scale_error,  # across a move the same error is a turn
        agreeing=len(moves_um),
        count=count,
    )


def _relative_error(moves_um: Pairs, image_from_move: Matrix2, residual_px: float) -> float:
    """Return the standard error of the matrix, as a fraction, in its worst direction."""
    weakest_um = np.linalg.svd(moves_um, compute_uv=False)[-1]
    weakest_px = weakest_um * np.linalg.svd(image_from_move, compute_uv=False)[-1]
    # Of two coordinates, so a half of it each; but pairs share pictures, about half are news.
    return float(residual_px / weakest_px)


def _check_shape(told: Geometry) -> None:
    fine, coarse = sorted(told.um_per_px.tolist())
    if coarse > _MOST_UNEVEN * fine or abs(told.shear_rad) > _MOST_SHEAR_RAD:
        raise CalibrationError(
            f"no camera sees so: {told.um_per_px[0]:.3f} and {told.um_per_px[1]:.3f} um/px along "
            f"its axes, {math.degrees(told.shear_rad):.1f} degrees of shear; {CRAWLING}"
        )


def _wrapped(angle_rad: float) -> float:
    return (angle_rad + math.pi) % (2.0 * math.pi) - math.pi
