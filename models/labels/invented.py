"""Annotators who do not exist, with habits that are known: to try a report, and to test it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.labels.center import unit_vector
from models.labels.label import (
    NO_POINTS,
    NOT_GIVEN,
    Label,
    LabelSet,
    Point,
    Presence,
    State,
)

_OTHER_END_HEADS = 4.0  # how far off a swapped head lies, where the picture is large enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How an invented annotator errs."""

    annotator: str
    share: float = 1.0  # of the frames labelled
    scatter_px: float = 1.0
    bias_along_px: float = 0.0  # towards the bulb
    swaps: float = 0.0  # share of heads taken for the other end
    wrong_presence: float = 0.0
    not_visible: float = 0.0  # share of points called not visible


def invent_pass(truth: LabelSet, habit: Habit, *, seed: int, repeat: int = 0) -> LabelSet:
    """Return what an annotator of these habits makes of frames whose truth is known."""
    random = np.random.default_rng(seed)
    labels: list[Label] = []
    for label in truth:
        is_labelled, is_wrong, is_swapped = random.random(3) < (
            habit.share,
            habit.wrong_presence,
            habit.swaps,
        )
        noise_px = random.normal(0.0, habit.scatter_px, size=(len(label.points), 2))
        is_unseen = random.random(len(label.points)) < habit.not_visible
        if not is_labelled:
            continue
        own = replace(label, annotator=habit.annotator, repeat=repeat, tool="invented")
        if is_wrong or label.presence is not Presence.PRESENT:
            says = Presence.ABSENT if is_wrong and label.points != NO_POINTS else label.presence
            labels.append(replace(own, presence=says, points=NO_POINTS))
            continue
        keypoints_px = label.keypoints_px()
        along = unit_vector(keypoints_px[-1] - keypoints_px[0])
        marks = keypoints_px + noise_px + habit.bias_along_px * along
        if is_swapped:
            marks = _other_end(marks, label.frame.size_px)
        points = tuple(
            Point(State.NOT_VISIBLE) if unseen else _point(mark, label)
            for mark, unseen in zip(marks, is_unseen, strict=True)
        )
        labels.append(replace(own, points=points))
    return LabelSet(tuple(labels))


def _other_end(marks: NDArray[np.float64], size_px: tuple[int, int] | None) -> NDArray[np.float64]:
    """Return the marks as if the animal's other end were its head."""
    inward = marks[-1] - marks[0]
    swapped = marks[0] + _OTHER_END_HEADS * inward - (marks - marks[0])
    if size_px is None:
        return swapped
    shift = np.clip(swapped, 0.0, np.array(size_px) - 1.0) - swapped
    return swapped + np.array([_largest(shift[:, 0]), _largest(shift[:, 1])])


def _largest(shift_px: NDArray[np.float64]) -> float:
    return float(shift_px[int(np.nanargmax(np.abs(shift_px)))])


def _point(mark: NDArray[np.float64], label: Label) -> Point:
    x_px, y_px = (float(value) for value in mark)
    size_px = label.frame.size_px
    if np.isnan(x_px):
        return NOT_GIVEN
    if size_px and not (0 <= x_px <= size_px[0] - 1 and 0 <= y_px <= size_px[1] - 1):
        return NOT_GIVEN
    return Point(State.MARKED, (x_px, y_px))
