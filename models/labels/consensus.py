"""One label of several: presence by Dawid and Skene, points by a robust centre.

Only each annotator's first pass has a voice. Nothing is decided by the toss of a coin: where as
many say one thing as another, the consensus says *undecided* or *not given*, and the frame
belongs on the worklist.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.detection import KEYPOINTS
from models.labels.animals import match_animals
from models.labels.center import geometric_median, spread_px
from models.labels.label import (
    CONSENSUS,
    NO_POINTS,
    NOT_GIVEN,
    NOT_VISIBLE,
    Label,
    LabelSet,
    Point,
    Presence,
    State,
)
from models.labels.placing import HeadLengths, Placing, head_lengths, place_labels
from models.labels.presence import Verdicts, dawid_skene

SURE = 0.9  # presence is decided where it is at least this probable, or nobody disagrees
OUTLYING_SPREADS = 5.0
OUTLYING_LENGTHS = 0.15  # of the head, at least: below it a mark is only less exact than others
_PRIOR_VOTES = 2.0
DECIDED = (Presence.PRESENT, Presence.ABSENT)


@dataclass(frozen=True, slots=True)
class Outlier:
    """A mark far from where the others put that keypoint."""

    annotator: str
    keypoint: str
    distance_px: float


@dataclass(frozen=True, slots=True)
class Head:
    """One animal of one frame: what everyone said, and what is to be believed.

    `placings` go with `labels`; `length_px` is NaN where no head was ever marked whole.
    """

    label: Label
    labels: tuple[Label, ...]
    placings: tuple[Placing | None, ...]
    outliers: tuple[Outlier, ...]
    length_px: float

    @property
    def is_presence_disputed(self) -> bool:
        """Whether one saw a head and another none."""
        return {label.presence for label in self.labels} >= set(DECIDED)


@dataclass(frozen=True, slots=True)
class Consensus:
    """The heads in the order of their frames; `verdicts` follow `annotators`."""

    heads: tuple[Head, ...]
    annotators: tuple[str, ...]
    verdicts: Verdicts
    lengths: HeadLengths

    def labels(self) -> LabelSet:
        """Return the consensus as labels."""
        return LabelSet(tuple(head.label for head in self.heads))


def find_consensus(labels: LabelSet) -> Consensus:
    """Bring the first passes of all annotators together.

    The order of labels and annotators does not matter.
    """
    lengths = head_lengths(labels)
    first = LabelSet(tuple(label for label in labels if label.repeat == 0))
    grouped = match_animals(first, lengths).by_head()
    annotators = first.annotators
    verdicts = _presence(list(grouped.values()), annotators)
    spread = _usual_spread(list(grouped.values()), lengths)
    heads = [
        _head(said, float(probability), lengths, spread)
        for said, probability in zip(grouped.values(), verdicts.probabilities[:, 0], strict=True)
    ]
    return Consensus(tuple(heads), annotators, verdicts, lengths)


def _presence(heads: Sequence[Sequence[Label]], annotators: Sequence[str]) -> Verdicts:
    number = {annotator: place for place, annotator in enumerate(annotators)}
    votes = np.zeros((len(heads), len(annotators), len(DECIDED)), np.int64)
    for place, labels in enumerate(heads):
        for label in labels:
            if label.presence in DECIDED:
                votes[place, number[label.annotator], DECIDED.index(label.presence)] += 1
    return dawid_skene(votes, prior_votes=_PRIOR_VOTES)


def _usual_spread(heads: Sequence[Sequence[Label]], lengths: HeadLengths) -> Mapping[str, float]:
    """Return each keypoint's usual scatter in head lengths, over all frames with two marks."""
    found: dict[str, list[float]] = {name: [] for name in KEYPOINTS}
    for labels in heads:
        length_px = lengths.of(labels[0])
        agreeing = [
            label
            for label, placing in zip(labels, place_labels(labels, length_px), strict=True)
            if placing is Placing.AGREES
        ]
        for place, name in enumerate(KEYPOINTS):
            marks = _marks(agreeing, place)
            spread = spread_px(marks, geometric_median(marks)) if len(marks) > 1 else None
            if spread is not None and length_px > 0:
                found[name].append(spread / length_px)
    return {name: float(np.median(spreads)) for name, spreads in found.items() if spreads}


