"""The clamps in their order: from a velocity that is asked for to one that may be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hardware.types import StageLimits, Vec2
from tracker.messages import GuardAction
from tracker.safety.keep_out import Reach, Zone, limit_to_outside
from tracker.safety.limits import (
    limit_acceleration,
    limit_speed,
    limit_travel,
    readable,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where the stage may be by the time it acts: anywhere between two corners."""

    lowest_um: Vec2
    highest_um: Vec2


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that decides how much of a velocity may be sent.

    `last_um_s` was sent `since_s` ago; `share` of the command is believed (coasting);
    `ahead_s` is how long the stage may go on before anybody brakes; `whereabouts` is None when
    it is not known where the stage is.
    """

    last_um_s: Vec2
    since_s: float
    share: float
    ahead_s: float
    whereabouts: Whereabouts | None


def clamp(
    velocity_um_s: Vec2,
    situation: Situation,
    limits: StageLimits,
    keep_out: Sequence[Zone] = (),
) -> tuple[Vec2, GuardAction]:
    """Return what of a velocity may be sent, and what was done to it."""
    action = GuardAction.NONE
    read_um_s = readable(velocity_um_s)
    if read_um_s is not velocity_um_s:
        action |= GuardAction.UNREADABLE
    slow_um_s = limit_speed(read_um_s, max_speed_um_s=limits.max_speed_um_s)
    if slow_um_s is not read_um_s:
        action |= GuardAction.SPEED
    if situation.share < 1.0:
        action |= GuardAction.COASTING
    wanted_um_s, before = _inside(slow_um_s * situation.share, situation, limits, keep_out)
    slewed_um_s = limit_acceleration(
        wanted_um_s,
        situation.last_um_s,
        max_acceleration_um_s2=limits.max_acceleration_um_s2,
        since_s=situation.since_s,
    )
    if slewed_um_s is not wanted_um_s:
        action |= GuardAction.ACCELERATION
    # The edge of the travel has the last word: better a hard brake than a crash.
    allowed_um_s, after = _inside(slewed_um_s, situation, limits, keep_out)
    return allowed_um_s, action | before | after


def _inside(
    velocity_um_s: Vec2, situation: Situation, limits: StageLimits, keep_out: Sequence[Zone]
) -> tuple[Vec2, GuardAction]:
    where = situation.whereabouts
    if where is None:
        return np.zeros(2), GuardAction.UNPLACED
    action = GuardAction.NONE
    inside_um_s = limit_travel(
        velocity_um_s,
        lowest_um=where.lowest_um,
        highest_um=where.highest_um,
        limits=limits,
        ahead_s=situation.ahead_s,
    )
    if (inside_um_s == velocity_um_s).all():
        inside_um_s = velocity_um_s
    else:
        action |= GuardAction.TRAVEL
    if not keep_out:
        return inside_um_s, action
    outside_um_s = limit_to_outside(inside_um_s, _reach(where, situation, limits), keep_out)
    if (outside_um_s != inside_um_s).any():
        action |= GuardAction.KEEP_OUT
    return outside_um_s, action


def _reach(where: Whereabouts, situation: Situation, limits: StageLimits) -> Reach:
    return Reach(
        lowest_um=where.lowest_um,
        highest_um=where.highest_um,
        ahead_s=situation.ahead_s,
        max_acceleration_um_s2=limits.max_acceleration_um_s2,
    )
