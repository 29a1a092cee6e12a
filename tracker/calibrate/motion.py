"""How a stage obeys velocities: from what it was sent and where it was to unit, delay and ramps.

The whole response to a test is fitted by the model of `tracker.calibrate.ramps`, by least squares
at the stamped times. Along each axis there is a delay of its own (many controllers are told of one
axis after the other). A command that came late on a busy computer shifts all that follows, so each
change of velocity is judged against the positions just before it; and lest its lateness be taken
for a slow ramp, each change may come at its own time where they do not come evenly, and the delay
is the median of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.types import StageState
from tracker.calibrate.descent import Descent, Residual
from tracker.calibrate.feed import Sent
from tracker.calibrate.knees import knees_of
from tracker.calibrate.ramps import AxisGuess, Floats, predict_um
from tracker.errors import CalibrationError

_FIRST_SETTLING_S = 0.02
# In the order unit ratio, delay along x, along y, logarithm of the acceleration, settling.
_STEP = np.array([1e-4, 1e-5, 1e-5, 1e-3, 1e-5])  # for the derivatives
_WITHIN = ((0.05, 20.0), (0.0, 0.5), (0.0, 0.5), (math.log(1e2), math.log(1e7)), (0.0, 0.5))
_DESCENT = Descent(_STEP, _WITHIN)
_WITHOUT_SETTLING, _SHAPE, _SETTLING = (0, 1, 2, 3), (0, 3), (4,)
_CLEARLY = 0.8
_MOST_RESIDUAL = 0.02  # of the farthest way
_LEAST_WAY_UM = 20.0
_ODD_SHARE, _ENOUGH = 0.2, 0.5
_NO_SETTLING_S = 5e-4
_LATENESS_ROUNDS = 2
_ON_TIME_S = 5e-4  # commands that come more evenly than this came on time
_SHIFT_S = 1e-4
_MEDIAN_ERROR = 1.25  # of a median, in standard errors of a mean


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionFit:
    """How the stage obeys. Errors are standard errors; `residual_um` is a root mean square."""

    unit_ratio: float  # real velocity over the velocity that the driver believes to have sent
    delay_s: float  # a velocity written to the stage acting on it, the mean of both axes
    delay_by_axis_s: tuple[float, float]
    acceleration_um_s2: float
    settle_s: float
    unit_ratio_error: float
    delay_error_s: float
    residual_um: float


def fit_motion(sent: Sequence[Sent], states: Sequence[StageState]) -> MotionFit:
    """Fit the model to a run that began with the stage at rest.

    Raises:
        CalibrationError: there is too little motion, or the stage does not move like that.
    """
    written_s = np.array([command.written_s for command in sent])
    velocities_um_s = np.array([command.velocity_um_s for command in sent])
    times_s = np.array([state.t_s for state in states])
    places_um = np.array([state.position_um for state in states])
    is_good = _is_well_stamped(times_s)
    times_s, places_um = times_s[is_good], places_um[is_good]
    way_um = float(np.ptp(places_um, axis=0).min()) if len(places_um) else 0.0
    if way_um < _LEAST_WAY_UM:
        raise CalibrationError(
            f"the stage moved {way_um:.1f} um along one of its axes: is it held or switched off?"
        )
    run = _Run(written_s, velocities_um_s, times_s, places_um)
    best = _best(run.left_um, run.rough())
    residual_um = _rms(run.left_um(best))
    if residual_um > _MOST_RESIDUAL * way_um:
        raise CalibrationError(
            f"the stage does not follow velocities as a stage does: {residual_um:.1f} um are left "
            f"over of {way_um:.0f}; was it touched, or moved by a joystick?"
        )
    late_s = run.lateness_s(best)
    left_um = run.left_um
    if float(np.nanstd(late_s)) > _ON_TIME_S:
        best = _best(run.untimed(best), run.refined(best))
        left_um = run.untimed(best)
    return _judged(best, left_um, run.lateness_s(best))


def _best(left_um: Residual, fits: tuple[Floats, Floats]) -> Floats:
    """Return the fit without settling, or the one with it if that says clearly more.

    Commands that come now and then too late smear a change much as settling does.
    """
    without, settling = fits
    is_clear = _cost(left_um(settling)) < _CLEARLY * _cost(left_um(without))
    return settling if is_clear else without


def _is_well_stamped(times_s: Floats) -> NDArray[np.bool_]:
    """Say which positions came in the usual rhythm.

    One that was asked for or read late, on a busy computer, is stamped too late by a part of that.
    """
    gaps_s = np.diff(times_s)
    if not len(gaps_s):
        return np.ones(len(times_s), np.bool_)
    usual_s = float(np.median(gaps_s))
    is_odd = np.abs(gaps_s - usual_s) > _ODD_SHARE * usual_s
    is_good = ~(np.append(False, is_odd) | np.append(is_odd, False))
    return is_good if is_good.mean() > _ENOUGH else np.ones(len(times_s), np.bool_)


def _of_axis(guess: Floats, axis: int) -> AxisGuess:
    unit_ratio, *delays_s, log_acceleration, settle_s = guess.tolist()
    return AxisGuess(unit_ratio, delays_s[axis], log_acceleration, settle_s)


def _cost(left_um: Floats) -> float:
    return float(np.abs(left_um).sum())


class _Run:
    """What was sent and where the stage was: `written_s` (n,), `times_s` (m,), (n, 2), (m, 2)."""

    def __init__(
        self, written_s: Floats, velocities_um_s: Floats, times_s: Floats, places_um: Floats
    ) -> None:
        self._written_s, self._velocities_um_s = written_s, velocities_um_s
        self._times_s, self._places_um = times_s, places_um.T.ravel()
        self.knees = knees_of(written_s, velocities_um_s, times_s)

    def left_um(self, guess: Floats) -> Floats:
        """Return what the model misses about each change of velocity."""
        return self.knees.about(self._places_um - self._predicted_um(guess, self._times_s))

    def rough(self) -> tuple[Floats, Floats]:
        """Fit without and with settling, as if every command had come on time."""
        return (
            _DESCENT.robustly(self.left_um, _first_guess(0.0), free=_WITHOUT_SETTLING),
            _DESCENT.robustly(
                self.left_um, _first_guess(_FIRST_SETTLING_S), free=(*_WITHOUT_SETTLING, *_SETTLING)
            ),
        )

    def refined(self, guess: Floats) -> tuple[Floats, Floats]:
        """Fit without and with settling, each change at its own time, the delays after it."""
        settle_s = max(guess[-1], _FIRST_SETTLING_S)
        return (
            self._refined(_with_settling(guess, 0.0), free=_SHAPE),
            self._refined(_with_settling(guess, settle_s), free=(*_SHAPE, *_SETTLING)),
        )

    def _refined(self, guess: Floats, *, free: Sequence[int]) -> Floats:
        for _ in range(_LATENESS_ROUNDS):
            guess = _DESCENT.robustly(self.untimed(guess), guess, free=free)
            late_s = self.lateness_s(guess)
            for axis in (0, 1):
                guess[1 + axis] += float(np.nanmedian(late_s[self.knees.axis == axis]))
        return guess

    def lateness_s(self, guess: Floats) -> Floats:
        """Return by how much each change came later than the delay says."""
        return self.knees.lateness_s(self.left_um(guess), self.per_s(guess))

    def untimed(self, about: Floats) -> Residual:
        """Return what tells what the model misses if each change may come at its own time.

        What a delay changes is taken at the guess `about`.
        """
        per_s = self.per_s(about)

        def untimed_um(guess: Floats) -> Floats:
            left_um = self.left_um(guess)
            late_s = np.nan_to_num(self.knees.lateness_s(left_um, per_s))
            return left_um - late_s[self.knees.knee] * per_s

        return untimed_um

    def per_s(self, guess: Floats) -> Floats:
        """Return what a delay of one second would change."""
        ahead_um, behind_um = (
            self._predicted_um(guess, self._times_s + shift_s) for shift_s in (_SHIFT_S, -_SHIFT_S)
        )
        return self.knees.about((behind_um - ahead_um) / (2.0 * _SHIFT_S))

    def _predicted_um(self, guess: Floats, times_s: Floats) -> Floats:
        return np.concatenate(
            [
                predict_um(
                    self._written_s, self._velocities_um_s[:, axis], times_s, _of_axis(guess, axis)
                )
                for axis in (0, 1)
            ]
        )


def _first_guess(settle_s: float) -> Floats:
    return np.array([1.0, 0.01, 0.01, math.log(3e4), settle_s])


def _with_settling(guess: Floats, settle_s: float) -> Floats:
    return np.append(guess[:-1], settle_s)


def _rms(left_um: Floats) -> float:
    return float(np.sqrt(np.mean(left_um**2)))


def _judged(best: Floats, left_um: Residual, late_s: Floats) -> MotionFit:
    missed_um = left_um(best)
    # So short, settling cannot be told from delay, and is none.
    free = (*_SHAPE, *_SETTLING) if best[-1] >= _NO_SETTLING_S else _SHAPE
    slope = _DESCENT.slope(left_um, best, free)
    count = max(len(missed_um) - slope.shape[1], 1)
    spread = np.linalg.pinv(slope.T @ slope) * float((missed_um**2).sum()) / count
    late_s = late_s[np.isfinite(late_s)]
    x, y = _of_axis(best, 0), _of_axis(best, 1)
    return MotionFit(
        unit_ratio=x.unit_ratio,
        delay_s=0.5 * (x.delay_s + y.delay_s),
        delay_by_axis_s=(x.delay_s, y.delay_s),
        acceleration_um_s2=math.exp(x.log_acceleration),
        settle_s=x.settle_s,
        unit_ratio_error=math.sqrt(abs(spread[0, 0])),
        delay_error_s=_MEDIAN_ERROR * float(np.std(late_s)) / math.sqrt(len(late_s)),
        residual_um=_rms(missed_um),
    )
