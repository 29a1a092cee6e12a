"""Two people's labels of the same heads, side by side, or one person's own of two passes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from models.detection import KEYPOINTS
from models.labels.consensus import Consensus, Head
from models.labels.label import Label, LabelSet, Presence
from models.labels.placing import Placing, place_labels


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, and how sure one can be of it (95 %, Wilson's interval)."""

    count: int
    of: int

    @property
    def part(self) -> float:
        """The share, 0 to 1; NaN of nothing."""
        return self.count / self.of if self.of else math.nan

    def interval(self) -> tuple[float, float]:
        """Return the bounds of the 95 % interval; 0 and 1 where there is nothing to count."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.96, self.of, self.part
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Distances:
    """Distances between two people's marks of a keypoint, in pixels and in head lengths."""

    pixels: NDArray[np.float64]
    heads: NDArray[np.float64]  # (n,), NaN where the head's length is not known

    def median_px(self) -> float:
        """Return the middle distance."""
        return float(np.median(self.pixels)) if len(self.pixels) else math.nan

    def p95_px(self) -> float:
        """Return the distance that 95 % do not pass."""
        return float(np.percentile(self.pixels, 95)) if len(self.pixels) else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class PairQuality:
    """How far two annotators agree, or one with herself on blind repeats."""

    one: str
    other: str
    heads: int  # both said something of the head
    presence_agreed: Share
    same_place: Share
    distances: dict[str, Distances]  # by keypoint


@dataclass(frozen=True, slots=True)
class Both:
    """Two labels of one head."""

    one: Label
    other: Label
    length_px: float

    def is_same_place(self) -> bool | None:
        """Say whether both mean the same end, the same way round; None if one has no points."""
        placings = place_labels([self.one, self.other], self.length_px)
        return None if None in placings else set(placings) == {Placing.AGREES}


def share_of(claims: Iterable[bool]) -> Share:
    """Return how many of the claims are true."""
    given = list(claims)
    return Share(sum(given), len(given))


def compare_pairs(heads: Sequence[Head], annotators: Sequence[str]) -> tuple[PairQuality, ...]:
    """Compare every two annotators on the heads that both labelled."""
    found: list[PairQuality] = []
    for one, other in combinations(annotators, 2):
        both: list[Both] = []
        for head in heads:
            said = {label.annotator: label for label in head.labels}
            if one in said and other in said:
                both.append(Both(said[one], said[other], head.length_px))
        if both:
            found.append(compare(one, other, both))
    return tuple(found)


def compare_repeats(labels: LabelSet, consensus: Consensus) -> tuple[PairQuality, ...]:
    """Compare each annotator's first pass with her own later ones."""
    found: list[PairQuality] = []
    for who in labels.annotators:
        both = [
            Both(passes[0], again, consensus.lengths.of(again))
            for passes in labels.by(who).by_head().values()
            for again in passes[1:]
        ]
        if both:
            found.append(compare(who, who, both))
    return tuple(found)


def gross_pairs(heads: Sequence[Head]) -> Share:
    """Return how many pairs of marked labels mean different ends, or ways round."""
    pairs = [
        Both(one, other, head.length_px).is_same_place()
        for head in heads
        for one, other in combinations(head.labels, 2)
    ]
    return share_of(not is_same for is_same in pairs if is_same is not None)


def calls_of(labels: Iterable[Label]) -> list[str]:
    """Return what was said of the head's presence, without the undecided."""
    return [label.presence for label in labels if label.presence is not Presence.UNDECIDED]


def compare(one: str, other: str, both: Sequence[Both]) -> PairQuality:
    """Compare two people's labels of the same heads."""
    calls = [calls_of([labels.one, labels.other]) for labels in both]
    same = [labels.is_same_place() for labels in both]
    distances: dict[str, Distances] = {}
    for place, name in enumerate(KEYPOINTS):
        rows = [
            (apart, apart / labels.length_px)
            for labels, is_same in zip(both, same, strict=True)
            if is_same and math.isfinite(apart := _apart_px(labels, place))
        ]
        table = np.array(rows, np.float64).reshape(-1, 2)
        distances[name] = Distances(table[:, 0], table[:, 1])
    return PairQuality(
        one=one,
        other=other,
        heads=len(both),
        presence_agreed=share_of(call[0] == call[1] for call in calls if len(call) == 2),
        same_place=share_of(is_same for is_same in same if is_same is not None),
        distances=distances,
    )


def _apart_px(labels: Both, place: int) -> float:
    apart = (labels.one.keypoints_px() - labels.other.keypoints_px())[place]
    return float(np.linalg.norm(apart))
