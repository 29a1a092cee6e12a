"""The eye's answer: candidate animals, each with three keypoints.

Pixels are those of the image given (x first, pixel centres at whole numbers); confidences lie
in 0..1. *No worm* is an empty sequence, not an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixel: TypeAlias = NDArray[np.float64]  # (2,), x first
GreyImage: TypeAlias = NDArray[np.uint8]  # (rows, columns)

KEYPOINTS = ("nose", "metacorpus", "terminal_bulb")
MAX_CANDIDATES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One animal, or one doubtful end of one.

    `keypoints_px` is (3, 2) in the order of `KEYPOINTS`, `confidences` (3,); `confidence` is
    how sure the eye is that this is the head of a worm at all. `expected_errors_px` (3,) are the
    eye's own guesses of its errors, NaN where a model gives none.
    """

    keypoints_px: NDArray[np.float64]
    confidences: NDArray[np.float64]
    confidence: float
    expected_errors_px: NDArray[np.float64] = field(default_factory=lambda: np.full(3, np.nan))

    @property
    def expected_error_px(self) -> float:
        """Its guess of its error in the mean of the keypoints."""
        return float(self.expected_errors_px.mean())


class Detector(Protocol):
    """Whatever finds heads in pictures."""

    def detect(self, image: GreyImage, *, near_px: Pixel | None = None) -> Sequence[Candidate]:
        """Return up to `MAX_CANDIDATES` animals, surest first.

        `near_px` says where the head is expected: a detector may then look only around it.
        None means: search the whole image.
        """
        ...
