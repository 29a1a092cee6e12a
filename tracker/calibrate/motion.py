"""How a stage obeys velocities: from what it was sent and where it was to unit, delay and ramps.

The model: a velocity that is written at `t` acts at `t + delay_s`, along each axis with a delay
of its own (many controllers are told of one axis after the other); the stage then goes from its
present velocity to `unit_ratio` times the new one at `acceleration_um_s2`, and what it carries
follows with a time constant of `settle_s`. A command that came late on a busy computer shifts
all that follows, so each change of velocity is judged against the positions just before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hardware.types import StageState
from tracker.calibrate.feed import Sent
from tracker.errors import CalibrationError

Floats: TypeAlias = NDArray[np.float64]
_Residual: TypeAlias = Callable[[Floats], Floats]

_FIRST_SETTLING_S = 0.02
_WITHOUT_SETTLING = 4  # of the parameters, the first so many
_CLEARLY = 0.8
_ROUNDS = 60
_MOST_RESIDUAL = 0.02  # of the farthest way
_LEAST_WAY_UM = 20.0
_NO_SETTLING_S = 5e-4
_BEFORE_S, _AFTER_S = 0.1, 0.15
_REWEIGHTINGS = 3
_OUTSIDE, _SIGMA_PER_MAD, _FINEST_UM = 2.0, 1.4826, 0.05
# In the order unit ratio, delay along x, along y, logarithm of the acceleration, settling.
_STEP = np.array([1e-4, 1e-5, 1e-5, 1e-3, 1e-5])  # for the derivatives
_WITHIN = ((0.05, 20.0), (0.0, 0.5), (0.0, 0.5), (math.log(1e2), math.log(1e7)), (0.0, 0.5))


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


class _Guess(NamedTuple):
    """What is believed of one axis."""

    unit_ratio: float
    delay_s: float
    log_acceleration: float
    settle_s: float


class _Leg(NamedTuple):
    starts_s: float
    asked_um: float
    velocity_um_s: float
    acceleration_um_s2: float
    place_um: float


def fit_motion(sent: Sequence[Sent], states: Sequence[StageState]) -> MotionFit:
    """Fit the model to a run that began with the stage at rest.

    Raises:
        CalibrationError: there is too little motion, or the stage does not move like that.
    """
    written_s = np.array([command.written_s for command in sent])
    velocities_um_s = np.array([command.velocity_um_s for command in sent])
    times_s = np.array([state.t_s for state in states])
    places_um = np.array([state.position_um for state in states])
    way_um = float(np.ptp(places_um, axis=0).min()) if len(places_um) else 0.0
    if way_um < _LEAST_WAY_UM:
        raise CalibrationError(
            f"the stage moved {way_um:.1f} um along one of its axes: is it held or switched off?"
        )
    knees = _knees(written_s, velocities_um_s, times_s)

    def left_um(guess: Floats) -> Floats:
        predicted = [
            predict_um(written_s, velocities_um_s[:, axis], times_s, _of_axis(guess, axis))
            for axis in (0, 1)
        ]
        return knees.left_um((places_um - np.array(predicted).T).T.ravel())

    # Commands that come now and then too late smear a change much as settling does; settling is
    # believed in only where it says clearly more.
    without = _descend_robustly(left_um, _first_guess(0.0), free=_WITHOUT_SETTLING)
    settling = _descend_robustly(left_um, _first_guess(_FIRST_SETTLING_S), free=len(without))
    is_clear = _cost(left_um(settling)) < _CLEARLY * _cost(left_um(without))
    best = settling if is_clear else without
    return _judged(best, left_um(best), _jacobian(left_um, best), way_um)


def _of_axis(guess: Floats, axis: int) -> _Guess:
    unit_ratio, *delays_s, log_acceleration, settle_s = guess.tolist()
    return _Guess(unit_ratio, delays_s[axis], log_acceleration, settle_s)


def _cost(left_um: Floats) -> float:
    return float(np.abs(left_um).sum())


@dataclass(frozen=True, slots=True)
class _Knees:
    """Stretches of positions about each change of velocity, of both axes one after the other.

    `which` (m,) are the positions' numbers, `knee` (m,) the stretches', `is_before` (m,) says
    which of them lie before the change.
    """

    which: NDArray[np.int_]
    knee: NDArray[np.int_]
    is_before: NDArray[np.bool_]

    def left_um(self, missed_um: Floats) -> Floats:
        """Return what the model misses, counted from what it misses before each change."""
        stretch_um = missed_um[self.which]
        known = np.bincount(self.knee, self.is_before)
        before_um = np.bincount(self.knee, stretch_um * self.is_before) / np.maximum(known, 1.0)
        return stretch_um - before_um[self.knee]


def _knees(written_s: Floats, velocities_um_s: Floats, times_s: Floats) -> _Knees:
    which: list[NDArray[np.int_]] = []
    knee: list[NDArray[np.int_]] = []
    is_before: list[NDArray[np.bool_]] = []
    for axis in (0, 1):
        told_um_s = np.concatenate([[0.0], velocities_um_s[:, axis]])
        changes_s = written_s[np.flatnonzero(np.diff(told_um_s))]
        bounds_s = [changes_s[0] - _BEFORE_S, *changes_s.tolist(), changes_s[-1] + _AFTER_S]
        for before_s, at_s, after_s in zip(bounds_s, bounds_s[1:], bounds_s[2:], strict=False):
            from_s = max(0.5 * (before_s + at_s), at_s - _BEFORE_S)
            inside = np.flatnonzero((times_s >= from_s) & (times_s < after_s))
            early = times_s[inside] < at_s
            if early.any():
                knee.append(np.full(len(inside), len(knee)))
                which.append(inside + axis * len(times_s))
                is_before.append(early)
    return _Knees(np.concatenate(which), np.concatenate(knee), np.concatenate(is_before))


def _descend_robustly(left_um: _Residual, guess: Floats, *, free: int) -> Floats:
    """Find the least squares, then again with less weight for what sticks out."""
    weights = np.ones(1)
    for _ in range(_REWEIGHTINGS):

        def weighed_um(tried: Floats, weights: Floats = weights) -> Floats:
            return weights * left_um(tried)

        guess = _descend(weighed_um, guess, free=free)
        missed_um = np.abs(left_um(guess))
        usual_um = max(_OUTSIDE * _SIGMA_PER_MAD * float(np.median(missed_um)), _FINEST_UM)
        weights = np.minimum(1.0, usual_um / np.maximum(missed_um, 1e-12))
    return guess


def predict_um(
    written_s: Floats, velocities_um_s: Floats, times_s: Floats, guess: _Guess
) -> Floats:
    """Return where one axis is at given times, from rest at 0."""
    legs = _legs(written_s, velocities_um_s, guess)
    starts_s = np.array([leg.starts_s for leg in legs])
    which = np.maximum(np.searchsorted(starts_s, times_s, side="right") - 1, 0)
    table = np.array(legs)[which]
    since_s = np.maximum(times_s - table[:, 0], 0.0)
    return _followed(table, since_s, guess.settle_s)


def _legs(written_s: Floats, velocities_um_s: Floats, guess: _Guess) -> list[_Leg]:
    """Cut the motion of an axis into legs of constant acceleration."""
    push = math.exp(guess.log_acceleration)
    legs = [_Leg(-1e9, 0.0, 0.0, 0.0, 0.0)]
    told_um_s = 0.0
    for at_s, asked_um_s in zip(written_s.tolist(), velocities_um_s.tolist(), strict=True):
        if asked_um_s == told_um_s:
            continue
        told_um_s, target_um_s = asked_um_s, guess.unit_ratio * asked_um_s
        begin = _at(legs[-1], at_s + guess.delay_s, guess.settle_s)
        while len(legs) > 1 and legs[-1].starts_s > begin.starts_s:
            legs.pop()  # a ramp that would have ended later is cut short
            begin = _at(legs[-1], at_s + guess.delay_s, guess.settle_s)
        change_um_s = target_um_s - begin.velocity_um_s
        ramp = begin._replace(acceleration_um_s2=math.copysign(push, change_um_s))
        legs.append(ramp)
        level = _at(ramp, begin.starts_s + abs(change_um_s) / push, guess.settle_s)
        legs.append(level._replace(velocity_um_s=target_um_s, acceleration_um_s2=0.0))
    return legs


def _at(leg: _Leg, t_s: float, settle_s: float) -> _Leg:
    """Return the same motion, told from `t_s` on."""
    since_s = max(t_s - leg.starts_s, 0.0)
    row = np.array([leg])
    return _Leg(
        t_s,
        leg.asked_um + (leg.velocity_um_s + 0.5 * leg.acceleration_um_s2 * since_s) * since_s,
        leg.velocity_um_s + leg.acceleration_um_s2 * since_s,
        leg.acceleration_um_s2,
        float(_followed(row, np.array([since_s]), settle_s)[0]),
    )


def _followed(legs: Floats, since_s: Floats, settle_s: float) -> Floats:
    """Return where a first-order follower is, `since_s` into legs, (n, 5)."""
    _, asked_um, velocity_um_s, push, place_um = legs.T
    asked_now_um = asked_um + (velocity_um_s + 0.5 * push * since_s) * since_s
    if settle_s < 1e-6:
        return asked_now_um
    lag_now_um = settle_s * (velocity_um_s + push * since_s) - settle_s**2 * push
    lag_first_um = settle_s * velocity_um_s - settle_s**2 * push
    faded = np.exp(-since_s / settle_s)
    return asked_now_um - lag_now_um + faded * (place_um - asked_um + lag_first_um)


def _first_guess(settle_s: float) -> Floats:
    return np.array([1.0, 0.01, 0.01, math.log(3e4), settle_s])


def _jacobian(left_um: _Residual, guess: Floats) -> Floats:
    columns: list[Floats] = []
    for place, step in enumerate(_STEP.tolist()):
        ahead, behind = guess.copy(), guess.copy()
        ahead[place] += step
        behind[place] = max(behind[place] - step, _WITHIN[place][0])
        columns.append((left_um(ahead) - left_um(behind)) / (ahead[place] - behind[place]))
    return np.array(columns).T


def _descend(left_um: _Residual, guess: Floats, *, free: int) -> Floats:
    """Levenberg and Marquardt's way down to the least squares, by the first `free` parameters."""
    low, high = np.array(_WITHIN).T
    damping, here = 1e-2, left_um(guess)
    for _ in range(_ROUNDS):
        slope = _jacobian(left_um, guess)[:, :free]
        curve = slope.T @ slope
        step = np.zeros(len(guess))
        step[:free] = np.linalg.solve(
            curve + damping * np.diag(np.diag(curve) + 1e-12), -slope.T @ here
        )
        tried = np.clip(guess + step, low, high)
        there = left_um(tried)
        if (there**2).sum() < (here**2).sum():
            is_done = bool((np.abs(tried - guess) < 0.01 * _STEP).all())
            guess, here, damping = tried, there, damping / 5.0
            if is_done:
                break
        elif damping > 1e8:
            break
        else:
            damping *= 5.0
    return guess


