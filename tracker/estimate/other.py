"""The other heads in the picture: the tail, other animals, specks. Each is followed too.

Who follows a tail must be able to learn it, and who follows the head must not be led astray by
whatever looks better for a moment or stands near when ours is hidden. So another head takes our
place only if it stays and is surer than ours has long been; or, where ours has vanished, if it
was never seen beside ours and ours can have come so far: then something shook the rig.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from hardware.types import Vec2
from tracker.estimate.choice import Expected, Spotted, turned_rad
from tracker.estimate.ours import LESS_SURE_BY, MOVED_UM, Ours

STAYS_S = 0.5
SURER_BY = LESS_SURE_BY
RETURNS_S = 0.1
RETURNS_WITHIN_UM = 150.0
RETURNS_UM_S = 500.0
RETURNS_TURNED_RAD = math.radians(60.0)
RETURNS_RAD_S = math.radians(360.0)
# Seen beside ours so often, a head is known to be another one.
KNOWN_APART = 2
GONE_AFTER_S = 0.1
# What a head does between two pictures, with room for the eye's error.
FASTEST_UM_S = 1500.0
ERROR_UM = 30.0
_DEVIATION_UM, _DEVIATION_UM_S = 8.0, 200.0
_WORTH, _WORTH_AT_FIRST = 7.0, 4.0
_NEWEST_SHARE = 0.2
_LESS_LIKE_BY = 0.3
_VELOCITY_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another head: since when it is there, when and where last, how it goes and how it looks.

    `confidence` is an average in which a picture without it counts as nothing; `beside_ours`
    counts the pictures that showed both, `first` is where it was seen first.
    """

    since_s: float
    seen_s: float
    first: Spotted
    spotted: Spotted
    x_um_s: float = 0.0
    y_um_s: float = 0.0
    confidence: float
    beside_ours: int = 0

    @property
    def is_known_apart(self) -> bool:
        """Whether this is surely not ours: it was seen beside it."""
        return self.beside_ours >= KNOWN_APART

    @property
    def has_moved(self) -> bool:
        """Whether it went away from where it was seen first."""
        way_x_um, way_y_um = (
            self.spotted.x_um - self.first.x_um,
            self.spotted.y_um - self.first.y_um,
        )
        return math.hypot(way_x_um, way_y_um) > MOVED_UM

    def expect(self, t_s: float) -> Expected:
        """Say where and how it should be seen."""
        since_s = t_s - self.seen_s
        is_new = self.seen_s == self.since_s
        return Expected(
            x_um=self.spotted.x_um + self.x_um_s * since_s,
            y_um=self.spotted.y_um + self.y_um_s * since_s,
            heading_rad=self.spotted.heading_rad,
            length_um=self.spotted.length_um,
            deviation_um=_DEVIATION_UM + _DEVIATION_UM_S * since_s,
            reach_um=ERROR_UM + FASTEST_UM_S * min(since_s, GONE_AFTER_S),
            least_confidence=self.spotted.confidence - _LESS_LIKE_BY,
            unseen_s=since_s,
            worth=_WORTH_AT_FIRST if is_new else _WORTH,
        )

    def is_surer(self, than: float) -> bool:
        """Whether the eye trusts in it clearly more than in ours."""
        return self.confidence > than + SURER_BY

    def has_won(self, ours: Ours, t_s: float) -> bool:
        """Whether it has stayed long enough, and is the surer one, or alone of the two moves."""
        if self.seen_s != t_s or t_s - self.since_s < STAYS_S:
            return False
        moves = self.has_moved and self.confidence > ours.confidence - SURER_BY
        return self.is_surer(ours.confidence) or (moves and ours.never_moved(t_s))

    def is_ours(self, ours: Ours, t_s: float) -> bool:
        """Whether this is our head, which was hidden: what we follow since then is less like it."""
        if self.seen_s != t_s or self.is_known_apart or not self.since_s >= ours.doubted_since_s:
            return False
        doubted_s = t_s - ours.doubted_since_s
        way_um = self.spotted.sighting.head_um - ours.motion.position_um
        turn_rad = turned_rad(ours.heading_rad, self.spotted.heading_rad)
        return (
            t_s - self.since_s >= RETURNS_S
            and self.confidence > ours.confidence - LESS_SURE_BY
            and self.is_surer(ours.recent)
            and math.hypot(*way_um) <= RETURNS_WITHIN_UM + RETURNS_UM_S * doubted_s
            and abs(turn_rad) <= RETURNS_TURNED_RAD + RETURNS_RAD_S * doubted_s
        )

    def moved(self, by_um: Vec2) -> Other:
        """Return the same head elsewhere."""
        return replace(self, first=self.first.moved(by_um), spotted=self.spotted.moved(by_um))


def begin(spotted: Spotted, t_s: float, *, is_beside_ours: bool) -> Other:
    """Begin to follow a head that nobody accounts for."""
    return Other(
        since_s=t_s,
        seen_s=t_s,
        first=spotted,
        spotted=spotted,
        confidence=spotted.confidence,
        beside_ours=int(is_beside_ours),
    )


def go_on(other: Other, spotted: Spotted | None, t_s: float, *, is_beside_ours: bool) -> Other:
    """Go on with a head after the frame exposed at `t_s`; None: that did not show it."""
    if spotted is None:
        return replace(other, confidence=smoothed(other.confidence, 0.0))
    since_s = t_s - other.seen_s
    share_per_s = _VELOCITY_SHARE / since_s
    way_x_um, way_y_um = spotted.x_um - other.spotted.x_um, spotted.y_um - other.spotted.y_um
    return replace(
        other,
        seen_s=t_s,
        spotted=spotted,
        x_um_s=other.x_um_s + share_per_s * (way_x_um - other.x_um_s * since_s),
        y_um_s=other.y_um_s + share_per_s * (way_y_um - other.y_um_s * since_s),
        confidence=smoothed(other.confidence, spotted.confidence),
        beside_ours=other.beside_ours + is_beside_ours,
    )


def smoothed(before: float, newest: float) -> float:
    """Let a confidence follow what is seen, slowly."""
    return before + _NEWEST_SHARE * (newest - before)
