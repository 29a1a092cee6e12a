"""Which of the heads that the eye offers is the one we follow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hardware.types import Calibration, Vec2
from models.detection import Candidate
from tracker.estimate.kalman import HeadMotion
from tracker.geometry import head_px, to_stage_um
from tracker.messages import Sighting

# A head may start so suddenly that it is this far from where it was expected.
NEAR_UM = 50.0
NEAR_DEVIATIONS = 5.0
# An animal that turns goes astray by no more than this; the filter, made for the time of a frame
# or two, would believe much more of a head long unseen.
ASTRAY_UM_S = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Our head in a frame, and the surest of those too far away to be ours."""

    ours: Sighting | None
    far: Sighting | None


def place(candidate: Candidate, *, stage_um: Vec2, calibration: Calibration) -> Sighting:
    """Say which head a candidate stands for, and where on the plate it is."""
    point_px = head_px(candidate)
    head_um = to_stage_um(point_px, stage_um=stage_um, calibration=calibration)
    return Sighting(candidate=candidate, head_px=point_px, head_um=head_um)


def surest(sightings: Sequence[Sighting]) -> Sighting | None:
    """Return the sighting in which the eye trusts most."""
    return max(sightings, key=lambda sighting: sighting.candidate.confidence, default=None)


def choose(
    sightings: Sequence[Sighting], motion: HeadMotion, *, noise_um: float, unseen_s: float
) -> Choice:
    """Weigh distance to where the head should be against the eye's confidence.

    `motion` is what was known, carried on over `unseen_s` to the time of the frame. The weights
    are those of a normal law about it: two heads equally sure are told apart by distance alone.
    """
    deviation_um = math.hypot(motion.deviation_um, noise_um)
    astray_um = NEAR_UM + ASTRAY_UM_S * unseen_s
    reach_um = max(NEAR_UM, min(NEAR_DEVIATIONS * deviation_um, astray_um))
    ours: Sighting | None = None
    least = math.inf
    far: list[Sighting] = []
    for sighting in sightings:
        away_um = math.hypot(*(sighting.head_um - motion.position_um))
        if not away_um <= reach_um:
            far.append(sighting)
            continue
        cost = 0.5 * (away_um / deviation_um) ** 2 - math.log(sighting.candidate.confidence)
        if cost < least:
            ours, least = sighting, cost
    return Choice(ours=ours, far=surest(far))
