"""By how much the pictures' times miss the stage's: image shifts against positions.

A picture that is stamped `t` shows the stage where it says that it was at `t + lateness_s`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import Frame, GreyImage, StageState
from tracker.calibrate.backdrop import backdrop, mean_picture, sample_alone
from tracker.calibrate.matrix import CRAWLING
from tracker.calibrate.shift import CLEAR_PROMINENCE, image_shift
from tracker.errors import CalibrationError

_EARLIEST_S, _LATEST_S, _STEP_S = -0.15, 0.15, 0.002
_FEWEST = 12
_ENOUGH = 40
_MIDDLE_PX = 512
_REWEIGHTINGS, _FINEST_PX = 8, 0.05
_MOST_RESIDUAL_PX = 1.0
_SIGMAS, _SIGMA_PER_MAD = 4.0, 1.4826

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where each picture stands against the first: `shifts_px` (n, 2) at `t_s` (n,)."""

    t_s: Floats
    shifts_px: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class LatenessFit:
    """The pictures' lateness with its standard error, and how much the fit leaves."""

    lateness_s: float
    error_s: float
    residual_px: float


def seen_shifts(still: Sequence[GreyImage], frames: Sequence[Frame]) -> Seen:
    """Return the shifts of pictures of a moving stage against those of the stage at rest."""
    frames = frames[:: max(1, len(frames) // _ENOUGH)]
    pictures = [mean_picture([_middle(frame.image)]) for frame in frames]
    first = mean_picture([_middle(image) for image in still])
    background = backdrop([first, *pictures[:: max(1, len(pictures) // 15)]])
    reference = sample_alone(first, background)
    times_s: list[float] = []
    shifts: list[Floats] = []
    for frame, picture in zip(frames, pictures, strict=True):
        shift = image_shift(reference, sample_alone(picture, background))
        if shift.prominence >= CLEAR_PROMINENCE:
            times_s.append(frame.t_s)
            shifts.append(shift.shift_px)
    return Seen(t_s=np.array(times_s), shifts_px=np.array(shifts).reshape(-1, 2))


def _middle(image: GreyImage) -> GreyImage:
    """Cut the middle out: enough to see a shift in, and sooner done."""
    rows, columns = image.shape
    top, left = max(0, rows - _MIDDLE_PX) // 2, max(0, columns - _MIDDLE_PX) // 2
    return image[top : top + _MIDDLE_PX, left : left + _MIDDLE_PX]


def fit_lateness(seen: Seen, states: Sequence[StageState]) -> LatenessFit:
    """Find the lateness at which shifts go best with positions.

    Raises:
        CalibrationError: too few shifts are clear, or they do not go with the stage.
    """
    if len(seen.t_s) < _FEWEST:
        raise CalibrationError(
            f"only {len(seen.t_s)} pictures have a clear shift, {_FEWEST} are needed: the sample "
            "has too little texture, or is out of focus"
        )
    coarse_s = np.arange(_EARLIEST_S, _LATEST_S, _STEP_S)
    left = [_left_px(seen, states, t_s, rounds=_REWEIGHTINGS) for t_s in coarse_s.tolist()]
    costs = [float(np.median(np.hypot(*px.T))) for px in left]
    best = int(np.argmin(costs))
    sigma_px = max(costs[best] * _SIGMA_PER_MAD, _FINEST_PX)
    is_good = np.hypot(*left[best].T) < _SIGMAS * sigma_px
    agreed = Seen(t_s=seen.t_s[is_good], shifts_px=seen.shifts_px[is_good])
    return _refined(agreed, states, float(coarse_s[best]))


def _refined(seen: Seen, states: Sequence[StageState], around_s: float) -> LatenessFit:
    """Fit a parabola to the sum of squares about the best coarse lateness."""
    for reach_s in (_STEP_S, _STEP_S, _STEP_S / 4.0):
        near_s = around_s + reach_s * np.linspace(-1.5, 1.5, 7)
        costs = [float((_left_px(seen, states, t_s) ** 2).sum()) for t_s in near_s.tolist()]
        bend, slope, _ = np.polyfit(near_s - around_s, costs, 2).tolist()
        if bend <= 0.0:
            break
        around_s += float(np.clip(-slope / (2.0 * bend), -reach_s, reach_s))
    left_px = _left_px(seen, states, around_s)
    residual_px = float(np.sqrt(np.mean(left_px**2)))
    if bend <= 0.0 or residual_px > _MOST_RESIDUAL_PX:
        raise CalibrationError(
            f"the pictures do not go with the stage ({residual_px:.2f} px are left): {CRAWLING}"
        )
    return LatenessFit(
        lateness_s=around_s, error_s=residual_px / math.sqrt(bend), residual_px=residual_px
    )


def _left_px(
    seen: Seen, states: Sequence[StageState], lateness_s: float, *, rounds: int = 0
) -> Floats:
    """Return what the best matrix leaves of the shifts, were the pictures so late.

    Each round fits again with less weight for what is left over: towards the least sum of
    lengths, which a few wild shifts do not draw away.
    """
    times_s = np.array([state.t_s for state in states])
    places_um = np.array([state.position_um for state in states])
    there_um = np.array(
        [np.interp(seen.t_s + lateness_s, times_s, places_um[:, axis]) for axis in (0, 1)]
    ).T
    known = np.column_stack([there_um - places_um[0], np.ones(len(there_um))])
    left_px = _least_left_px(known, seen.shifts_px, np.ones(len(known)))
    for _ in range(rounds):
        lengths_px = np.maximum(np.hypot(*left_px.T), _FINEST_PX)
        left_px = _least_left_px(known, seen.shifts_px, 1.0 / np.sqrt(lengths_px))
    return left_px


def _least_left_px(known: Floats, shifts_px: Floats, weights: Floats) -> Floats:
    heavy = weights[:, np.newaxis]
    fitted = np.linalg.lstsq(heavy * known, heavy * shifts_px, rcond=None)[0]
    return np.asarray(shifts_px - known @ fitted, np.float64)
