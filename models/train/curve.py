"""What labelled frames are worth: trainings on more and more of them, begun with and without help.

Each training is judged on frames that it never saw: whole recordings where there are enough of
them, or else blocks of time, with a gap on each side. All have the same minutes of a processor.
It is the network's map that is judged, without what follows it (doubts, closer looks).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models.detection import Candidate
from models.detector import padded
from models.errors import TrainingError
from models.evaluate.judging import Judged, Outcome
from models.evaluate.judging import judge as judge_frame
from models.evaluate.truth import TrueFrame, TrueHead
from models.labels.label import Frame
from models.train.candidates import SHRINK, read_cells
from models.train.frames import FrameSet, joined
from models.train.loop import Schedule, Training
from models.train.network import HeadNetwork
from models.train.watch import Watch

_WATCHED = 0.15  # of the frames of a training: they say when to stop
_GAP = 0.03  # of a recording, left out on each side of a block that is judged by
_LAB_SHARE = 0.6  # of what is learned from, beside rendered frames
_TUNING_RATE = 2e-3  # of a network that knows much already
_MOST_JUDGED = 150


class Way(StrEnum):
    """How a network came to be."""

    UNTUNED = "before any"
    TUNED = "fine-tuned"
    ALONE = "these frames alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One training and how it did on the frames held out from it.

    `found`: the surest candidate's keypoints lie within half a head's length, in the mean;
    `median_lengths` is the median of that distance in head lengths.
    """

    way: Way
    frames: int
    fold: int
    steps: int
    judged: int
    found: float
    swapped: float
    median_lengths: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePlan:
    """Which trainings there are: each of `counts` frames, in each fold, both ways."""

    counts: Sequence[int]
    folds: int
    minutes: float
    seed: int

    def wanted(self) -> Iterator[tuple[int, Way, int]]:
        """Yield fold, way and count of frames, a whole fold after the other."""
        for fold in range(self.folds):
            yield fold, Way.UNTUNED, 0
            for count in self.counts:
                yield fold, Way.TUNED, count
                yield fold, Way.ALONE, count


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A lab's frames with the recording of each, rendered ones, and the network to begin with."""

    frames: FrameSet
    recordings: Sequence[str]
    rendered: FrameSet
    start: HeadNetwork


def trace_curve(
    material: Material,
    plan: CurvePlan,
    *,
    known: Sequence[Point],
    tell: Callable[[Point], None],
) -> list[Point]:
    """Carry out the trainings that are not `known` yet; `tell` is called after each.

    Raises:
        TrainingError: there are fewer frames than a training is to have.
    """
    folds = folds_of(material.recordings, plan.folds)
    most = min(len(learn) for learn, _ in folds)
    if max(plan.counts) > most:
        raise TrainingError(
            f"{max(plan.counts)} frames to learn from were asked for, and besides what is held "
            f"out there are {most}: ask for fewer"
        )
    done = list(known)
    for fold, way, count in plan.wanted():
        if any((one.fold, one.way, one.frames) == (fold, way, count) for one in done):
            continue
        learn, held_out = folds[fold]
        network, steps = _trained(material, plan, way, _spread(learn, count))
        judged = _judged(network, material.frames, _spread(held_out, _MOST_JUDGED))
        done.append(_point(judged, way=way, frames=count, fold=fold, steps=steps))
        tell(done[-1])
    return done


def folds_of(recordings: Sequence[str], folds: int) -> list[tuple[list[int], list[int]]]:
    """Return, for each fold, the places of the frames to learn from, and of those held out."""
    names = sorted(set(recordings))
    if len(names) >= 2 * folds:
        of_frame = np.array([names.index(one) % folds for one in recordings])
        return [_places(of_frame != fold, of_frame == fold) for fold in range(folds)]
    share = np.empty(len(recordings))  # how far into its recording a frame lies
    for name in names:
        own = np.flatnonzero([one == name for one in recordings])
        share[own] = (np.arange(len(own)) + 0.5) / len(own)
    parts: list[tuple[list[int], list[int]]] = []
    for fold in range(folds):
        low, high = fold / folds, (fold + 1) / folds
        is_near = (share > low - _GAP) & (share < high + _GAP)
        parts.append(_places(~is_near, (share >= low) & (share < high)))
    return parts


def _places(learn: NDArray[np.bool_], judge: NDArray[np.bool_]) -> tuple[list[int], list[int]]:
    return np.flatnonzero(learn).tolist(), np.flatnonzero(judge).tolist()


def _spread(places: Sequence[int], count: int) -> list[int]:
    """Return so many of them, evenly spread."""
    at = np.linspace(0, len(places) - 1, min(count, len(places))).round().astype(int)
    return [places[one] for one in at.tolist()]


def _trained(
    material: Material, plan: CurvePlan, way: Way, places: Sequence[int]
) -> tuple[HeadNetwork, int]:
    if way is Way.UNTUNED:
        return material.start, 0
    watched = max(2, round(_WATCHED * len(places)))
    learn = material.frames.part(places[:-watched])
    watch = Watch(material.frames.part(places[-watched:]), plan.seed)
    schedule = Schedule(minutes=plan.minutes)
    start = None
    if way is Way.TUNED:
        learn = joined([learn, material.rendered], [_LAB_SHARE, 1.0 - _LAB_SHARE])
        schedule, start = Schedule(minutes=plan.minutes, peak_rate=_TUNING_RATE), material.start
    with TemporaryDirectory() as folder:
        training = Training(
            learn,
            schedule,
            seed=plan.seed,
            folder=Path(folder),
            start=start,
            watch=watch,
            clock_s=time.process_time,
        )
        training.run(lambda moment: None)
    return training.learned(), training.step


def _judged(network: HeadNetwork, frames: FrameSet, places: Sequence[int]) -> list[Judged]:
    network.eval()
    # An empty frame says nothing of places.
    return [_look(network, frames, place) for place in places if len(frames.animals(place))]


def _look(network: HeadNetwork, frames: FrameSet, place: int) -> Judged:
    image, animals = frames.shown(place)
    with torch.no_grad():
        shrunk = functional.avg_pool2d(torch.from_numpy(padded(image))[None, None].float(), SHRINK)
        surest = read_cells(network(shrunk)[0]).keypoints_px[0].numpy()
    heads = tuple(
        TrueHead(
            keypoints_px=animal,
            length_px=float(np.linalg.norm(animal[0] - animal[-1])),
            apart_px=float("nan"),
        )
        for animal in animals
    )
    found = Candidate(
        keypoints_px=surest.astype(np.float64), confidences=np.ones(3), confidence=1.0
    )
    frame = TrueFrame(frame=Frame(str(place)), heads=heads, labels=())
    return judge_frame(frame, [found], min_confidence=0.0)


def _point(judged: Sequence[Judged], *, way: Way, frames: int, fold: int, steps: int) -> Point:
    if not judged:
        raise TrainingError(f"no frame of block {fold + 1} has a head to judge by")
    count = len(judged)
    return Point(
        way=way,
        frames=frames,
        fold=fold,
        steps=steps,
        judged=count,
        found=sum(one.outcome is Outcome.FOUND for one in judged) / count,
        swapped=sum(one.outcome is Outcome.SWAPPED for one in judged) / count,
        median_lengths=float(np.median([one.error_lengths for one in judged])),
    )
