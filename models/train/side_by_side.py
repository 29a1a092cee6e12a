"""One network, several, and the one that was taught by them, on the same held-out frames."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.detection import KEYPOINTS, Detector
from models.evaluate.comparing import Comparison, compare
from models.evaluate.judging import Judged, Outcome, judge
from models.evaluate.measures import Measures, measure, rank_correlation
from models.evaluate.truth import TrueFrame, TrueHead
from models.labels.label import Frame
from models.train.candidates import CandidateGraph
from models.train.doubt import Doubt
from models.train.frames import FrameSet, Progress, head_center_px
from models.train.network import HeadNetwork

SINGLE, ENSEMBLE, DISTILLED = "single", "ensemble", "distilled"
BEGAN = "begun from"  # the model that the training began with, where one is known
_MIN_CONFIDENCE = 0.5
_LEAST_HEAT = 0.1  # a member that sees less of a head has no say in where it is
_SAME_PX = 60.0  # a head's answers lie nearer to each other than that


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """How far one keypoint's answers were off, and how far they were expected to be, in px.

    `apart_px` is how far the networks disagree as it is, `expected_px` what that was calibrated
    to; the correlations are those of ranks with the true errors.
    """

    true_px: float
    apart_px: float
    expected_px: float
    apart_correlation: float
    expected_correlation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """Figures of each, comparisons with the single network, and what the ensemble expected."""

    measures: Mapping[str, Measures]
    comparisons: Mapping[str, Comparison]
    taught: Comparison  # the distilled against the ensemble
    expectations: Mapping[str, Expectation]
    steps: int | None = None  # of the distilled one's training

    def write(self, file: Path) -> None:
        """Write it all as JSON; what is not known is null."""
        content = {
            "models": {name: asdict(one) for name, one in self.measures.items()},
            "against_single": {name: asdict(one) for name, one in self.comparisons.items()},
            "distilled_against_ensemble": asdict(self.taught),
            "expected_errors": {name: asdict(one) for name, one in self.expectations.items()},
        }
        file.write_text(json.dumps(_sound(content), indent=2) + "\n", encoding="utf-8")


def look_side_by_side(
    detectors: Mapping[str, Detector],
    members: Sequence[HeadNetwork],
    frames: FrameSet,
    *,
    tell: Progress,
) -> SideBySide:
    """Show whole frames to all; `detectors` are by the names above."""
    judged: dict[str, list[Judged]] = {name: [] for name in detectors}
    apart: list[NDArray[np.float64]] = []
    for index in range(len(frames)):
        image, animals = frames.shown(index)
        truth = _truth(frames, index, animals)
        for name, detector in detectors.items():
            found = detector.detect(image)
            judged[name].append(judge(truth, found, min_confidence=_MIN_CONFIDENCE))
        surest = judged[ENSEMBLE][-1].candidate
        apart.append(
            np.full(len(KEYPOINTS), np.nan)
            if surest is None
            else disagreement_px(members, image, surest.keypoints_px)
        )
        tell((index + 1) / len(frames))
    others = {name: each for name, each in judged.items() if name != SINGLE}
    return SideBySide(
        measures={name: measure(each) for name, each in judged.items()},
        comparisons={name: compare(judged[SINGLE], each) for name, each in others.items()},
        taught=compare(judged[ENSEMBLE], judged[DISTILLED]),
        expectations=_expectations(judged[ENSEMBLE], np.array(apart)),
    )


def disagreement_px(
    members: Sequence[HeadNetwork], image: NDArray[np.uint8], keypoints_px: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far (3,) the members' own keypoints lie from these, root mean square.

    A member that sees no head there has no say; NaN where none of them does.
    """
    off: list[NDArray[np.float64]] = []
    for member in members:
        graph = CandidateGraph(member, Doubt()).eval()
        with torch.no_grad():
            reading = graph.read(torch.from_numpy(np.array(image)))
        own = reading.keypoints_px.numpy().astype(np.float64)
        away = np.linalg.norm(head_center_px(own) - head_center_px(keypoints_px), axis=1)
        away[reading.heat.numpy() < _LEAST_HEAT] = np.inf
        nearest = int(away.argmin())
        if away[nearest] < _SAME_PX:
            off.append(np.linalg.norm(own[nearest] - keypoints_px, axis=1))
    if not off:
        return np.full(len(KEYPOINTS), np.nan)
    return np.sqrt(np.square(off).mean(axis=0))


def _truth(frames: FrameSet, index: int, animals: NDArray[np.float64]) -> TrueFrame:
    # A frame's recording is the folder of its file.
    recording = str(index) if frames.recordings is None else frames.recordings[index]
    heads = tuple(
        TrueHead(
            keypoints_px=animal,
            length_px=float(np.linalg.norm(animal[0] - animal[-1])),
            apart_px=float("nan"),
        )
        for animal in animals
    )
    return TrueFrame(frame=Frame(f"{recording}/{index}"), heads=heads, labels=())


def _expectations(
    judged: Sequence[Judged], apart_px: NDArray[np.float64]
) -> dict[str, Expectation]:
    """Hold what was expected against the truth, of the heads that were found."""
    found = [place for place, each in enumerate(judged) if each.outcome is Outcome.FOUND]
    candidates = [judged[place].candidate for place in found]
    expected = np.array([one.expected_errors_px for one in candidates if one is not None])
    true = np.array([judged[place].errors_px for place in found])
    said: dict[str, Expectation] = {}
    for place, name in enumerate(KEYPOINTS if found else ()):
        columns = np.column_stack([true[:, place], apart_px[found, place], expected[:, place]])
        known = columns[np.isfinite(columns).all(axis=1)]
        means = known.mean(axis=0) if len(known) else np.full(3, np.nan)
        said[name] = Expectation(
            true_px=float(means[0]),
            apart_px=float(means[1]),
            expected_px=float(means[2]),
            apart_correlation=rank_correlation(known[:, 0], known[:, 1]),
            expected_correlation=rank_correlation(known[:, 0], known[:, 2]),
        )
    return said


def _sound(value: object) -> object:
    """Return what JSON can say: NaN is null, names are words."""
    if isinstance(value, Mapping):
        return {str(key): _sound(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_sound(each) for each in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
