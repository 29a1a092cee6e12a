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