def _judged(best: Floats, left_um: Floats, slope: Floats, way_um: float) -> MotionFit:
    residual_um = float(np.sqrt(np.mean(left_um**2)))
    if residual_um > _MOST_RESIDUAL * way_um:
        raise CalibrationError(
            f"the stage does not follow velocities as a stage does: {residual_um:.1f} um are left "
            f"over of {way_um:.0f}; was it touched, or moved by a joystick?"
        )
    if best[-1] < _NO_SETTLING_S:  # so short, it cannot be told from delay, and is none
        slope = slope[:, :_WITHOUT_SETTLING]
    free = max(len(left_um) - slope.shape[1], 1)
    spread = np.linalg.pinv(slope.T @ slope) * float((left_um**2).sum()) / free
    x, y = _of_axis(best, 0), _of_axis(best, 1)
    return MotionFit(
        unit_ratio=x.unit_ratio,
        delay_s=0.5 * (x.delay_s + y.delay_s),
        delay_by_axis_s=(x.delay_s, y.delay_s),
        acceleration_um_s2=math.exp(x.log_acceleration),
        settle_s=x.settle_s,
        unit_ratio_error=math.sqrt(abs(spread[0, 0])),
        delay_error_s=0.5 * math.sqrt(abs(spread[1:3, 1:3].sum())),
        residual_um=residual_um,
    )
