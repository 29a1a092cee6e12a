"""What the model of a stage does: from velocities written to where one axis is.

A velocity acts `delay_s` after it was written; the axis then goes from its present velocity to
`unit_ratio` times the new one at a constant acceleration, and what it carries follows with a time
constant of `settle_s`.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

_NO_SETTLING_S = 1e-6


class AxisGuess(NamedTuple):
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


def predict_um(
    written_s: Floats, velocities_um_s: Floats, times_s: Floats, guess: AxisGuess
) -> Floats:
    """Return where one axis is at given times, from rest at 0."""
    legs = _legs(written_s, velocities_um_s, guess)
    starts_s = np.array([leg.starts_s for leg in legs])
    which = np.maximum(np.searchsorted(starts_s, times_s, side="right") - 1, 0)
    table = np.array(legs)[which]
    since_s = np.maximum(times_s - table[:, 0], 0.0)
    return _followed(table, since_s, guess.settle_s)


def _legs(written_s: Floats, velocities_um_s: Floats, guess: AxisGuess) -> list[_Leg]:
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
        acceleration_um_s2 = math.copysign(push, change_um_s)
        ramp = _Leg(*begin[:3], acceleration_um_s2, begin.place_um)
        legs.append(ramp)
        level = _at(ramp, begin.starts_s + abs(change_um_s) / push, guess.settle_s)
        legs.append(_Leg(*level[:2], target_um_s, 0.0, level.place_um))
    return legs


def _at(leg: _Leg, t_s: float, settle_s: float) -> _Leg:
    """Return the same motion, told from `t_s` on."""
    starts_s, asked_um, velocity_um_s, push, place_um = leg
    since_s = max(t_s - starts_s, 0.0)
    asked_now_um = asked_um + (velocity_um_s + 0.5 * push * since_s) * since_s
    place_now_um = asked_now_um
    if settle_s >= _NO_SETTLING_S:
        lag_um = settle_s * velocity_um_s - settle_s**2 * push
        faded = math.exp(-since_s / settle_s)
        place_now_um -= settle_s * push * since_s + lag_um
        place_now_um += faded * (place_um - asked_um + lag_um)
    return _Leg(t_s, asked_now_um, velocity_um_s + push * since_s, push, place_now_um)


def _followed(legs: Floats, since_s: Floats, settle_s: float) -> Floats:
    """Return where a first-order follower is, `since_s` into legs, (n, 5); as `_at` for many."""
    _, asked_um, velocity_um_s, push, place_um = legs.T
    asked_now_um = asked_um + (velocity_um_s + 0.5 * push * since_s) * since_s
    if settle_s < _NO_SETTLING_S:
        return asked_now_um
    lag_um = settle_s * velocity_um_s - settle_s**2 * push
    faded = np.exp(-since_s / settle_s)
    behind_um = settle_s * push * since_s + lag_um
    return asked_now_um - behind_um + faded * (place_um - asked_um + lag_um)
