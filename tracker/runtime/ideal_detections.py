"""An eye for stepped time that is told what it sees, and a clock's toll for every look."""

from __future__ import annotations

from collections.abc import Sequence

from hardware.clock import SteppedClock
from hardware.stepped import Glimpse
from models.detection import MAX_CANDIDATES, Candidate, Detector, GreyImage, Pixel


class IdealDetector:
    """Fulfils `models.detection.Detector`: answers with what it was last shown."""

    def __init__(self, *, min_confidence: float) -> None:
        self._min_confidence = min_confidence
        self._candidates: Sequence[Candidate] = ()

    def show(self, glimpses: Sequence[Glimpse]) -> None:
        """Say what the next picture holds, surest first."""
        self._candidates = [
            Candidate(
                keypoints_px=glimpse.keypoints_px,
                confidences=glimpse.confidences,
                confidence=glimpse.confidence,
            )
            for glimpse in glimpses[:MAX_CANDIDATES]
            if glimpse.confidence >= self._min_confidence
        ]

    def detect(self, image: GreyImage, *, near_px: Pixel | None = None) -> Sequence[Candidate]:
        """Return what was shown, wherever it lies."""
        del image, near_px
        return self._candidates


class TimedDetector:
    """A detector whose every look takes the same stepped time."""

    def __init__(self, detector: Detector, clock: SteppedClock, *, takes_s: float) -> None:
        self._detector = detector
        self._clock = clock
        self._takes_s = takes_s

    def detect(self, image: GreyImage, *, near_px: Pixel | None = None) -> Sequence[Candidate]:
        """Look, and move the clock."""
        candidates = self._detector.detect(image, near_px=near_px)
        self._clock.advance_to(self._clock.now_s() + self._takes_s)
        return candidates
