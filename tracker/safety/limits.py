"""What a stage may be told: speed, travel with braking distance, and acceleration.

Pure functions, a command in and a slower one out. Each only ever slows, turns aside or delays;
none can make a command faster. The order in which they are applied is the guard's business.
"""

from __future__ import annotations

import math

import numpy as np

from hardware.types import StageLimits, Vec2


def readable(velocity_um_s: Vec2) -> Vec2:
    """Stand still where a command is not two finite numbers.

    >>> readable(np.array([float("nan"), 3.0]))
    array([0., 0.])
    """
    if velocity_um_s.shape != (2,) or not np.isfinite(velocity_um_s).all():
        return np.zeros(2)
    return velocity_um_s


def limit_speed(velocity_um_s: Vec2, *, max_speed_um_s: float) -> Vec2:
    """Cut the speed along the direction of travel: it still points where it was meant to.

    `math.hypot` and not `np.linalg.norm`, which overflows from 1e154 on; and the speed itself
    may overflow to infinity, so a huge command is first brought down by its greater part.
    """
    greatest = float(np.abs(velocity_um_s).max())
    if greatest > max_speed_um_s:
        velocity_um_s = velocity_um_s / greatest * max_speed_um_s
    speed_um_s = math.hypot(*velocity_um_s)
    if speed_um_s <= max_speed_um_s:
        return velocity_um_s
    return velocity_um_s * (max_speed_um_s / speed_um_s)


def stopping_speed_um_s(distance_um: float, *, acceleration_um_s2: float, ahead_s: float) -> float:
    """Return the greatest speed from which the stage stands within a distance.

    It may first go on for `ahead_s` undisturbed and brakes then, so the answer solves
    `v * ahead + v**2 / (2 a) = distance`; without delay it is `sqrt(2 a d)`.

    >>> stopping_speed_um_s(800.0, acceleration_um_s2=1e4, ahead_s=0.0)
    4000.0
    """
    if distance_um <= 0.0:
        return 0.0
    free_um_s = acceleration_um_s2 * ahead_s
    braked_um2_s2 = 2.0 * acceleration_um_s2 * distance_um
    return braked_um2_s2 / (math.sqrt(free_um_s**2 + braked_um2_s2) + free_um_s)


def axis_acceleration_um_s2(max_acceleration_um_s2: float) -> float:
    """Return by how much an axis can brake: both may have to at once, and share what there is."""
    return max_acceleration_um_s2 / math.sqrt(2.0)


def braking_um(velocity_um_s: Vec2, *, max_acceleration_um_s2: float) -> Vec2:
    """Return how far each axis goes while it brakes.

    >>> braking_um(np.array([300.0, -600.0]), max_acceleration_um_s2=45_000.0 * math.sqrt(2.0))
    array([ 1., -4.])
    """
    acceleration_um_s2 = axis_acceleration_um_s2(max_acceleration_um_s2)
    return velocity_um_s * np.abs(velocity_um_s) / (2.0 * acceleration_um_s2)


def limit_travel(
    velocity_um_s: Vec2, *, lowest_um: Vec2, highest_um: Vec2, limits: StageLimits, ahead_s: float
) -> Vec2:
    """Slow whatever part of a velocity could not be braked before the edge of the travel.

    The stage lies somewhere between `lowest_um` and `highest_um`. `ahead_s` is how long it may
    go on before anybody brakes. Out of the box, only the way back is open.
    """
    acceleration_um_s2 = axis_acceleration_um_s2(limits.max_acceleration_um_s2)

    def speed_within(distance_um: float) -> float:
        return stopping_speed_um_s(
            distance_um, acceleration_um_s2=acceleration_um_s2, ahead_s=ahead_s
        )

    down_um_s = [-speed_within(distance_um) for distance_um in lowest_um - limits.lower_um]
    up_um_s = [speed_within(distance_um) for distance_um in limits.upper_um - highest_um]
    return np.minimum(np.maximum(velocity_um_s, down_um_s), up_um_s)


def limit_acceleration(
    velocity_um_s: Vec2, last_um_s: Vec2, *, max_acceleration_um_s2: float, since_s: float
) -> Vec2:
    """Go from the last velocity towards the new one by no more than the acceleration allows."""
    change_um_s = velocity_um_s - last_um_s
    step_um_s = math.hypot(*change_um_s)
    allowed_um_s = max_acceleration_um_s2 * max(since_s, 0.0)
    if step_um_s <= allowed_um_s:
        return velocity_um_s
    return last_um_s + change_um_s * (allowed_um_s / step_um_s)
