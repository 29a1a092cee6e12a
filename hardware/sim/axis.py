"""How one axis of a stage moves, as a pure function of time.

A path is a row of phases of constant acceleration, known in full from the moment a command
acts: to ask where the axis is needs no integration and no log. Micrometres and seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Phase(NamedTuple):
    """Constant acceleration, from `starts_s` to the start of the next phase (or for ever)."""

    starts_s: float
    position_um: float
    velocity_um_s: float
    acceleration_um_s2: float

    def at(self, t_s: float) -> Phase:
        """Return the same motion, told from `t_s` on."""
        since_s = t_s - self.starts_s
        return Phase(
            t_s,
            self.position_um
            + (self.velocity_um_s + 0.5 * self.acceleration_um_s2 * since_s) * since_s,
            self.velocity_um_s + self.acceleration_um_s2 * since_s,
            self.acceleration_um_s2,
        )


Phases: TypeAlias = tuple[Phase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What bounds an axis."""

    acceleration_um_s2: float
    max_speed_um_s: float
    lower_um: float
    upper_um: float


@dataclass(frozen=True, slots=True)
class AtVelocity:
    """The wish to run at a velocity until told otherwise."""

    velocity_um_s: float


@dataclass(frozen=True, slots=True)
class ToPosition:
    """The wish to come to rest at a place, as fast as may be."""

    position_um: float


Goal: TypeAlias = AtVelocity | ToPosition


def phase_at(phases: Phases, t_s: float) -> Phase:
    """Return position, velocity and acceleration at `t_s`; before the start it stood there."""
    for phase in reversed(phases):
        if phase.starts_s <= t_s:
            return phase.at(t_s)
    return phases[0]


def plan(start: Phase, goal: Goal, axis: Axis) -> Phases:
    """Return the path from a state of motion to a goal, in the axis's bounds.

    A limit stops the axis hard; from there it may go back, never on.

    >>> axis = Axis(acceleration_um_s2=1000, max_speed_um_s=100, lower_um=-50.0, upper_um=50.0)
    >>> path = plan(Phase(0, 0, 0, 0), AtVelocity(100), axis)
    >>> phase_at(path, 0.2).position_um
    15.0
    >>> phase_at(path, 9.0).position_um
    50.0
    """
    done: list[Phase] = []
    for _ in range(3):  # a path meets a limit twice at most: running on, and back at the other
        free = _run(start, goal, axis) if isinstance(goal, AtVelocity) else _move(start, goal, axis)
        whole, stop = _until_a_limit(free, axis)
        if stop == start:  # it stands at the limit already, and is pushed on
            break
        done += whole
        if stop is None:
            return tuple(done)
        start = stop
    return (*done, start)


def _run(start: Phase, goal: AtVelocity, axis: Axis) -> Phases:
    wish = goal.velocity_um_s
    target = min(max(wish, -axis.max_speed_um_s), axis.max_speed_um_s)
    change = target - start.velocity_um_s
    if change == 0.0:
        return (start._replace(acceleration_um_s2=0.0),)
    first = start._replace(acceleration_um_s2=math.copysign(axis.acceleration_um_s2, change))
    then = first.at(start.starts_s + abs(change) / axis.acceleration_um_s2)
    return first, Phase(then.starts_s, then.position_um, target, 0.0)


def _move(start: Phase, goal: ToPosition, axis: Axis) -> Phases:
    """Speed up, cruise, slow down: the quickest way from any speed to rest at the goal."""
    target_um = min(max(goal.position_um, axis.lower_um), axis.upper_um)
    push, speed = axis.acceleration_um_s2, start.velocity_um_s
    overshoot_um = target_um - start.position_um - speed * abs(speed) / (2.0 * push)
    way = 1.0 if overshoot_um >= 0.0 else -1.0
    distance_um, ahead_um_s = way * (target_um - start.position_um), way * speed
    peak = math.sqrt(max(push * distance_um + ahead_um_s**2 / 2.0, 0.0))
    peak = min(peak, axis.max_speed_um_s)
    gain = peak - ahead_um_s
    first = start._replace(acceleration_um_s2=way * math.copysign(push, gain))
    cruise = first.at(start.starts_s + abs(gain) / push)._replace(acceleration_um_s2=0.0)
    braking_um = peak**2 / (2.0 * push)
    left_um = max(way * (target_um - cruise.position_um) - braking_um, 0.0)
    brake = cruise.at(cruise.starts_s + (left_um / peak if peak > 0.0 else 0.0))
    brake = brake._replace(acceleration_um_s2=-way * push)
    rest = Phase(brake.starts_s + peak / push, target_um, 0.0, 0.0)
    return first, cruise, brake, rest


def _until_a_limit(phases: Phases, axis: Axis) -> tuple[list[Phase], Phase | None]:
    """Cut a path where it runs into a limit; return what is left, and the rest at the limit."""
    ends_s = [*(phase.starts_s for phase in phases[1:]), math.inf]
    for place, (phase, end_s) in enumerate(zip(phases, ends_s, strict=True)):
        for limit_um, way in ((axis.upper_um, 1.0), (axis.lower_um, -1.0)):
            hit_s = phase.starts_s + reaches_after_s(phase, limit_um, way)
            if hit_s <= end_s and math.isfinite(hit_s):
                return list(phases[: place + 1]), Phase(hit_s, limit_um, 0.0, 0.0)
    return list(phases), None


def reaches_after_s(phase: Phase, place_um: float, way: float) -> float:
    """Return seconds until a place is reached going up (`way` 1) or down (-1); inf for never.

    A place that already lies behind counts as reached as soon as the motion goes that way.
    """
    distance_um = max(way * (place_um - phase.position_um), 0.0)
    speed, push = way * phase.velocity_um_s, way * phase.acceleration_um_s2
    if push == 0.0:
        return distance_um / speed if speed > 0.0 else math.inf
    arrival_squared = speed**2 + 2.0 * push * distance_um
    if arrival_squared < 0.0 or (arrival_squared == 0.0 and push < 0.0):
        return math.inf
    if push < 0.0 and speed <= 0.0:
        return math.inf
    return max((math.sqrt(arrival_squared) - speed) / push, 0.0)  # rounding may leave -1e-160
