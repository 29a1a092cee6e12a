"""Where the head is seen off the field's centre, from picture to picture.

The estimator looks for a head where the plate, by the calibration, should have it. Where the
calibration is wrong a head that is plainly seen is never found there, so whoever doubts the
calibration must follow the head in the picture itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from hardware.types import Calibration, Vec2
from models.detection import Candidate, Pixel
from tracker.geometry import head_px, nudged
from tracker.messages import Sighting

# No stage carries a head farther through the picture between two frames.
NEAR_UM = 150.0


class HeadInPicture:
    """Follows by nearness alone a head that the estimator has found once."""

    def __init__(self, calibration: Calibration, *, min_confidence: float = 0.0) -> None:
        self._calibrated = self._calibration = calibration
        self._min_confidence = min_confidence
        self._last_px: Pixel | None = None
        self.off_um: Vec2 | None = None  # in the newest picture; None: not seen

    def see(self, candidates: Sequence[Candidate], sighting: Sighting | None) -> Vec2 | None:
        """Take note of a picture; return where the head is off the field's centre, if seen."""
        found_px = self._nearest(candidates) if sighting is None else sighting.head_px
        self.off_um = None if found_px is None else self._to_um(found_px)
        if found_px is not None:
            self._last_px = found_px
        return self.off_um

    def move_field(self, nudge_um: Vec2) -> None:
        """From now on the field's centre lies `nudge_um` from where it was calibrated."""
        self._calibration = nudged(self._calibrated, nudge_um)

    def _nearest(self, candidates: Sequence[Candidate]) -> Pixel | None:
        last_px = self._last_px
        sure = [head_px(c) for c in candidates if c.confidence >= self._min_confidence]
        if last_px is None or not sure:
            return None
        nearest_px = min(sure, key=lambda point: math.dist(point, last_px))
        way_um = self._calibration.stage_from_image_um_per_px @ (nearest_px - last_px)
        return nearest_px if math.hypot(*way_um) < NEAR_UM else None

    def _to_um(self, point_px: Pixel) -> Vec2:
        calibration = self._calibration
        return calibration.stage_from_image_um_per_px @ (point_px - calibration.target_px)
