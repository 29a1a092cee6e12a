"""Each annotator's own bias and scatter, found from the differences between pairs.

Along is towards the bulb, across to the right of it as the picture shows it. What all annotators
have in common cannot be seen this way: only frames whose truth is known (gold) show that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from models.detection import KEYPOINTS
from models.labels.center import unit_vector
from models.labels.consensus import Consensus, Head
from models.labels.label import Label
from models.labels.placing import Placing

_FEWEST = 5  # common marks of a pair, below which their difference says nothing
_MAD = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """How one annotator marks one keypoint, beside the others. NaN: too few common frames."""

    annotator: str
    keypoint: str
    marks: int  # marks that could be compared, counted once for each other annotator
    bias_along_px: float
    bias_across_px: float
    bias_x_px: float
    bias_y_px: float
    scatter_px: float  # along each axis
    is_shared: bool  # with two annotators the scatter of each cannot be told from the other's


@dataclass(frozen=True, slots=True)
class _Pair:
    """The differences of one pair's marks of a keypoint, (n, 4): along, across, x, y."""

    one: int
    other: int
    differences_px: NDArray[np.float64]


def measure_hands(consensus: Consensus) -> list[Hand]:
    """Estimate bias and scatter of every annotator and keypoint."""
    hands: list[Hand] = []
    for place in range(len(KEYPOINTS)):
        hands += _hands(consensus, place)
    return hands


def _hands(consensus: Consensus, place: int) -> list[Hand]:
    annotators = consensus.annotators
    pairs = [pair for pair in _pairs(consensus, place) if len(pair.differences_px) >= _FEWEST]
    bias, variance = solve_biases(_by_pair(pairs), len(annotators)), _variances(pairs, annotators)
    hands: list[Hand] = []
    for number, annotator in enumerate(annotators):
        own = [pair for pair in pairs if number in (pair.one, pair.other)]
        along, across, x_px, y_px = bias[number] if own else np.full(4, np.nan)
        hands.append(
            Hand(
                annotator=annotator,
                keypoint=KEYPOINTS[place],
                marks=sum(len(pair.differences_px) for pair in own),
                bias_along_px=float(along),
                bias_across_px=float(across),
                bias_x_px=float(x_px),
                bias_y_px=float(y_px),
                scatter_px=float(np.sqrt(variance[number])) if own else float("nan"),
                is_shared=len(pairs) < len({n for pair in pairs for n in (pair.one, pair.other)}),
            )
        )
    return hands


def _by_pair(pairs: Sequence[_Pair]) -> Mapping[tuple[int, int], NDArray[np.float64]]:
    """Return the differences by the numbers of the two annotators."""
    return {(pair.one, pair.other): pair.differences_px for pair in pairs}


def _pairs(consensus: Consensus, place: int) -> list[_Pair]:
    found: dict[tuple[int, int], list[NDArray[np.float64]]] = {}
    number = {annotator: n for n, annotator in enumerate(consensus.annotators)}
    for head in consensus.heads:
        axes = _axes(head)
        agreeing = [label for label in agreeing_labels(head) if label.points[place].at_px]
        for one, other in combinations(agreeing, 2):
            ordered = sorted((one, other), key=lambda label: number[label.annotator])
            first, second = (np.array(label.points[place].at_px) for label in ordered)
            apart = first - second
            key = (number[ordered[0].annotator], number[ordered[1].annotator])
            found.setdefault(key, []).append(np.concatenate([axes @ apart, apart]))
    return [_Pair(*key, np.array(rows)) for key, rows in found.items()]


def agreeing_labels(head: Head) -> list[Label]:
    """Return the labels that lie where the head is, the right way round."""
    return [
        label
        for label, placing in zip(head.labels, head.placings, strict=True)
        if placing is Placing.AGREES
    ]


def _axes(head: Head) -> NDArray[np.float64]:
    """Return the directions along and across the head, (2, 2); NaN where it is not known."""
    keypoints_px = head.label.keypoints_px()
    known = keypoints_px[np.isfinite(keypoints_px[:, 0])]
    along = unit_vector(known[-1] - known[0]) if len(known) > 1 else np.full(2, np.nan)
    return np.array([along, [-along[1], along[0]]])


def solve_biases(
    differences_px: Mapping[tuple[int, int], NDArray[np.float64]], annotators: int
) -> NDArray[np.float64]:
    """Return each annotator's bias, (annotators, k), from pairs' differences (n, k).

    The biases that best explain the pairs' median differences, and that come to zero together.
    """
    width = next((rows.shape[1] for rows in differences_px.values()), 4)
    matrix = np.zeros((len(differences_px), annotators))
    medians = np.zeros((len(differences_px), width))
    for row, ((one, other), rows) in enumerate(differences_px.items()):
        weight = np.sqrt(len(rows))
        matrix[row, one], matrix[row, other] = weight, -weight
        known = rows[:, np.isfinite(rows).any(axis=0)]
        medians[row, np.isfinite(rows).any(axis=0)] = weight * np.nanmedian(known, axis=0)
    if not len(matrix):
        return np.zeros((annotators, width))
    return np.asarray(np.linalg.lstsq(matrix, medians, rcond=None)[0], np.float64)


def _variances(pairs: Sequence[_Pair], annotators: Sequence[str]) -> NDArray[np.float64]:
    """Return each annotator's variance along an axis: those of a pair add up (Grubbs)."""
    matrix = np.zeros((len(pairs), len(annotators)))
    totals = np.zeros(len(pairs))
    for row, pair in enumerate(pairs):
        weight = np.sqrt(len(pair.differences_px))
        matrix[row, [pair.one, pair.other]] = weight
        totals[row] = weight * _variance(pair.differences_px)
    free = list(range(len(annotators)))
    found = np.zeros(len(annotators))
    while free and len(pairs):
        solved = np.linalg.lstsq(matrix[:, free], totals, rcond=None)[0]
        if (solved >= 0).all():
            found[free] = solved
            break
        free.remove(free[int(np.argmin(solved))])  # less than no scatter: none
    return found


def _variance(differences_px: NDArray[np.float64]) -> float:
    """Return the variance of differences (n, 4) along an axis.

    A bias along the head looks like scatter in the picture, and a bias in the picture (half a
    pixel between two tools) like scatter along the head: the smaller of the two is the scatter.
    """
    found: list[float] = []
    for axes in (differences_px[:, :2], differences_px[:, 2:]):
        known = axes[np.isfinite(axes).all(axis=1)]
        if len(known) >= _FEWEST:
            scatter = _MAD * np.median(np.abs(known - np.median(known, axis=0)), axis=0)
            found.append(float(np.mean(scatter**2)))
    return min(found)
