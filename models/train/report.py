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
    """Figures of one way of asking, by the surest candidate, in pixels of the frame.

    `median_px` is of the mean error of all keypoints, what begins with `head_` of the tracked point
    alone. A picture that is magnified for the network counts in the pixels that the network is
    shown.
    """

    frames: int
    with_animal: int
    answered: float  # share of frames with an animal in which anything was seen
    false_alarms: float  # share of frames without one in which something was found; NaN: none
    found: float  # share of them with all keypoints, in the mean, within half a head's length
    elsewhere: float
    median_px: float
    head_within_10_px: float  # share of the frames with an animal
    head_median_px: float
    head_p95_px: float
    nose_median_px: float
    bulb_median_px: float


@dataclass(frozen=True, slots=True)
class Report:
    """A model's figures: the whole frame searched, and the crop about a rough prediction.

    `began` are those of the model that the training began from, if one is known; `steps` is how
    many the training had.
    """

    search: Score
    track: Score
    began: Report | None = None
    steps: int | None = None

    def lines(self) -> list[str]:
        """Return the report as the lines of a small table."""
        columns = {"search": self.search, "track": self.track}
        if self.began is not None:
            columns |= {"began: search": self.began.search, "began: track": self.began.track}
        told = [" " * 18 + "".join(f"{name:>14}" for name in columns)]
        for name in asdict(self.search):
            figures = (getattr(score, name) for score in columns.values())
            told.append(f"{name:18}" + "".join(f"{figure:14.4g}" for figure in figures))
        return told

    def write(self, file: Path) -> None:
        """Write the report as JSON; what is not known is null."""
        scores = {"search": self.search, "track": self.track}
        if self.began is not None:
            scores |= {"began_search": self.began.search, "began_track": self.began.track}
        content = {
            way: {
                name: None if math.isnan(value) else value for name, value in asdict(score).items()
            }
            for way, score in scores.items()
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

    def errors_px(self) -> tuple[float, float, float, float, float]:
        """Return head, nose and bulb error of the surest candidate to the animal nearest it.

        Then the mean error of all keypoints, and the same in lengths of that animal's head.
        """
        surest = self.candidates[0].keypoints_px
        at = head_center_px(surest)
        misses = [float(np.linalg.norm(head_center_px(animal) - at)) for animal in self.animals]
        nearest = self.animals[int(np.argmin(misses))]
        off_px = np.linalg.norm(nearest - surest, axis=1)
        length_px = float(np.linalg.norm(nearest[0] - nearest[2]))
        mean_px = float(off_px.mean())
        own = min(misses), float(off_px[0]), float(off_px[2])
        return *own, mean_px, mean_px / max(length_px, 1.0)


def _score(judged: Sequence[_Judged]) -> Score:
    present = [one for one in judged if len(one.animals)]
    empty = [one for one in judged if not len(one.animals)]
    found = [one for one in present if one.candidates]
    errors = np.array([one.errors_px() for one in found]).reshape(-1, 5)
    head_px = errors[:, 0]
    near = errors[head_px < ELSEWHERE_PX] if len(errors) else errors
    whole = max(len(present), 1)
    return Score(
        frames=len(judged),
        with_animal=len(present),
        answered=len(found) / whole,
        false_alarms=sum(bool(one.candidates) for one in empty) / len(empty)
        if empty
        else float("nan"),
        found=float(np.count_nonzero(errors[:, 4] <= 0.5)) / whole,
        elsewhere=float(np.count_nonzero(head_px >= ELSEWHERE_PX)) / whole,
        median_px=_percentile(errors[:, 3], 50),
        head_within_10_px=float(np.count_nonzero(head_px <= NEAR_PX)) / whole,
        head_median_px=_percentile(head_px, 50),
        head_p95_px=_percentile(head_px, 95),
        nose_median_px=_percentile(near[:, 1], 50),
        bulb_median_px=_percentile(near[:, 2], 50),
    )


def _percentile(values: NDArray[np.float64], percent: float) -> float:
    return float(np.percentile(values, percent)) if len(values) else float("nan")
