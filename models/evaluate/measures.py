"""The figures of one model over many judged frames: exactness, presence, swaps, honesty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluate.judging import Judged, Outcome
from models.labels.pairs import Share, share_of

Series = NDArray[np.float64]

FAR_PX = 10.0
_BINS = 10
_LEAST_IN_BIN = 5


@dataclass(frozen=True, slots=True)
class Errors:
    """How large errors are, in one unit; NaN where there are none."""

    median: float
    p90: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Frames of like claim: claimed in the mean, come true in the mean, and how many they are."""

    claimed: float
    came_true: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One model's figures.

    Errors are those of all frames in which a head was there and something was seen, wrong ones
    included. `precision`: of what was said to be a head, how much was that head (found). `recall`:
    of the heads, how many were found. `presence`: frames rightly said to hold a head or none.
    `among`: heads that any candidate lay on, the surest or not: of what is more than `found` says
    something else (a tail, dirt) was louder.
    `doubt_auc` is the chance that of a good and a bad answer (error over 10 px) the good one was
    the surer; `expected_correlation` is the rank correlation of expected and true errors.
    """

    frames: int
    heads: int
    outcomes: dict[Outcome, int]
    px: Errors
    lengths: Errors
    within_10_px: Share
    within_half_length: Share
    among: Share
    presence: Share
    precision: Share
    recall: Share
    swaps: Share
    confidence_bins: tuple[Bin, ...]
    expected_bins: tuple[Bin, ...]
    doubt_auc: float
    expected_correlation: float


def measure(judged: Sequence[Judged]) -> Measures:
    """Compute the figures."""
    with_head = [each for each in judged if each.head is not None]
    seen = [each for each in with_head if each.candidate is not None]
    error_px = np.array([each.error_px for each in seen])
    counts = {outcome: sum(each.outcome is outcome for each in judged) for outcome in Outcome}
    said = [each for each in judged if each.candidate is not None]
    expected_px = np.array([_expected_px(each) for each in seen])
    sure = np.array([each.confidence for each in seen])
    return Measures(
        frames=len(judged),
        heads=len(with_head),
        outcomes=counts,
        px=errors_of(error_px),
        lengths=errors_of(np.array([each.error_lengths for each in seen])),
        within_10_px=share_of(_is_within(each) for each in with_head),
        within_half_length=share_of(each.outcome is Outcome.FOUND for each in with_head),
        among=share_of(each.is_among for each in with_head),
        presence=share_of((each.candidate is None) == (each.head is None) for each in judged),
        precision=share_of(each.outcome is Outcome.FOUND for each in said),
        recall=share_of(each.outcome is Outcome.FOUND for each in with_head),
        swaps=share_of(each.outcome is Outcome.SWAPPED for each in seen),
        confidence_bins=_bins(
            np.array([each.confidence for each in said]),
            np.array([float(each.outcome is Outcome.FOUND) for each in said]),
            np.linspace(0.0, 1.0, _BINS + 1),
        ),
        expected_bins=_bins(expected_px, error_px, _steps(expected_px)),
        doubt_auc=_auc(sure[error_px > FAR_PX], sure[error_px <= FAR_PX]),
        expected_correlation=rank_correlation(expected_px, error_px),
    )


def errors_of(values: Series) -> Errors:
    """Return the percentiles of errors, NaNs left out."""
    known = values[np.isfinite(values)]
    if not known.size:
        return Errors(math.nan, math.nan, math.nan, math.nan)
    median, p90, p95, p99 = np.percentile(known, [50.0, 90.0, 95.0, 99.0])
    return Errors(float(median), float(p90), float(p95), float(p99))


def _is_within(each: Judged) -> bool:
    return each.error_px <= FAR_PX  # NaN, where nothing was seen, is not


def _expected_px(each: Judged) -> float:
    if each.candidate is None:
        return math.nan
    marked = np.isfinite(each.errors_px)
    return float(each.candidate.expected_errors_px[marked].mean()) if marked.any() else math.nan


def _steps(values: Series) -> Series:
    """Return bounds of as many frames each."""
    known = values[np.isfinite(values)]
    return np.unique(np.percentile(known, np.linspace(0, 100, _BINS + 1))) if known.size else known


def _bins(claimed: Series, came_true: Series, bounds: Series) -> tuple[Bin, ...]:
    is_known = np.isfinite(claimed) & np.isfinite(came_true)
    claimed, came_true = claimed[is_known], came_true[is_known]
    places = np.clip(np.searchsorted(bounds, claimed, side="right"), 1, max(1, len(bounds) - 1))
    found: list[Bin] = []
    for place in range(1, len(bounds)):
        own = places == place
        if own.sum() >= _LEAST_IN_BIN:
            means = float(claimed[own].mean()), float(came_true[own].mean())
            found.append(Bin(*means, int(own.sum())))
    return tuple(found)


def _auc(bad: Series, good: Series) -> float:
    """Return the chance that a good answer was surer than a bad one, ties by half."""
    if not len(bad) or not len(good):
        return math.nan
    ranks = _ranks(np.concatenate([bad, good]))
    above = float(ranks[len(bad) :].sum()) - len(good) * (len(good) - 1) / 2.0
    return above / (len(bad) * len(good))


def rank_correlation(one: Series, other: Series) -> float:
    """Return Spearman's rank correlation; NaN where too few pairs are known, or none differ."""
    is_known = np.isfinite(one) & np.isfinite(other)
    if is_known.sum() < _LEAST_IN_BIN:
        return math.nan
    first, second = _ranks(one[is_known]), _ranks(other[is_known])
    if not (float(np.ptp(first)) > 0.0 and float(np.ptp(second)) > 0.0):
        return math.nan
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: Series) -> Series:
    """Return ranks from 0, equal values sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts + 1) / 2.0)[inverse]
