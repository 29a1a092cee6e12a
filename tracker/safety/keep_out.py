"""Zones that the stage must not enter: boxes and circles in stage coordinates.

However a stage brakes, on a straight line or axis by axis, it stays in the box that is spanned by
where it is and by where each axis comes to rest. A velocity is safe where that box meets no zone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hardware.types import Vec2
from tracker.config import AnyKeepOut, KeepOutBox
from tracker.safety.limits import braking_um

_HALVINGS = 16
_CLEARANCE_UM = 0.5  # an encoder's rounding is not worth an argument


class Zone(Protocol):
    """A place that is kept out of; it is convex."""

    def meets(self, lowest_um: Vec2, highest_um: Vec2) -> bool:
        """Say whether a box reaches into it."""
        ...

    def way_out(self, position_um: Vec2) -> Vec2:
        """Return the unit vector of the shortest way out of it, or away from it."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """Between two corners."""

    lower_um: Vec2
    upper_um: Vec2

    def meets(self, lowest_um: Vec2, highest_um: Vec2) -> bool:
        """Say whether a box reaches into it."""
        is_beside = (highest_um < self.lower_um - _CLEARANCE_UM) | (
            lowest_um > self.upper_um + _CLEARANCE_UM
        )
        return not is_beside.any()

    def way_out(self, position_um: Vec2) -> Vec2:
        """Return the unit vector towards the nearest side."""
        below_um, above_um = position_um - self.lower_um, self.upper_um - position_um
        depths_um = [*below_um.tolist(), *above_um.tolist()]
        ways = ([-1.0, 0.0], [0.0, -1.0], [1.0, 0.0], [0.0, 1.0])
        return np.array(ways[int(np.argmin(depths_um))])


@dataclass(frozen=True, slots=True, eq=False)
class Circle:
    """About a centre."""

    center_um: Vec2
    radius_um: float

    def meets(self, lowest_um: Vec2, highest_um: Vec2) -> bool:
        """Say whether a box reaches into it."""
        nearest_um = np.clip(self.center_um, lowest_um, highest_um)
        return math.dist(nearest_um, self.center_um) <= self.radius_um + _CLEARANCE_UM

    def way_out(self, position_um: Vec2) -> Vec2:
        """Return the unit vector from the centre outwards."""
        out_um = position_um - self.center_um
        away_um = math.hypot(*out_um)
        return out_um / away_um if away_um > 0.0 else np.array([1.0, 0.0])


def zones(keep_out: Sequence[AnyKeepOut]) -> tuple[Zone, ...]:
    """Return the zones that config.yaml names."""
    return tuple(_zone(section) for section in keep_out)


def _zone(section: AnyKeepOut) -> Zone:
    if isinstance(section, KeepOutBox):
        return Box(np.array(section.lower_um), np.array(section.upper_um))
    return Circle(np.array(section.center_um), section.radius_um)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What the stage sweeps before it stands, for any velocity that it may be sent.

    It lies between `lowest_um` and `highest_um` when it acts on the velocity, goes on with it for
    `ahead_s` and brakes then.
    """

    lowest_um: Vec2
    highest_um: Vec2
    ahead_s: float
    max_acceleration_um_s2: float

    def corners(self, velocity_um_s: Vec2) -> tuple[Vec2, Vec2]:
        """Return the corners of all that may be swept."""
        way_um = velocity_um_s * self.ahead_s + braking_um(
            velocity_um_s, max_acceleration_um_s2=self.max_acceleration_um_s2
        )
        low_um, high_um = np.minimum(way_um, 0.0), np.maximum(way_um, 0.0)
        return self.lowest_um + low_um, self.highest_um + high_um


def limit_to_outside(velocity_um_s: Vec2, reach: Reach, zones: Sequence[Zone]) -> Vec2:
    """Slow a velocity, or turn it along an axis, until it stays out of all zones.

    In a zone, only its shortest way out is open.
    """
    for zone in zones:
        if zone.meets(reach.lowest_um, reach.highest_um):
            out = zone.way_out(0.5 * (reach.lowest_um + reach.highest_um))
            velocity_um_s = out * max(float(velocity_um_s @ out), 0.0)
    others = [zone for zone in zones if not zone.meets(reach.lowest_um, reach.highest_um)]

    def is_safe(tried_um_s: Vec2) -> bool:
        corners = reach.corners(tried_um_s)
        return not any(zone.meets(*corners) for zone in others)

    if is_safe(velocity_um_s):
        return velocity_um_s
    along_x = velocity_um_s * np.array([1.0, 0.0])
    along_y = velocity_um_s * np.array([0.0, 1.0])
    tries = [_slowed(tried, is_safe) for tried in (velocity_um_s, along_x, along_y)]
    return max(tries, key=lambda tried: float(tried @ velocity_um_s))


def _slowed(velocity_um_s: Vec2, is_safe: Callable[[Vec2], bool]) -> Vec2:
    """Return the fastest safe part of a velocity: what a slower one sweeps, a faster one does."""
    if is_safe(velocity_um_s):
        return velocity_um_s
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if is_safe(middle * velocity_um_s) else (low, middle)
    return low * velocity_um_s
