"""One model's answer to one frame, held against what is known of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from models.detection import KEYPOINTS, Candidate
from models.evaluate.truth import TrueFrame, TrueHead

_NEAR_LENGTHS = 0.5  # a head is found if its keypoints lie within half its length, in the mean
_SWAP_LENGTHS = 1.5  # no further off: a head about which nose and bulb are confused


class Outcome(StrEnum):
    """What became of a frame."""

    FOUND = "found"
    SWAPPED = "head and tail confused"
    ELSEWHERE = "somewhere else"
    MISSED = "missed"
    FALSE_ALARM = "false alarm"
    RIGHTLY_EMPTY = "rightly empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A frame and what became of it; `head` is the true head next to the surest candidate.

    `errors_px` (3,) are NaN where no one marked the keypoint, or nothing was seen; `error_px` is
    their mean. `candidate` is the surest one, None where nothing was seen. `is_among` says whether
    any candidate, the surest or another, lies on a head.
    """

    frame: TrueFrame
    candidates: Sequence[Candidate]
    head: TrueHead | None
    outcome: Outcome
    errors_px: NDArray[np.float64]
    confidence: float
    is_among: bool = False

    @property
    def candidate(self) -> Candidate | None:
        """The surest candidate."""
        return self.candidates[0] if self.candidates else None

    @property
    def error_px(self) -> float:
        """The mean distance of the marked keypoints; NaN where there is no pair."""
        known = self.errors_px[np.isfinite(self.errors_px)]
        return float(known.mean()) if known.size else math.nan

    @property
    def error_lengths(self) -> float:
        """The same in head lengths."""
        return self.error_px / self.head.length_px if self.head is not None else math.nan


def judge(
    frame: TrueFrame,
    candidates: Sequence[Candidate],
    *,
    min_confidence: float,
    by_middle: bool = False,
) -> Judged:
    """Judge the surest candidate that is at least so sure.

    By the middle of the marked keypoints alone, if asked: that is all that can be asked of a model
    that knows one point of a head. Head and tail are then not told apart.
    """
    seen = [each for each in candidates if each.confidence >= min_confidence]
    nothing = np.full(len(KEYPOINTS), np.nan)
    sure = candidates[0].confidence if candidates else 0.0
    if not seen or not frame.heads:
        absent = Outcome.FALSE_ALARM if seen else Outcome.RIGHTLY_EMPTY
        outcome = Outcome.MISSED if frame.heads else absent
        head = frame.heads[0] if frame.heads else None
        return Judged(
            frame=frame, candidates=seen, head=head, outcome=outcome,
            errors_px=nothing, confidence=sure,
        )  # fmt: skip
    errors_of = _middle_error_px if by_middle else _errors_px
    distances = [errors_of(seen[0], head) for head in frame.heads]
    nearest = min(range(len(distances)), key=lambda at: float(np.nanmean(distances[at])))
    head, errors_px = frame.heads[nearest], distances[nearest]
    return Judged(
        frame=frame, candidates=seen, head=head, outcome=_outcome(seen[0], head, errors_px),
        errors_px=errors_px, confidence=sure,
        is_among=any(
            float(np.nanmean(errors_of(one, each))) <= _NEAR_LENGTHS * each.length_px
            for one in seen for each in frame.heads
        ),
    )  # fmt: skip


def _errors_px(candidate: Candidate, head: TrueHead) -> NDArray[np.float64]:
    return np.hypot(*(candidate.keypoints_px - head.keypoints_px).T)


def _middle_error_px(candidate: Candidate, head: TrueHead) -> NDArray[np.float64]:
    """Return for each marked keypoint how far apart the middles of all of them are."""
    is_marked = np.isfinite(head.keypoints_px).all(axis=1)
    both = (
        points[is_marked].mean(axis=0) for points in (candidate.keypoints_px, head.keypoints_px)
    )
    return np.where(is_marked, math.dist(*both), np.nan)


def _outcome(candidate: Candidate, head: TrueHead, errors_px: NDArray[np.float64]) -> Outcome:
    lengths = float(np.nanmean(errors_px)) / head.length_px
    if lengths <= _NEAR_LENGTHS:
        return Outcome.FOUND
    axes = [points[0] - points[-1] for points in (candidate.keypoints_px, head.keypoints_px)]
    is_turned = float(axes[0] @ axes[1]) < 0.0  # False where an end was not marked
    return Outcome.SWAPPED if is_turned and lengths <= _SWAP_LENGTHS else Outcome.ELSEWHERE
