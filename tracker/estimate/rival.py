"""A head far from ours that may be the right one: it must stay, and be surer, to be believed.

Who follows a tail must be able to learn it, and who follows the head must not be led astray by
a picture or two in which something else looks better. Where ours has vanished, a head about as
sure and no farther than ours can have come is ours: something shook the rig.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tracker.estimate.kalman import HeadMotion
from tracker.messages import Sighting

STAYS_S = 0.5
SURER_BY = 0.15
RETURNS_S = 0.1
RETURNS_WITHIN_UM = 150.0
RETURNS_UM_S = 500.0
GONE_AFTER_S = 0.1
# What a head does between two pictures, with room for the eye's error.
FASTEST_UM_S = 1500.0
ERROR_UM = 30.0
_NEWEST_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A far head: since when it is there, when and where last, and how sure on average."""

    since_s: float
    seen_s: float
    sighting: Sighting
    confidence: float

    def is_surer(self, than: float) -> bool:
        """Whether the eye trusts in it clearly more than in ours."""
        return self.confidence > than + SURER_BY

    def has_won(self, t_s: float, *, our_confidence: float) -> bool:
        """Whether it has stayed long enough, and is the surer one."""
        is_there = self.seen_s == t_s
        return is_there and t_s - self.since_s >= STAYS_S and self.is_surer(our_confidence)

    def is_ours(self, last: HeadMotion, t_s: float, *, our_confidence: float) -> bool:
        """Whether this is our head after all: `last` is what was known when it was last seen."""
        away_um = math.hypot(*(self.sighting.head_um - last.position_um))
        return (
            self.seen_s == t_s
            and t_s - self.since_s >= RETURNS_S
            and last.t_s <= self.since_s
            and self.confidence > our_confidence - SURER_BY
            and away_um <= RETURNS_WITHIN_UM + RETURNS_UM_S * (t_s - last.t_s)
        )


def smoothed(before: float, newest: float) -> float:
    """Let a confidence follow what is seen, slowly."""
    return before + _NEWEST_SHARE * (newest - before)


def challenge(rival: Rival | None, far: Sighting | None, t_s: float) -> Rival | None:
    """Go on with a rival, replace it, or drop it, after the frame exposed at `t_s`."""
    if far is None:
        return rival if rival is not None and t_s - rival.seen_s <= GONE_AFTER_S else None
    newest = far.candidate.confidence
    if rival is None or not _is_same(rival, far, t_s):
        return Rival(since_s=t_s, seen_s=t_s, sighting=far, confidence=newest)
    confidence = smoothed(rival.confidence, newest)
    return Rival(since_s=rival.since_s, seen_s=t_s, sighting=far, confidence=confidence)


def _is_same(rival: Rival, far: Sighting, t_s: float) -> bool:
    away_um = math.hypot(*(far.head_um - rival.sighting.head_um))
    return away_um <= ERROR_UM + FASTEST_UM_S * (t_s - rival.seen_s)
