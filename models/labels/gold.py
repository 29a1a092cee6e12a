"""Each person beside the truth: frames that somebody whose word counts has labelled (gold)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from models.detection import KEYPOINTS
from models.labels.animals import match_animals
from models.labels.center import unit_vector
from models.labels.faults import LabelError
from models.labels.label import Label, LabelSet
from models.labels.pairs import Both, PairQuality, calls_of, compare
from models.labels.placing import head_lengths


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldQuality:
    """One annotator (`pair.one`) beside the gold frames (`pair.other`).

    `missed` are the labels that mean another end, another way round, or a wrong presence.
    """

    pair: PairQuality
    bias_along_px: dict[str, float]  # by keypoint, towards the bulb; NaN: no marks to compare
    missed: tuple[Label, ...]


def judge_by_gold(labels: LabelSet, gold: str) -> tuple[GoldQuality, ...]:
    """Compare every annotator with the one whose labels are the truth.

    Raises:
        LabelError: that one has labelled nothing, or nothing that another labelled too.
    """
    if gold not in labels.annotators:
        raise LabelError(
            f"--gold {gold}: nobody of that name labelled; these did: "
            f"{', '.join(labels.annotators)}"
        )
    lengths = head_lengths(labels)
    compared: dict[str, list[Both]] = {}
    for said in match_animals(labels, lengths).by_head().values():
        truth = next((label for label in said if label.annotator == gold), None)
        for label in said:
            if truth is not None and label.annotator != gold:
                both = Both(label, truth, lengths.of(truth))
                compared.setdefault(label.annotator, []).append(both)
    if not compared:
        raise LabelError(f"--gold {gold}: nobody else labelled any of {gold}'s frames")
    return tuple(
        GoldQuality(
            pair=compare(who, gold, compared[who]),
            bias_along_px={
                name: _bias_px(compared[who], place) for place, name in enumerate(KEYPOINTS)
            },
            missed=tuple(labels.one for labels in compared[who] if _is_missed(labels)),
        )
        for who in sorted(compared)
    )


def _is_missed(labels: Both) -> bool:
    calls = calls_of([labels.one, labels.other])
    return labels.is_same_place() is False or len(set(calls)) > 1


def _bias_px(both: list[Both], place: int) -> float:
    along = [
        _along_px(labels.one, labels.other, place) for labels in both if labels.is_same_place()
    ]
    known = [value for value in along if math.isfinite(value)]
    return float(np.median(known)) if known else math.nan


def _along_px(label: Label, truth: Label, place: int) -> float:
    true_px = truth.keypoints_px()
    known = true_px[np.isfinite(true_px[:, 0])]
    if len(known) < 2:
        return math.nan
    along = unit_vector(known[-1] - known[0])
    return float(along @ (label.keypoints_px()[place] - true_px[place]))
