"""How good a model is on frames that it has not seen, asked in both of its ways."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.detection import Candidate, Detector
from models.train.frames import FrameSet, Progress, head_center_px

NEAR_PX = 10.0
ELSEWHERE_PX = 60.0  # farther from every head than a head is long: a tail, or debris
_PREDICTION_ERROR_PX = 25.0  # how far off the expected place the crop is asked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Figures of one way of asking. Errors are of the head's centre, in pixels of the frame.

    A picture that is magnified for the network counts in the pixels that the network is shown.
    """

    frames: int
    with_animal: int
    found: float  # share of frames with an animal in which anything was found
    false_alarms: float  # share of frames without one in which something was found; NaN: none
    within_10_px: float  # shares of the frames with an animal, by the surest candidate
    within_half_head: float  # half of the way from nose to terminal bulb
    elsewhere: float
    median_px: float
    p95_px: float
    nose_median_px: float
    bulb_median_px: float


@dataclass(frozen=True, slots=True)
class Report:
    """A model's figures: the whole frame searched, and the crop about a rough prediction."""

    search: Score
    track: Score

    def lines(self) -> list[str]:
        """Return the report as the lines of a small table."""
        head = f"{'':16}{'search':>10}{'track':>10}"
        both = zip(asdict(self.search).items(), asdict(self.track).values(), strict=True)
        return [head, *(f"{name:16}{one:10.4g}{other:10.4g}" for (name, one), other in both)]

    def write(self, file: Path) -> None:
        """Write the report as JSON; what is not known is null."""
        content = {
            way: {
                name: None if math.isnan(value) else value for name, value in asdict(score).items()
            }
            for way, score in (("search", self.search), ("track", self.track))
        }
        file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def judge(detector: Detector, frames: FrameSet, *, seed: int, tell: Progress) -> Report:
    """Ask the detector about every frame, whole and near each of its heads."""
    random = np.random.default_rng(seed)
    searched: list[_Judged] = []
    tracked: list[_Judged] = []
    for index in range(len(frames)):
        image, animals = frames.shown(index)
        searched.append(_Judged(animals, detector.detect(image)))
        for animal in animals:
            near_px = head_center_px(animal) + random.normal(0.0, _PREDICTION_ERROR_PX, size=2)
            tracked.append(_Judged(animals, detector.detect(image, near_px=near_px)))
        if not len(animals):
            middle = np.array([image.shape[1], image.shape[0]]) / 2.0
            tracked.append(_Judged(animals, detector.detect(image, near_px=middle)))
        tell((index + 1) / len(frames))
    return Report(search=_score(searched), track=_score(tracked))


@dataclass(frozen=True, slots=True)
class _Judged:
    """The animals of a frame, and what the detector said of it."""

    animals: NDArray[np.float64]
    candidates: Sequence[Candidate]

    def errors_px(self) -> tuple[float, float, float, float]:
        """Return head, nose and bulb error of the surest candidate to the animal nearest it.

        The last is the head's error in lengths of that animal's head.
        """
        surest = self.candidates[0].keypoints_px
        at = head_center_px(surest)
        misses = [float(np.linalg.norm(head_center_px(animal) - at)) for animal in self.animals]
        nearest = self.animals[int(np.argmin(misses))]
        nose_px, _, bulb_px = np.linalg.norm(nearest - surest, axis=1)
        length_px = float(np.linalg.norm(nearest[0] - nearest[2]))
        return min(misses), float(nose_px), float(bulb_px), min(misses) / max(length_px, 1.0)


def _score(judged: Sequence[_Judged]) -> Score:
    present = [one for one in judged if len(one.animals)]
    empty = [one for one in judged if not len(one.animals)]
    found = [one for one in present if one.candidates]
    errors = np.array([one.errors_px() for one in found]).reshape(-1, 4)
    head_px = errors[:, 0]
    near = errors[head_px < ELSEWHERE_PX] if len(errors) else errors
    whole = max(len(present), 1)
    return Score(
        frames=len(judged),
        with_animal=len(present),
        found=len(found) / whole,
        false_alarms=sum(bool(one.candidates) for one in empty) / len(empty)
        if empty
        else float("nan"),
        within_10_px=float(np.count_nonzero(head_px <= NEAR_PX)) / whole,
        within_half_head=float(np.count_nonzero(errors[:, 3] <= 0.5)) / whole,
        elsewhere=float(np.count_nonzero(head_px >= ELSEWHERE_PX)) / whole,
        median_px=_percentile(head_px, 50),
        p95_px=_percentile(head_px, 95),
        nose_median_px=_percentile(near[:, 1], 50),
        bulb_median_px=_percentile(near[:, 2], 50),
    )


def _percentile(values: NDArray[np.float64], percent: float) -> float:
    return float(np.percentile(values, percent)) if len(values) else float("nan")
