"""Which candidate is our animal, where its head is, and where it will be.

One head is followed by a Kalman filter in stage coordinates, and every other head in the picture
is followed beside it, so that what a frame shows can be dealt out among all of them. A head far
from ours, however sure the eye is of it, takes its place only if it has earned it (`other`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hardware.types import Calibration, Vec2
from models.detection import Candidate, Pixel
from tracker.config import EstimateConfig
from tracker.estimate.choice import Spotted, deal, spot
from tracker.estimate.company import Company
from tracker.estimate.dirt import KnownDirt, StandsInPicture
from tracker.estimate.kalman import Agility, HeadMotion, moved, predict
from tracker.estimate.ours import STILL_S, Ours, first_sight
from tracker.geometry import nudged, to_image_px, um_per_px
from tracker.history import StageHistory
from tracker.messages import Estimate, Sighting

# Expected no better than this, the head may lie outside the crop that a detector looks at.
CROP_DEVIATION_UM = 40.0
# So often the whole picture is searched anyway: who follows a tail in a crop never learns it.
RECHECK_S = 1.0
# So often while other heads are about: they are to be known when they come near.
COMPANY_RECHECK_S = 0.1
# With a position of the stage older than this, a picture says nothing about the plate.
OLDEST_STAGE_S = 0.05

_DIRT = (
    "a head stands still in the picture at pixel ({:.0f}, {:.0f}) while the stage goes: that is "
    "dirt on camera or lens; it is left out from now on"
)
_STILL = (
    f"the head has not moved for {STILL_S:.0f} s since it was taken up: a resting animal, or dirt "
    "on the agar? Any head as sure that moves will be followed instead"
)


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
        self._ours: Ours | None = None
        self._carried: HeadMotion | None = None  # what is known, at the time last asked for
        self._company = Company()
        self._stands = StandsInPicture()
        self._dirt = KnownDirt()
        self._news: list[str] = []
        self._has_told_still = False
        self._searched_s = float("-inf")
        self._cropped_s = float("-inf")

    def expected_px(self, t_s: float, stage: StageHistory) -> Pixel | None:
        """Return where the head should be seen at `t_s`; None: anywhere, search."""
        motion = self._at(t_s)
        if motion is None or self._must_search(motion):
            self._searched_s = t_s
            return None
        self._cropped_s = t_s
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
        spotted = self._without_dirt(self._place(candidates, stage_um), t_s, stage_um)
        motion = self._at(t_s)
        if motion is None or self._ours is None:
            return self._look_for_ours(spotted, t_s)
        expected = self._ours.expect(motion, noise_um=self._config.noise_um)
        first, *rest = deal([expected, *self._company.expect(t_s)], spotted)
        own = None if first is None else spotted[first]
        if t_s - stage.t_s[-1] > OLDEST_STAGE_S:
            return own.sighting if own is not None else None
        self._company.learn(
            spotted,
            rest,
            t_s,
            own=own,
            is_own_sure=not self._ours.is_doubted,
            was_searched=t_s != self._cropped_s,
        )
        if (winner := self._company.winner(self._ours, t_s)) is not None:
            return self._take_up(winner, t_s)
        if own is None:
            self._ours = self._ours.hidden(t_s)
            return None
        self._learn(self._ours.seen_again(motion, own, self._agility, noise_um=self._noise_um(own)))
        self._tell_of_stillness(t_s)
        return own.sighting

    def predict(self, t_s: float) -> Estimate | None:
        """Return the head at `t_s`; None while it has never been seen or is given up.

        Raises:
            ValueError: the head was seen later than `t_s`.
        """
        motion = self._at(t_s)
        if motion is None or self._ours is None:
            return None
        return Estimate(
            t_s=t_s,
            position_um=motion.position_um,
            velocity_um_s=motion.velocity_um_s,
            covariance=_both_axes(motion),
            seen_s=self._ours.seen_s,
        )

    def news(self) -> list[str]:
        """Return what the operator should know of the head, once."""
        told, self._news = self._news, []
        return told

    def move_field(self, nudge_um: Vec2) -> None:
        """From now on the field's centre lies `nudge_um` from where it was calibrated.

        A head is placed by where the stage must stand to have it in the field's centre: what is
        known of it moves the other way, and at once, for it is no motion of the animal's.
        """
        by_um, self._nudge_um = self._nudge_um - nudge_um, nudge_um
        self._calibration = nudged(self._calibrated, nudge_um)
        self._company.move(by_um)
        if self._ours is not None:
            self._learn(replace(self._ours, motion=moved(self._ours.motion, by_um)))

    def _place(self, candidates: Sequence[Candidate], stage_um: Vec2) -> list[Spotted]:
        return [
            spot(
                candidate,
                stage_um=stage_um,
                calibration=self._calibration,
                is_sure=candidate.confidence >= self._min_confidence,
            )
            for candidate in candidates
        ]

    def _without_dirt(self, spotted: list[Spotted], t_s: float, stage_um: Vec2) -> list[Spotted]:
        """Leave out what stands where a speck on camera or lens does; find new ones out."""
        known = self._dirt.expect(stage_um, self._calibration)
        taken = deal(known, spotted) if known else []
        heads = [seen for place, seen in enumerate(spotted) if place not in taken]
        specks = self._stands.see([seen for seen in heads if seen.is_sure], t_s, stage_um)
        for speck in specks:
            self._dirt.remember(speck)
            self._news.append(_DIRT.format(*speck.sighting.head_px.tolist()))
            if self._ours is not None and self._ours.was_seen_at(speck):
                self._ours, self._carried = None, None
        return [seen for seen in heads if all(seen is not speck for speck in specks)]

    def _tell_of_stillness(self, t_s: float) -> None:
        if self._ours is not None and self._ours.never_moved(t_s) and not self._has_told_still:
            self._has_told_still = True
            self._news.append(_STILL)

    def _at(self, t_s: float) -> HeadMotion | None:
        """Carry what is known to `t_s`; the filter itself stays where the head was last seen."""
        if self._ours is None or t_s - self._ours.seen_s > self._config.forget_after_s:
            return None
        if self._carried is None or self._carried.t_s != t_s:
            self._carried = predict(self._ours.motion, t_s, self._agility)
        return self._carried

    def _learn(self, ours: Ours) -> None:
        self._ours, self._carried = ours, None

    def _noise_um(self, own: Spotted) -> float:
        """Return how ill a head is seen along an axis: as always, or worse where the eye says so.

        The eye's guess is of a length. Of half-hidden heads it is too hopeful: where it guessed
        as always the error was as it said, where it guessed twice that, four times as large.
        """
        noise_um, error_px = self._config.noise_um, own.sighting.candidate.expected_error_px
        if not math.isfinite(error_px):
            return noise_um
        worse = error_px * um_per_px(self._calibration) / (math.sqrt(2.0) * noise_um)
        return noise_um * max(1.0, worse**2)

    def _must_search(self, motion: HeadMotion) -> bool:
        assert self._ours is not None
        recheck_s = COMPANY_RECHECK_S if self._company.others else RECHECK_S
        return (
            motion.deviation_um > CROP_DEVIATION_UM
            or self._ours.is_doubted
            or motion.t_s - self._searched_s >= recheck_s
            or self._company.is_surer(self._ours)
        )

    def _look_for_ours(self, spotted: Sequence[Spotted], t_s: float) -> Sighting | None:
        """Take up the surest head; while ours is not long lost, none known to be another."""
        dealt = deal(self._company.expect(t_s), spotted)
        barred = self._company.barred(dealt, self._ours, t_s)
        self._company.learn(spotted, dealt, t_s, own=None, is_own_sure=False, was_searched=True)
        free = [seen for place, seen in enumerate(spotted) if seen.is_sure and place not in barred]
        best = max(free, key=lambda seen: seen.confidence, default=None)
        return None if best is None else self._take_up(best, t_s)

    def _take_up(self, spotted: Spotted, t_s: float) -> Sighting:
        self._company.leave_out(spotted)
        self._has_told_still = False
        noise_um = self._noise_um(spotted)
        self._learn(first_sight(spotted, t_s, self._agility, noise_um=noise_um))
        return spotted.sighting


def _both_axes(motion: HeadMotion) -> NDArray[np.float64]:
    """Spell a covariance out over x, y, vx, vy."""
    covariance = np.zeros((4, 4))
    covariance[0::2, 0::2] = motion.covariance[:2, :2]
    covariance[1::2, 1::2] = motion.covariance[:2, :2]
    return covariance
