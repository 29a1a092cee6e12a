"""Which candidate is our animal, where its head is, and where it will be.

One head is followed by a Kalman filter in stage coordinates. The candidate nearest to where the
head should be is ours. One far away, however sure the eye is of it, is a rival (the tail, another
animal, a speck): it takes our place only if it stays and is surer than ours for a while.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hardware.types import Calibration, Vec2
from models.detection import Candidate, Pixel
from tracker.config import EstimateConfig
from tracker.estimate.choice import choose, place, surest
from tracker.estimate.kalman import Agility, HeadMotion, correct, first_seen, moved, predict
from tracker.estimate.rival import Rival, challenge, smoothed
from tracker.geometry import nudged, to_image_px
from tracker.history import StageHistory
from tracker.messages import Estimate, Sighting

# Expected no better than this, the head may lie outside the crop that a detector looks at.
CROP_DEVIATION_UM = 40.0
# A head unseen for so long is searched for in the whole picture.
CROP_UNSEEN_S = 0.1
# So often the whole picture is searched anyway: who follows a tail in a crop never learns it.
RECHECK_S = 1.0
# With a position of the stage older than this, a picture says nothing about the plate.
OLDEST_STAGE_S = 0.05


class HeadEstimator:
    """Fulfils `tracker.parts.Estimator`."""

    def __init__(
        self, config: EstimateConfig, calibration: Calibration, *, min_confidence: float
    ) -> None:
        self._config = config
        self._calibrated = self._calibration = calibration
        self._nudge_um = np.zeros(2)
        self._min_confidence = min_confidence
        self._agility = Agility(agility_um2_s3=config.agility_um2_s3, swing_s=config.swing_s)
        self._motion: HeadMotion | None = None
        self._carried: HeadMotion | None = None  # what is known, at the time last asked for
        self._confidence = 0.0
        self._rival: Rival | None = None
        self._searched_s = float("-inf")

    def expected_px(self, t_s: float, stage: StageHistory) -> Pixel | None:
        """Return where the head should be seen at `t_s`; None: anywhere, search."""
        motion = self._at(t_s)
        if motion is None or self._must_search(motion):
            self._searched_s = t_s
            return None
        return to_image_px(
            motion.position_um, stage_um=stage.at(t_s), calibration=self._calibration
        )

    def update(
        self, candidates: Sequence[Candidate], t_s: float, stage: StageHistory
    ) -> Sighting | None:
        """Choose our animal among the candidates of a frame exposed at `t_s`, and learn.

        Nothing is learnt of where the head is while the stage does not say where it is itself.

        Raises:
            ValueError: an earlier frame was exposed later than this one.
        """
        stage_um = stage.at(t_s)
        sightings = [
            place(candidate, stage_um=stage_um, calibration=self._calibration)
            for candidate in candidates
            if candidate.confidence >= self._min_confidence
        ]
        motion = self._at(t_s)
        if motion is None or self._motion is None:
            return self._acquire(surest(sightings), t_s)
        unseen_s = t_s - self._motion.t_s
        choice = choose(sightings, motion, noise_um=self._config.noise_um, unseen_s=unseen_s)
        if t_s - stage.t_s[-1] > OLDEST_STAGE_S:
            return choice.ours
        self._rival = challenge(self._rival, choice.far, t_s)
        if self._rival is not None and self._is_beaten(self._rival, t_s):
            return self._acquire(self._rival.sighting, t_s)
        if choice.ours is not None:
            self._confidence = smoothed(self._confidence, choice.ours.candidate.confidence)
            self._learn(correct(motion, choice.ours.head_um, noise_um=self._config.noise_um))
        return choice.ours

    def predict(self, t_s: float) -> Estimate | None:
        """Return the head at `t_s`; None while it has never been seen or is given up.

        Raises:
            ValueError: the head was seen later than `t_s`.
        """
        motion = self._at(t_s)
        if motion is None or self._motion is None:
            return None
        return Estimate(
            t_s=t_s,
            position_um=motion.position_um,
            velocity_um_s=motion.velocity_um_s,
            covariance=_both_axes(motion),
            seen_s=self._motion.t_s,
        )

    def move_field(self, nudge_um: Vec2) -> None:
        """From now on the field's centre lies `nudge_um` from where it was calibrated.

        A head is placed by where the stage must stand to have it in the field's centre: what is
        known of it moves the other way, and at once, for it is no motion of the animal's.
        """
        by_um, self._nudge_um = self._nudge_um - nudge_um, nudge_um
        self._calibration = nudged(self._calibrated, nudge_um)
        if self._motion is not None:
            self._learn(moved(self._motion, by_um))

    def _at(self, t_s: float) -> HeadMotion | None:
        """Carry what is known to `t_s`; the filter itself stays where the head was last seen."""
        known = self._motion
        if known is None or t_s - known.t_s > self._config.forget_after_s:
            return None
        if self._carried is None or self._carried.t_s != t_s:
            self._carried = predict(known, t_s, self._agility)
        return self._carried

    def _learn(self, motion: HeadMotion) -> None:
        self._motion, self._carried = motion, None

    def _must_search(self, motion: HeadMotion) -> bool:
        assert self._motion is not None
        return (
            motion.deviation_um > CROP_DEVIATION_UM
            or motion.t_s - self._motion.t_s > CROP_UNSEEN_S
            or motion.t_s - self._searched_s >= RECHECK_S
            or (self._rival is not None and self._rival.is_surer(self._confidence))
        )

    def _is_beaten(self, rival: Rival, t_s: float) -> bool:
        assert self._motion is not None
        return rival.has_won(t_s, our_confidence=self._confidence) or rival.is_ours(
            self._motion, t_s, our_confidence=self._confidence
        )

    def _acquire(self, sighting: Sighting | None, t_s: float) -> Sighting | None:
        if sighting is None:
            return None
        self._rival = None
        self._confidence = sighting.candidate.confidence
        noise_um = self._config.noise_um
        self._learn(first_seen(t_s, sighting.head_um, self._agility, noise_um=noise_um))
        return sighting


def _both_axes(motion: HeadMotion) -> NDArray[np.float64]:
    """Spell a covariance out over x, y, vx, vy."""
    covariance = np.zeros((4, 4))
    covariance[0::2, 0::2] = motion.covariance[:2, :2]
    covariance[1::2, 1::2] = motion.covariance[:2, :2]
    return covariance
