"""Whether matrix and delays are still what was calibrated, judged by what a session does anyway.

The stage moves after the animal, so the ground moves through the picture. With the right matrix
it moves by just as much the other way: `matrix @ shift = -move`. A matrix that is off by `D` shows
`matrix @ shift = -(1 + D) @ (move + lateness_s * change)`, where `change` is by how much the
stage's velocity differs between the two pictures: pictures that are exposed later than their stamps
say show where the stage was that much later.

The head alone cannot tell this: the stage does what was seen of the head, so that a wrong scale
and another way of crawling look alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import Matrix2

Floats = NDArray[np.float64]

FEWEST_PAIRS = 16
_LEAST_AGREEING = 0.6
_GROSS = 0.5  # of a move: who is off by more has seen something else
_ROUNDS = 12
_SIGMA_PER_MAD, _WITHIN_SIGMAS, _FINEST_UM = 1.4826, 2.0, 0.02

_EARLIEST_S, _LATEST_S, _STEP_S = -0.02, 0.08, 0.002
_LEAST_UNEVEN_UM_S = 20.0
_FEWEST_POSITIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixDrift:
    """How far the matrix is off, with standard errors.

    `off` is `D` of the module's head; `by` its greatest effect on a move, as a fraction;
    `lateness_s` how much later than stamped the pictures are exposed.
    """

    off: Matrix2
    error: float
    lateness_s: float
    lateness_error_s: float
    pairs: int

    @property
    def by(self) -> float:
        """The greatest error of a move, as a fraction of it."""
        return float(np.linalg.norm(self.off, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayDrift:
    """How much later than believed the stage acts on its commands, with the standard error."""

    later_s: float
    error_s: float


def fit_matrix_drift(moves_um: Floats, changes_um_s: Floats, seen_um: Floats) -> MatrixDrift | None:
    """Judge pairs of pictures, (n, 2) each; None where they are too few or do not agree.

    `seen_um` is the calibration's matrix times the ground's shift in the picture.
    """
    length_um = np.hypot(*moves_um.T)
    is_near = np.hypot(*(moves_um + seen_um).T) < _GROSS * length_um
    if is_near.sum() < max(FEWEST_PAIRS, _LEAST_AGREEING * len(moves_um)):
        return None
    known = np.column_stack([moves_um, changes_um_s])[is_near]
    went_um = -seen_um[is_near]
    weights = np.ones(len(known))
    answer, left_um = _weighed(known, went_um, weights)
    for _ in range(_ROUNDS):
        length_left_um = np.hypot(*left_um.T)
        usual_um = _WITHIN_SIGMAS * _SIGMA_PER_MAD * float(np.median(length_left_um))
        weights = 1.0 / (1.0 + (length_left_um / max(usual_um, _FINEST_UM)) ** 2) ** 2
        answer, left_um = _weighed(known, went_um, weights)
    errors = _errors(known, left_um, weights)
    return MatrixDrift(
        off=answer[:4].reshape(2, 2) - np.eye(2),
        error=float(errors[:4].max()),
        lateness_s=float(answer[4]),
        lateness_error_s=float(errors[4]),
        pairs=int(is_near.sum()),
    )


def _terms(known: Floats) -> Floats:
    """Return what each of the five unknowns adds to both coordinates, (2 n, 5)."""
    terms = np.zeros((len(known), 2, 5))
    terms[:, 0, 0:2] = terms[:, 1, 2:4] = known[:, :2]
    terms[:, :, 4] = known[:, 2:]
    return terms.reshape(-1, 5)


def _weighed(known: Floats, went_um: Floats, weights: Floats) -> tuple[Floats, Floats]:
    terms, heavy = _terms(known), np.repeat(np.sqrt(weights), 2)
    answer = np.linalg.lstsq(terms * heavy[:, None], went_um.ravel() * heavy, rcond=None)[0]
    return np.asarray(answer, np.float64), went_um - (terms @ answer).reshape(-1, 2)


def _errors(known: Floats, left_um: Floats, weights: Floats) -> Floats:
    terms, heavy = _terms(known), np.repeat(weights, 2)
    spread_um2 = float((heavy * left_um.ravel() ** 2).sum()) / max(heavy.sum() - 5.0, 1.0)
    return np.sqrt(spread_um2 * np.diag(np.linalg.pinv(terms.T @ (terms * heavy[:, None]))))


def fit_delay_drift(
    acts_s: Floats, sent_um_s: Floats, times_s: Floats, places_um: Floats
) -> DelayDrift | None:
    """Compare where the stage was, (n, 2) at (n,), with the velocities it was sent, (m, 2).

    `acts_s` (m,), rising, is when each of them was believed to act. None where too little moved.
    """
    within = (times_s > acts_s[0] - _EARLIEST_S) if len(acts_s) > 1 else np.zeros(0, np.bool_)
    if within.sum() < _FEWEST_POSITIONS:
        return None
    times_s, places_um = times_s[within], places_um[within]
    if np.abs(np.diff(sent_um_s, axis=0)).mean() < _LEAST_UNEVEN_UM_S:
        return None
    ways_um = np.vstack([np.zeros(2), np.cumsum(sent_um_s[:-1] * np.diff(acts_s)[:, None], axis=0)])
    tried_s = np.arange(_EARLIEST_S, _LATEST_S, _STEP_S)
    costs = np.array(
        [_left_um2(acts_s, ways_um, sent_um_s[-1], times_s - t_s, places_um) for t_s in tried_s]
    )
    best = int(np.argmin(costs))
    if best in {0, len(costs) - 1}:
        return None
    before, here, after = costs[best - 1 : best + 2].tolist()
    bend = before - 2.0 * here + after
    later_s = float(tried_s[best]) + 0.5 * _STEP_S * (before - after) / bend
    # Positions hang together over a ramp, a few of them: so much less is told by them.
    error_s = _STEP_S * math.sqrt(8.0 * here / (bend * len(times_s)))
    return DelayDrift(later_s=later_s, error_s=error_s)


def _left_um2(
    acts_s: Floats, ways_um: Floats, last_um_s: Floats, times_s: Floats, places_um: Floats
) -> float:
    """Return what is left of the steps between positions when each axis has its own unit."""
    after = np.maximum(times_s - acts_s[-1], 0.0)
    total = 0.0
    for axis in (0, 1):
        way_um = np.interp(times_s, acts_s, ways_um[:, axis]) + after * last_um_s[axis]
        told_um, went_um = np.diff(way_um), np.diff(places_um[:, axis])
        unit = float(told_um @ went_um) / max(float(told_um @ told_um), 1e-12)
        left_um = np.abs(went_um - unit * told_um)
        usual_um = 6.0 * max(float(np.median(left_um)), _FINEST_UM)
        total += float((np.minimum(left_um, usual_um) ** 2).sum())
    return total
