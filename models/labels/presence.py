"""Whether a head is there, when several people say so or not: Dawid and Skene, and alpha."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST_ROUNDS = 500
_STEADY = 1e-8


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is to be believed, and how far each annotator is to be.

    `probabilities` is (items, classes); `confusion` (annotators, classes, classes) says how often
    an annotator calls a true class (second axis) what (third axis); `prevalence` is (classes,).
    """

    probabilities: NDArray[np.float64]
    confusion: NDArray[np.float64]
    prevalence: NDArray[np.float64]


def dawid_skene(votes: NDArray[np.int64], *, prior_votes: float = 0.0) -> Verdicts:
    """Weigh annotators by how well they agree with what is believed, until both are steady.

    Args:
        votes: (items, annotators, classes), how often an annotator called an item a class.
        prior_votes: how many right calls of each class an annotator is trusted with beforehand,
            and a tenth of it of wrong ones; without it, few votes make some infallible.

    Dawid and Skene, Applied Statistics 28 (1979) 20.
    """
    said = votes.sum(axis=1) + 1e-9
    verdicts = _weighed(votes, said / said.sum(axis=1, keepdims=True), prior_votes)
    for _ in range(_MOST_ROUNDS):
        believed = verdicts.probabilities
        verdicts = _weighed(votes, believed, prior_votes)
        if np.abs(verdicts.probabilities - believed).max(initial=0.0) < _STEADY:
            break
    return verdicts


def _weighed(
    votes: NDArray[np.int64], believed: NDArray[np.float64], prior_votes: float
) -> Verdicts:
    """Judge the annotators by what is believed, then the items by the annotators."""
    classes = votes.shape[2]
    prior = prior_votes * (0.1 + 0.9 * np.eye(classes))
    prevalence = believed.sum(axis=0) + prior_votes
    prevalence = np.maximum(prevalence / prevalence.sum(), 1e-300)
    called = np.einsum("it,iac->atc", believed, votes) + prior
    confusion = called / np.maximum(called.sum(axis=2, keepdims=True), 1e-300)
    log_confusion = np.log(np.maximum(confusion, 1e-300))
    log = np.log(prevalence) + np.einsum("iac,atc->it", votes, log_confusion)
    now = np.exp(log - log.max(axis=1, keepdims=True))
    return Verdicts(now / now.sum(axis=1, keepdims=True), confusion, prevalence)


def krippendorff_alpha(items: Sequence[Sequence[str]]) -> float:
    """Return how far several people's calls agree beyond chance: 1 wholly, 0 not at all.

    Each item is the calls it was given, by whom does not matter; items with fewer than two are
    passed over. NaN where nothing can be compared, or where all calls are alike, as then chance
    itself agrees. Nominal scale; Krippendorff, Content Analysis, chapter 11.

    >>> round(krippendorff_alpha([["a", "a"], ["b", "b"], ["a", "b"], ["b", "b"]]), 3)
    0.533
    """
    compared = [item for item in items if len(item) > 1]
    names = sorted({call for item in compared for call in item})
    place = {name: number for number, name in enumerate(names)}
    coincidences = np.zeros((len(names), len(names)))
    for item in compared:
        counts = np.zeros(len(names))
        for call in item:
            counts[place[call]] += 1
        coincidences += (np.outer(counts, counts) - np.diag(counts)) / (len(item) - 1)
    totals = coincidences.sum(axis=1)
    whole = totals.sum()
    by_chance = (whole**2 - (totals**2).sum()) / (whole - 1) if whole > 1 else 0.0
    if by_chance <= 0:
        return float("nan")
    return float(1.0 - (whole - np.trace(coincidences)) / by_chance)
