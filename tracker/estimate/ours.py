"""The head that we follow: how it moves, how it lies, and how sure the eye has long been of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from hardware.types import Vec2
from tracker.estimate.choice import NEAR_UM, Expected, Spotted, turned_rad
from tracker.estimate.kalman import Agility, HeadMotion, correct, first_seen

NEAR_DEVIATIONS = 5.0
# An animal that turns goes astray by no more than this; the filter, made for the time of a frame
# or two, would believe much more of a head long unseen.
ASTRAY_UM_S = 500.0
# Just seen, ours is worth more than any other head; hidden, a head that others explain is theirs.
_WORTH, _WORTH_HIDDEN, _HIDDEN_S = 9.0, 5.0, 0.1
# What was long sure is not given up for a bad moment, half hidden by another animal.
_CONFIDENCE_S = 5.0
_NEWEST_SHARE = 0.2
_FASTEST_UM_S = 1100.0  # the peak of what was measured
_HEADING_SHARE, _LENGTH_SHARE = 0.5, 0.1
# Once hidden, what we follow may be another head, until it has long looked as ours did.
_DOUBTED_S, _LONGEST_DOUBT_S = 0.5, 3.0
LESS_SURE_BY = 0.15
# An animal that never goes so far from where it was found, for so long, may be dirt.
MOVED_UM, STILL_S = 30.0, 10.0
_SAME_PLACE_PX = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What is known since it was last seen.

    `confidence` is how sure the eye has long been of it, `recent` how sure it is lately.
    `has_moved` says whether it ever went away from where it was taken up.
    `doubted_since_s` and `hidden_s` say since when it may be another head, and when it was hidden
    last; NaN where there is no doubt.
    """

    motion: HeadMotion
    head_px: Vec2
    heading_rad: float
    length_um: float
    confidence: float
    recent: float
    taken_up_s: float
    taken_up_um: Vec2
    has_moved: bool = False
    doubted_since_s: float = math.nan
    hidden_s: float = math.nan

    @property
    def seen_s(self) -> float:
        """Mid-exposure of the last frame that showed it."""
        return self.motion.t_s

    @property
    def is_doubted(self) -> bool:
        """Whether this may be another head than the one that was followed before."""
        return math.isfinite(self.doubted_since_s)

    def was_seen_at(self, spotted: Spotted) -> bool:
        """Whether this was seen last at that place of the picture."""
        return math.dist(self.head_px, spotted.sighting.head_px) < _SAME_PLACE_PX

    def never_moved(self, t_s: float) -> bool:
        """Whether this has stood still since it was taken up, so long that it may be dirt."""
        return not self.has_moved and t_s - self.taken_up_s > STILL_S

    def expect(self, motion: HeadMotion, *, noise_um: float) -> Expected:
        """Say where and how it should be seen, its motion carried on to then."""
        unseen_s = motion.t_s - self.seen_s
        deviation_um = math.hypot(motion.deviation_um, noise_um)
        astray_um = NEAR_UM + ASTRAY_UM_S * unseen_s
        x_um, y_um = motion.position_um.tolist()
        return Expected(
            x_um=x_um,
            y_um=y_um,
            heading_rad=self.heading_rad,
            length_um=self.length_um,
            deviation_um=deviation_um,
            reach_um=max(NEAR_UM, min(NEAR_DEVIATIONS * deviation_um, astray_um)),
            least_confidence=self.confidence - LESS_SURE_BY,
            unseen_s=unseen_s,
            worth=_WORTH if unseen_s < _HIDDEN_S else _WORTH_HIDDEN,
        )

    def hidden(self, t_s: float) -> Ours:
        """Learn from a frame that does not show it."""
        return replace(
            self,
            recent=(1.0 - _NEWEST_SHARE) * self.recent,
            doubted_since_s=self.doubted_since_s if self.is_doubted else t_s,
            hidden_s=t_s,
        )

    def seen_again(
        self, motion: HeadMotion, spotted: Spotted, agility: Agility, *, noise_um: float
    ) -> Ours:
        """Learn from a frame that shows it; `motion` is what was expected at that time.

        Found so far away that no head can have gone there, how it moves is not known any more.
        """
        t_s = motion.t_s
        turn_rad = turned_rad(self.heading_rad, spotted.heading_rad)
        recent = self.recent + _NEWEST_SHARE * (spotted.confidence - self.recent)
        found = correct(motion, spotted.sighting.head_um, noise_um=noise_um)
        if self.is_doubted and math.hypot(*found.velocity_um_s) > _FASTEST_UM_S:
            found = first_seen(t_s, spotted.sighting.head_um, agility, noise_um=noise_um)
        seen = replace(
            self,
            motion=found,
            head_px=spotted.sighting.head_px,
            heading_rad=self.heading_rad + _HEADING_SHARE * turn_rad,
            recent=recent,
            has_moved=self.has_moved or self._is_away(spotted),
        )
        if not self.is_doubted:
            fades = -math.expm1(-(t_s - self.seen_s) / _CONFIDENCE_S)
            return replace(
                seen,
                length_um=self.length_um + _LENGTH_SHARE * (spotted.length_um - self.length_um),
                confidence=self.confidence + fades * (spotted.confidence - self.confidence),
            )
        if t_s - self.doubted_since_s > _LONGEST_DOUBT_S:
            return replace(seen, confidence=recent, doubted_since_s=math.nan)
        is_itself = recent > self.confidence - LESS_SURE_BY
        if is_itself and t_s - self.hidden_s > _DOUBTED_S:
            return replace(seen, doubted_since_s=math.nan)
        return seen

    def _is_away(self, spotted: Spotted) -> bool:
        return math.hypot(*(spotted.sighting.head_um - self.taken_up_um)) > MOVED_UM


def first_sight(spotted: Spotted, t_s: float, agility: Agility, *, noise_um: float) -> Ours:
    """Begin to follow a head."""
    return Ours(
        head_px=spotted.sighting.head_px,
        motion=first_seen(t_s, spotted.sighting.head_um, agility, noise_um=noise_um),
        heading_rad=spotted.heading_rad,
        length_um=spotted.length_um,
        confidence=spotted.confidence,
        recent=spotted.confidence,
        taken_up_s=t_s,
        taken_up_um=spotted.sighting.head_um,
    )
