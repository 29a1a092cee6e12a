"""How far those who labelled agree, in figures; no opinion yet of what they mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from models.detection import KEYPOINTS
from models.labels.annotators import Hand, measure_hands
from models.labels.consensus import DECIDED, Consensus, Head, find_consensus
from models.labels.label import Label, LabelSet
from models.labels.pairs import (
    PairQuality,
    Share,
    calls_of,
    compare_pairs,
    compare_repeats,
    gross_pairs,
    share_of,
)
from models.labels.placing import Placing
from models.labels.presence import krippendorff_alpha


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The figures of a report.

    `within` counts a head only if every keypoint of every two people lies within the criterion;
    `within_by_keypoint` looks at each alone.
    """

    consensus: Consensus
    within_heads: float
    frames: int
    singly: int  # heads that one person labelled
    multiply: int
    within: Share
    within_by_keypoint: dict[str, Share]
    alpha: float
    rarer_calls: int  # heads of which somebody said what is said less often, present or absent
    presence_agreed: Share
    pairs: tuple[PairQuality, ...]
    repeats: tuple[PairQuality, ...]
    hands: tuple[Hand, ...]
    placings: dict[str, dict[Placing, int]]  # by annotator, of heads labelled by several
    gross_pairs: Share  # pairs of marked labels that mean different ends, or ways round


def judge_labels(labels: LabelSet, *, within_heads: float) -> Quality:
    """Compute the figures. `within_heads` is the criterion in head lengths (0.05: 5 %)."""
    consensus = find_consensus(labels)
    several = [head for head in consensus.heads if len(head.labels) > 1]
    marked = [head for head in several if len(_marked(head)) > 1]
    calls = [calls_of(head.labels) for head in several]
    return Quality(
        consensus=consensus,
        within_heads=within_heads,
        frames=len({label.frame.key for label in labels}),
        singly=len(consensus.heads) - len(several),
        multiply=len(several),
        within=_share_within(marked, within_heads, None),
        within_by_keypoint={
            name: _share_within(marked, within_heads, place) for place, name in enumerate(KEYPOINTS)
        },
        alpha=krippendorff_alpha(calls),
        rarer_calls=min(sum(call in said for said in calls) for call in DECIDED),
        presence_agreed=share_of(len(set(call)) == 1 for call in calls if len(call) > 1),
        pairs=compare_pairs(several, consensus.annotators),
        repeats=compare_repeats(labels, consensus),
        hands=tuple(measure_hands(consensus)),
        placings={who: _placings(several, who) for who in consensus.annotators},
        gross_pairs=gross_pairs(several),
    )


def judged_absent(quality: Quality) -> dict[str, float]:
    """Return how many heads each annotator called that are believed not to be there."""
    found = dict.fromkeys(quality.consensus.annotators, 0.0)
    for head, believed in zip(
        quality.consensus.heads, quality.consensus.verdicts.probabilities, strict=True
    ):
        for label in head.labels:
            found[label.annotator] += float(believed[1]) * (label.presence in DECIDED)
    return found


def _share_within(heads: Sequence[Head], within_heads: float, place: int | None) -> Share:
    worst = [worst_heads(head, place) for head in heads]
    return share_of(far <= within_heads for far in worst if not math.isnan(far))


def _marked(head: Head) -> list[Label]:
    """Return the labels of a head that have a point at all, wherever it lies."""
    return [label for label in head.labels if np.isfinite(label.keypoints_px()).any()]


def worst_heads(head: Head, place: int | None = None) -> float:
    """Return the largest distance of two people's marks in head lengths, of one keypoint or all.

    NaN where no keypoint was marked by two.
    """
    marks = [label.keypoints_px() for label in head.labels]
    chosen = slice(None) if place is None else slice(place, place + 1)
    apart = [
        float(distance)
        for one, other in combinations(marks, 2)
        for distance in np.linalg.norm((one - other)[chosen], axis=1)
        if math.isfinite(distance)
    ]
    return max(apart) / head.length_px if apart else math.nan


def _placings(heads: Sequence[Head], who: str) -> dict[Placing, int]:
    found = dict.fromkeys(Placing, 0)
    for head in heads:
        for label, placing in zip(head.labels, head.placings, strict=True):
            if label.annotator == who and placing is not None and len(_marked(head)) > 1:
                found[placing] += 1
    return found


def scatter_px(hands: Sequence[Hand]) -> float:
    """Return the usual scatter of a mark along each axis, over annotators and keypoints."""
    known = [hand.scatter_px for hand in hands if math.isfinite(hand.scatter_px)]
    return float(np.sqrt(np.mean(np.square(known)))) if known else math.nan
