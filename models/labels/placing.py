"""Where in the picture each annotator sees the head, before any point is averaged.

People mark the same end within a few pixels, or they mark another end: the tail, another animal.
So labels are first sorted into places a head length apart; the place that most people mean is
the head, and those elsewhere are named. Where no place has more voices than every other, nobody
is believed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from models.detection import KEYPOINTS
from models.labels.center import unit_vector
from models.labels.label import Label, LabelSet

_NOSE, _BULB = KEYPOINTS.index("nose"), KEYPOINTS.index("terminal_bulb")


class Placing(StrEnum):
    """How a label's place compares with that of the others."""

    AGREES = "agrees"
    SWAPPED = "head and tail swapped"  # the other end of the same animal
    ELSEWHERE = "elsewhere"  # another animal, or something else
    REVERSED = "nose and bulb exchanged"  # the right place, the wrong way round
    CONTESTED = "contested"  # no more say one thing than another


@dataclass(frozen=True, slots=True)
class HeadLengths:
    """The length of a head in pixels, by recording: the median of nose to bulb."""

    by_recording: Mapping[str, float]
    overall: float  # NaN: no label has both nose and bulb

    def of(self, label: Label) -> float:
        """Return the length where this label was made."""
        return self.by_recording.get(label.frame.recording, self.overall)


def head_lengths(labels: LabelSet) -> HeadLengths:
    """Measure how long a head is in each recording."""
    found: dict[str, list[float]] = {}
    for label in labels:
        keypoints_px = label.keypoints_px()
        length_px = float(np.linalg.norm(keypoints_px[_NOSE] - keypoints_px[_BULB]))
        if math.isfinite(length_px) and length_px > 0:
            found.setdefault(label.frame.recording, []).append(length_px)
    medians = {recording: float(np.median(lengths)) for recording, lengths in found.items()}
    every = [length for lengths in found.values() for length in lengths]
    return HeadLengths(medians, float(np.median(every)) if every else math.nan)


def distance_px(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return how far two labels' keypoints (3, 2) lie apart: the median over the common ones.

    Where they have none in common, how far their middles do; NaN where one has none at all.
    """
    apart = np.linalg.norm(one - other, axis=1)
    common = apart[np.isfinite(apart)]
    if len(common):
        return float(np.median(common))
    if np.isnan(one).all() or np.isnan(other).all():
        return math.nan
    return float(np.linalg.norm(np.nanmean(one, axis=0) - np.nanmean(other, axis=0)))


def place_labels(labels: Sequence[Label], length_px: float) -> list[Placing | None]:
    """Sort the labels of one head; None for a label without a point.

    `length_px` is the head's length; where it is NaN, every label counts as in its place.
    """
    marks = [label.keypoints_px() for label in labels]
    marked = [place for place, mark in enumerate(marks) if np.isfinite(mark).any()]
    placings: list[Placing | None] = [None] * len(labels)
    groups = _groups(marks, marked, length_px)
    chosen = _largest(groups)
    for group in groups:
        for place in group:
            if chosen is None:
                placings[place] = Placing.CONTESTED
            elif group is not chosen:
                placings[place] = _kind_elsewhere(marks[place], [marks[i] for i in chosen])
            else:
                placings[place] = Placing.AGREES
    for place, placing in _ways_round(marks, chosen or []).items():
        placings[place] = placing
    return placings


def _groups(
    marks: Sequence[NDArray[np.float64]], marked: Sequence[int], length_px: float
) -> list[list[int]]:
    """Join labels that lie within a head's length of one another."""
    groups: list[list[int]] = []
    for place in marked:
        near = [
            group
            for group in groups
            if any(not distance_px(marks[place], marks[i]) > length_px for i in group)
        ]
        joined = [place, *(i for group in near for i in group)]
        groups = [group for group in groups if group not in near] + [sorted(joined)]
    return groups


def _largest(groups: Sequence[list[int]]) -> list[int] | None:
    """Return the group with the most members, None if two have as many."""
    sizes = sorted(map(len, groups), reverse=True)
    if not sizes or sizes[:2] == [sizes[0], sizes[0]]:
        return None
    return max(groups, key=len)


def _kind_elsewhere(mark: NDArray[np.float64], head: Sequence[NDArray[np.float64]]) -> Placing:
    """Tell the animal's other end, where both bulbs lie inwards, from anything else."""
    inward = [_direction(one) for one in head]
    middle = np.nanmean(np.array([np.nanmean(one, axis=0) for one in head]), axis=0)
    to_head = middle - np.nanmean(mark, axis=0)
    if np.isnan(inward).all() or np.isnan(_direction(mark)).any():
        return Placing.ELSEWHERE
    faces_head = _direction(mark) @ to_head > 0
    is_faced = np.nanmean(np.array(inward), axis=0) @ -to_head > 0
    return Placing.SWAPPED if faces_head and is_faced else Placing.ELSEWHERE


def _direction(keypoints_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which way the bulb lies from the nose, or from what else is marked; else NaN."""
    places = np.flatnonzero(np.isfinite(keypoints_px[:, 0]))
    if len(places) < 2:
        return np.full(2, np.nan)
    return unit_vector(keypoints_px[places[-1]] - keypoints_px[places[0]])


def _ways_round(marks: Sequence[NDArray[np.float64]], group: Sequence[int]) -> dict[int, Placing]:
    """Find the labels of one place that lie the other way round than most."""
    directions = {place: _direction(marks[place]) for place in group}
    known = [place for place in group if np.isfinite(directions[place]).all()]
    if len(known) < 2:
        return {}
    first = directions[known[0]]
    along = [place for place in known if directions[place] @ first > 0]
    against = [place for place in known if place not in along]
    if len(along) == len(against):
        return dict.fromkeys(known, Placing.CONTESTED)
    return dict.fromkeys(min(along, against, key=len), Placing.REVERSED)
