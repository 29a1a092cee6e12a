"""Which of the heads that the eye offers goes with which of those that are followed.

All are dealt out together: a head that another animal explains better is not ours, however near.
Each witness (place, heading, length, sureness) speaks by the logarithm of a law with heavy tails,
so that none decides alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hardware.types import Calibration, Vec2
from models.detection import Candidate
from tracker.geometry import head_px, to_stage_um
from tracker.messages import Sighting

# A head may start so suddenly that it is this far from where it was expected.
NEAR_UM = 50.0
# So doubtful a heading, and so much more for each second unseen (heads bend at 360 degrees/s).
TURN_RAD, TURN_RAD_S = math.radians(25.0), math.radians(200.0)
_STRETCH = 0.2  # of a head's length: the network's error, and half-hidden heads


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted:
    """A head in a frame, placed on the plate; `heading_rad` points from bulb to nose."""

    sighting: Sighting
    x_um: float
    y_um: float
    heading_rad: float
    length_um: float
    is_sure: bool

    @property
    def confidence(self) -> float:
        """How sure the eye is."""
        return self.sighting.candidate.confidence

    def moved(self, by_um: Vec2) -> Spotted:
        """Return the same head elsewhere."""
        x_um, y_um = by_um.tolist()
        return replace(self, x_um=self.x_um + x_um, y_um=self.y_um + y_um)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A head that is followed, carried on to the time of a frame.

    It may be `reach_um` from where it is expected; less sure than `least_confidence`, only near
    to it. `worth` is what finding it at all is worth, the mismatch at which it is rather taken
    for hidden.
    """

    x_um: float
    y_um: float
    heading_rad: float
    length_um: float
    deviation_um: float
    reach_um: float
    least_confidence: float
    unseen_s: float
    worth: float


def spot(
    candidate: Candidate, *, stage_um: Vec2, calibration: Calibration, is_sure: bool
) -> Spotted:
    """Say which head a candidate stands for, where on the plate it is and how it lies."""
    point_px = head_px(candidate)
    head_um = to_stage_um(point_px, stage_um=stage_um, calibration=calibration)
    nose_px, _, bulb_px = candidate.keypoints_px
    along_x_um, along_y_um = (calibration.stage_from_image_um_per_px @ (nose_px - bulb_px)).tolist()
    x_um, y_um = head_um.tolist()
    return Spotted(
        sighting=Sighting(candidate=candidate, head_px=point_px, head_um=head_um),
        x_um=x_um,
        y_um=y_um,
        heading_rad=math.atan2(along_y_um, along_x_um),
        length_um=math.hypot(along_x_um, along_y_um),
        is_sure=is_sure,
    )


def turned_rad(from_rad: float, to_rad: float) -> float:
    """Return the turn between two headings, -pi to pi."""
    return math.remainder(to_rad - from_rad, 2.0 * math.pi)


def mismatch(expected: Expected, spotted: Spotted) -> float:
    """Return how ill a head goes with one that is followed; infinite out of its reach."""
    away_um = math.hypot(spotted.x_um - expected.x_um, spotted.y_um - expected.y_um)
    is_like = spotted.confidence >= expected.least_confidence
    if not away_um <= (expected.reach_um if is_like else min(expected.reach_um, NEAR_UM)):
        return math.inf
    turn_rad = turned_rad(expected.heading_rad, spotted.heading_rad)
    stretch = math.log(max(spotted.length_um, 1.0) / max(expected.length_um, 1.0))
    return (
        _surprise(away_um / expected.deviation_um)
        + _surprise(turn_rad / (TURN_RAD + TURN_RAD_S * expected.unseen_s))
        + _surprise(stretch / _STRETCH)
        - math.log(spotted.confidence)
    )


def deal(expected: Sequence[Expected], spotted: Sequence[Spotted]) -> list[int | None]:
    """Return for each head that is followed which one in the frame it is, or None: hidden.

    The best of all ways to deal them out; there are never more than four in a frame.
    """
    gains = [[one.worth - mismatch(one, seen) for seen in spotted] for one in expected]
    return _best_deal(gains, 0, frozenset())[1]


def _best_deal(
    gains: list[list[float]], first: int, taken: frozenset[int]
) -> tuple[float, list[int | None]]:
    if first == len(gains):
        return 0.0, []
    gain, rest = _best_deal(gains, first + 1, taken)
    best: tuple[float, list[int | None]] = gain, [None, *rest]
    for which, own in enumerate(gains[first]):
        if own > 0.0 and which not in taken:
            gain, rest = _best_deal(gains, first + 1, taken | {which})
            if own + gain > best[0]:
                best = own + gain, [which, *rest]
    return best


def _surprise(deviations: float) -> float:
    return math.log1p(0.5 * deviations * deviations)
