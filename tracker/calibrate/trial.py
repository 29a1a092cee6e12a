"""Velocities that tell how a stage obeys: a creep first, then a short pseudo-random test.

Each is a velocity a picture, (2,), and they end about where they began.
"""

from __future__ import annotations

import math

import numpy as np

from hardware.types import Vec2
from tracker.calibrate.drive import Drive, Trace
from tracker.errors import CalibrationError, UsageError

CREEP_UM_S = 40.0
_CREEP_S = 0.4
# Farther off, a fast test would be neither harmless nor, to the guard, our own motion.
_MOST_RATIO = 1.1
_LEVELS = (0.35, 0.65, 1.0)
_SHORTEST_S, _LONGEST_S = 0.075, 0.25
_SEED = 5  # the same test every time
_SWAY_HZ = (0.7, 0.9)  # along x and y: the two do not go together
_REACH_SHARE = 0.8


def creep(drive: Drive, *, period_s: float) -> float:
    """Creep a little along both axes; return the real velocity over the one asked for.

    Raises:
        CalibrationError: it is so far off that a faster test would not be harmless.
    """
    before_um = drive.here_um
    velocity_um_s = np.array([CREEP_UM_S, CREEP_UM_S]) / math.sqrt(2.0)
    count = max(2, round(_CREEP_S / period_s))
    trace = drive.run([velocity_um_s] * count, is_seen=False)
    times_s = [command.written_s for command in trace.sent]
    velocities_um_s = [command.velocity_um_s for command in trace.sent]
    way_um = sum(
        (float(np.hypot(*v)) * (until_s - from_s)
         for v, from_s, until_s in zip(velocities_um_s, times_s, times_s[1:], strict=False)),
        0.0,
    )  # fmt: skip
    ratio = math.dist(drive.here_um, before_um) / way_um if way_um else 0.0
    if not 1.0 / _MOST_RATIO < ratio < _MOST_RATIO:
        raise CalibrationError(
            f"told to creep {way_um:.1f} um, the stage went {ratio * way_um:.1f}: multiply "
            f"rig.stage.velocity_unit_um_s by {ratio:.3g} and measure again, or see what holds it"
        )
    return ratio


def pseudo_random(
    *, seconds: float, period_s: float, speed_um_s: float, reach_um: float
) -> list[Vec2]:
    """Return velocities that change at odd times by odd amounts and stay within a reach.

    Raises:
        UsageError: the reach is too small for the speed.
    """
    longest_um = speed_um_s * (_LONGEST_S + period_s)
    if longest_um > reach_um:
        raise UsageError(
            f"--speed {speed_um_s:g} goes {longest_um:.0f} um at a time: take a --size of "
            f"{2.0 * longest_um:.0f} um or more, or a lower speed"
        )
    count = round(seconds / period_s)
    axes = [
        _axis(np.random.default_rng((_SEED, axis)), count, period_s, speed_um_s, reach_um)
        for axis in (0, 1)
    ]
    return list(np.array(axes).T / math.sqrt(2.0))


def sway(*, seconds: float, period_s: float, reach_um: float) -> list[Vec2]:
    """Return velocities of a smooth sway within a reach: along x and y at rates of their own."""
    t_s = np.arange(round(seconds / period_s)) * period_s
    rates = 2.0 * math.pi * np.array(_SWAY_HZ)
    velocities = _REACH_SHARE * reach_um * rates * np.cos(t_s[:, None] * rates)
    return list(velocities)


def run_trial(drive: Drive, velocities_um_s: list[Vec2], *, is_seen: bool) -> Trace:
    """Run them from rest, and go back to where it began."""
    drive.stand()
    trace = drive.run(velocities_um_s, is_seen=is_seen)
    drive.go(drive.start_um)
    return trace


def _axis(
    draw: np.random.Generator, count: int, period_s: float, speed_um_s: float, reach_um: float
) -> list[float]:
    velocities: list[float] = []
    place_um = 0.0
    while len(velocities) < count:
        held = max(1, round(draw.uniform(_SHORTEST_S, _LONGEST_S) / period_s))
        velocity_um_s = speed_um_s * float(draw.choice(_LEVELS)) * float(draw.choice((-1.0, 1.0)))
        if abs(place_um + velocity_um_s * held * period_s) > reach_um:
            velocity_um_s = -velocity_um_s
        place_um += velocity_um_s * held * period_s
        velocities += [velocity_um_s] * held
    return velocities[:count]