def _marks(
    labels: Sequence[Label], place: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    at_px = [at for label in labels if (at := label.points[place].at_px) is not None]
    return np.array(at_px, np.float64).reshape(-1, 2)


def _head(
    labels: Sequence[Label],
    probability: float,
    lengths: HeadLengths,
    usual_spread: Mapping[str, float],
) -> Head:
    length_px = lengths.of(labels[0])
    placings = place_labels(labels, length_px)
    presence = _decided(labels, probability)
    points, outliers = NO_POINTS, ()
    if presence is Presence.PRESENT:
        points, outliers = _points(labels, placings, length_px, usual_spread)
    sized = next((label.frame for label in labels if label.frame.size_px), labels[0].frame)
    label = Label(
        frame=sized,
        annotator=CONSENSUS,
        presence=presence,
        points=points,
        animal=labels[0].animal,
        tool=f"Wormlock, of {len(labels)}",
        presence_probability=round(probability, 6),
    )
    return Head(label, tuple(labels), tuple(placings), outliers, length_px)


def _decided(labels: Sequence[Label], probability: float) -> Presence:
    calls = {label.presence for label in labels} - {Presence.UNDECIDED}
    if len(calls) == 1:
        return calls.pop()
    if not calls or max(probability, 1.0 - probability) < SURE:
        return Presence.UNDECIDED
    return Presence.PRESENT if probability >= SURE else Presence.ABSENT


def _points(
    labels: Sequence[Label],
    placings: Sequence[Placing | None],
    length_px: float,
    usual_spread: Mapping[str, float],
) -> tuple[tuple[Point, ...], tuple[Outlier, ...]]:
    points: list[Point] = []
    outliers: list[Outlier] = []
    believed = [
        label
        for label, placing in zip(labels, placings, strict=True)
        if placing in (Placing.AGREES, None)
    ]
    for place, name in enumerate(KEYPOINTS):
        limit_px = length_px * max(
            OUTLYING_SPREADS * usual_spread.get(name, math.nan), OUTLYING_LENGTHS
        )
        point, found = _point(believed, place, limit_px)
        points.append(point)
        outliers += found
    return tuple(points), tuple(outliers)


def _point(labels: Sequence[Label], place: int, limit_px: float) -> tuple[Point, list[Outlier]]:
    """Return where most put a keypoint, and who put it far from there.

    Marks beyond the limit no longer count, where more lie within it.
    """
    marks = _marks(labels, place)
    unseen = sum(label.points[place].state is State.NOT_VISIBLE for label in labels)
    if len(marks) <= unseen:
        return (NOT_VISIBLE if unseen > len(marks) else NOT_GIVEN), []
    center_px = geometric_median(marks)
    distance = np.linalg.norm(marks - center_px, axis=1)
    is_far = distance > limit_px
    outliers: list[Outlier] = []
    if len(marks) > 2 and 2 * int(is_far.sum()) < len(marks):
        who = [label.annotator for label in labels if label.points[place].at_px is not None]
        marks = marks[~is_far]
        center_px = geometric_median(marks)
        outliers = [
            Outlier(who[i], KEYPOINTS[place], float(distance[i])) for i in np.flatnonzero(is_far)
        ]
    states = [label.points[place].state for label in labels]
    is_hidden = states.count(State.HIDDEN) > states.count(State.MARKED)
    x_px, y_px = (float(value) for value in center_px)
    state = State.HIDDEN if is_hidden else State.MARKED
    return Point(state, (x_px, y_px), spread_px(marks, center_px)), outliers
