"""Several models on the same labelled frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.detection import Detector, GreyImage
from models.errors import PictureError
from models.evaluate.comparing import Comparison, compare
from models.evaluate.judging import Judged, judge
from models.evaluate.measures import Measures, measure
from models.evaluate.strata import strata_of
from models.evaluate.truth import TrueFrame, true_frames
from models.labels.label import LabelSet
from models.labels.pictures import read_frame
from models.labels.quality import Quality, judge_labels

DOUBTFUL = 0.05  # candidates are looked at from here on, so that the page can show them


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All there is to say of some models and labels.

    `judged`, `measures` and `comparisons` are by model; each is compared with the first. `strata`
    are, by kind, that of each frame, "" where it has none. `quality` is that of the labels.
    """

    frames: Sequence[TrueFrame]
    undecided: int
    judged: Mapping[str, Sequence[Judged]]
    measures: Mapping[str, Measures]
    comparisons: Mapping[str, Comparison]
    strata: Mapping[str, Sequence[str]]
    quality: Quality


def evaluate(
    detectors: Mapping[str, Detector],
    labels: LabelSet,
    images: Path,
    *,
    min_confidence: float,
    step: Callable[[], None],
    by_middle: bool = False,
    most_frames: int | None = None,
) -> Evaluation:
    """Show every labelled frame to every model; `step` is called after each of these looks.

    With `most_frames` only so many, evenly spread. `by_middle` is `models.evaluate.judging`'s.

    Raises:
        PictureError: a picture cannot be read.
    """
    quality = judge_labels(labels, within_heads=0.05)
    frames, undecided = true_frames(quality.consensus)
    if most_frames is not None and most_frames < len(frames):
        kept = np.linspace(0, len(frames) - 1, most_frames).round().astype(int).tolist()
        frames = [frames[place] for place in kept]
    judged: dict[str, list[Judged]] = {name: [] for name in detectors}
    for frame in frames:
        image = picture_of(frame, images)
        for name, detector in detectors.items():
            found = detector.detect(image)
            judged[name].append(
                judge(frame, found, min_confidence=min_confidence, by_middle=by_middle)
            )
            step()
    first = next(iter(judged.values()))
    return Evaluation(
        frames=frames,
        undecided=undecided,
        judged=judged,
        measures={name: measure(of_model) for name, of_model in judged.items()},
        comparisons={name: compare(first, other) for name, other in list(judged.items())[1:]},
        strata=strata_of(frames, lambda frame: picture_of(frame, images)),
        quality=quality,
    )


def picture_of(frame: TrueFrame, images: Path) -> GreyImage:
    """Read a frame's picture.

    Raises:
        PictureError: it cannot be read.
    """
    image = read_frame(images, frame.frame)
    if image is None:
        raise PictureError(
            f"{images / frame.frame.file}: no such picture, or unreadable: give their folder with "
            "--images"
        )
    return image


def in_stratum(evaluation: Evaluation, name: str, kind: str) -> Mapping[str, Measures]:
    """Return one model's figures in each stratum of a kind, those of few frames too."""
    of_frames = evaluation.strata[kind]
    return {
        stratum: measure(
            [
                each
                for each, own in zip(evaluation.judged[name], of_frames, strict=True)
                if own == stratum
            ]
        )
        for stratum in sorted(set(of_frames) - {""})
    }
