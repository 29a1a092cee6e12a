"""Two models on the same frames: how much better one is, and whether that is more than chance.

By the paired bootstrap (Efron 1979): frames are drawn anew, with replacement, thousands of times,
and both models judged on the same draw. Frames of one recording resemble each other, so whole
recordings are drawn where there are enough of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluate.judging import Judged, Outcome

_DRAWS = 2000
_LEAST_RECORDINGS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One model's figure less another's, with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The second model against the first; `by` says what was drawn."""

    found: Difference  # share of the heads that are found
    error_px: Difference  # median error, of frames in which both saw something
    by: str


def compare(first: Sequence[Judged], second: Sequence[Judged], *, seed: int = 1) -> Comparison:
    """Compare two models' judgements of the same frames, in the same order."""
    pairs = [pair for pair in zip(first, second, strict=True) if pair[0].head is not None]
    found = np.array([[each.outcome is Outcome.FOUND for each in pair] for pair in pairs], float)
    error_px = np.array([[each.error_px for each in pair] for pair in pairs], float)
    found, error_px = found.reshape(-1, 2), error_px.reshape(-1, 2)
    recordings = [pair[0].frame.frame.recording for pair in pairs]
    by_recording = len(set(recordings)) >= _LEAST_RECORDINGS
    groups = np.arange(len(pairs))
    if by_recording:
        groups = np.unique(recordings, return_inverse=True)[1]
    draws = list(_draws(groups, seed))
    error_px[np.isnan(error_px).any(axis=1)] = np.nan
    return Comparison(
        found=_difference(found, draws, np.mean),
        error_px=_difference(error_px, draws, np.median),
        by="recordings" if by_recording else "frames",
    )


def _draws(groups: NDArray[np.int64], seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield places of frames, whole groups drawn with replacement."""
    noise = np.random.default_rng(seed)
    count = int(groups.max()) + 1 if len(groups) else 0
    members = [np.flatnonzero(groups == group) for group in range(count)]
    for _ in range(_DRAWS if count else 0):
        yield np.concatenate([members[group] for group in noise.integers(0, count, count)])


def _difference(
    figures: NDArray[np.float64],
    draws: Sequence[NDArray[np.int64]],
    middle: Callable[[NDArray[np.float64]], np.floating],
) -> Difference:
    def apart(rows: NDArray[np.float64]) -> float:
        known = rows[np.isfinite(rows).all(axis=1)]
        return float(middle(known[:, 1]) - middle(known[:, 0])) if len(known) else math.nan

    drawn = np.array([apart(figures[places]) for places in draws])
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (math.nan, math.nan)
    return Difference(value=apart(figures), low=float(low), high=float(high))
