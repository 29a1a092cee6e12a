"""The law that users run today, to be compared with: proportional, with a strike count.

Written from a description of its behaviour. Three keypoints, all surer than 0.9 and in order
along the animal's axis; the target is the metacorpus plus 15 px toward the terminal bulb, which
is the head that we track; from 3 to 125 px off it runs at 180 units/s per px on each axis, which
at 0.1 um a unit and 1.264 um a pixel is 14.2 per second. Any other frame is bad: every fourth
bad one stops the stage, the last velocity stands through the rest, and no good frame ever resets
the count.
"""

from __future__ import annotations

import math

import numpy as np

from hardware.types import Vec2
from models.detection import Candidate
from tracker.history import StageHistory
from tracker.messages import Estimate, Sighting

GAIN_PER_S = 180.0 * 0.1 / 1.264
UM_PER_PX = 1.264
LEAST_CONFIDENCE = 0.9
NEAREST_PX, FARTHEST_PX = 3.0, 125.0
STRIKES = 4


class Incumbent:
    """Fulfils `tracker.parts.Controller`."""

    def __init__(self) -> None:
        self._bad_frames = 0
        self._velocity_um_s = np.zeros(2)

    def steer(self, foreseen: Estimate, stage: StageHistory, sighting: Sighting | None) -> Vec2:
        """Return the velocity that stands after this frame."""
        offset_um = None if sighting is None else _offset_um(sighting, stage.at(foreseen.seen_s))
        if offset_um is not None:
            self._velocity_um_s = GAIN_PER_S * offset_um
            return self._velocity_um_s
        self._bad_frames += 1
        if self._bad_frames % STRIKES == 0:
            self._velocity_um_s = np.zeros(2)
        return self._velocity_um_s


def _offset_um(sighting: Sighting, stage_um: Vec2) -> Vec2 | None:
    """Return the target's offset; None where the frame counts as bad."""
    candidate = sighting.candidate
    if not (candidate.confidences > LEAST_CONFIDENCE).all() or not _is_in_order(candidate):
        return None
    offset_um = sighting.head_um - stage_um
    distance_px = math.hypot(*offset_um) / UM_PER_PX
    return offset_um if NEAREST_PX <= distance_px <= FARTHEST_PX else None


def _is_in_order(candidate: Candidate) -> bool:
    """Whether the metacorpus lies between its neighbours along the keypoints' main axis."""
    points_px = candidate.keypoints_px - candidate.keypoints_px.mean(axis=0)
    axis = np.linalg.svd(points_px)[2][0]
    nose, metacorpus, bulb = points_px @ axis
    return bool(nose < metacorpus < bulb or bulb < metacorpus < nose)
