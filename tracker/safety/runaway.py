"""Whether the head runs away from a stage that goes after it: then something is wrong with us.

A mirrored or turned matrix, a stage that slips: the stage goes where the head is said to be, and
the error grows. Two signs, either of which is enough:

- the error has grown far while the stage went a good way (in which direction is no sign: by a
  wrong matrix the stage may circle the head, or lose it and shoot past);
- the head seems to go, on the plate, as no animal can.

Another animal taken for ours is neither: the error jumps then, more than the stage's own motion
could make it, and what was seen before no longer counts.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from hardware.types import Vec2

WITHIN_S = 0.6
FAR_UM = 150.0
GROWN_UM = 100.0
WENT_UM = 50.0
GROWING_SIGHTINGS = 3
# No animal goes so fast for so long (peaks of 1100 um/s have been measured, for a moment).
NO_ANIMAL_UM_S = 2000.0
NO_ANIMAL_S = 0.3

_JUMP_SHARE = 1.5  # of what the stage went: a mirrored picture moves twice as fast as the plate
_ANIMAL_UM_S = 1500.0
_NOISE_UM = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One sighting: when, how far off the centre, and where the stage was."""

    t_s: float
    off_um: Vec2
    stage_um: Vec2

    @property
    def error_um(self) -> float:
        """How far off."""
        return math.hypot(*self.off_um)


class RunawayWatch:
    """Remembers the sightings of late that were followed."""

    def __init__(self) -> None:
        self._seen: deque[Seen] = deque()
        self._growing = 0  # sightings in a row, each farther off than the one before

    def forget(self) -> None:
        """Begin anew: the head was not followed, or could not be."""
        self._seen.clear()
        self._growing = 0

    def see(self, seen: Seen) -> str:
        """Take note of a sighting; return why it is a runaway, and nothing where it is none."""
        if self._seen and seen.t_s <= self._seen[-1].t_s:
            return ""
        if self._seen and _jumps(self._seen[-1], seen):
            self.forget()
        while self._seen and seen.t_s - self._seen[0].t_s > WITHIN_S:
            self._seen.popleft()
        grows = bool(self._seen) and seen.error_um > self._seen[-1].error_um
        self._growing = self._growing + 1 if grows else 0
        self._seen.append(seen)
        return self._grows_away(seen) or self._outruns_animals(seen)

    def _grows_away(self, now: Seen) -> str:
        if now.error_um < FAR_UM or self._growing < GROWING_SIGHTINGS:
            return ""
        least = min(self._seen, key=lambda seen: seen.error_um)
        went_um = math.dist(now.stage_um, least.stage_um)
        if now.error_um - least.error_um < GROWN_UM or went_um < WENT_UM:
            return ""
        return (
            f"the head went from {least.error_um:.0f} to {now.error_um:.0f} um off within "
            f"{now.t_s - least.t_s:.2f} s while the stage went {went_um:.0f} um to follow it"
        )

    def _outruns_animals(self, now: Seen) -> str:
        before = [seen for seen in self._seen if now.t_s - seen.t_s >= NO_ANIMAL_S]
        if not before:
            return ""
        way_um = math.hypot(*(now.off_um + now.stage_um - before[-1].off_um - before[-1].stage_um))
        speed_um_s = way_um / (now.t_s - before[-1].t_s)
        if speed_um_s < NO_ANIMAL_UM_S:
            return ""
        return f"the head seems to go at {speed_um_s:.0f} um/s, which no animal can"


def _jumps(before: Seen, after: Seen) -> bool:
    change_um = math.hypot(*(after.off_um - before.off_um))
    went_um = math.hypot(*(after.stage_um - before.stage_um))
    animal_um = _ANIMAL_UM_S * (after.t_s - before.t_s)
    return change_um > _JUMP_SHARE * (went_um + animal_um) + _NOISE_UM
