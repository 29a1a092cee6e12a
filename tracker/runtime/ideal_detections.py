"""Eyes for stepped time: one that is told what it sees, and one whose looks take time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hardware.clock import Clock
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
    """A detector whose every look takes the same stepped time, in which the stage lives on."""

    def __init__(
        self,
        detector: Detector,
        clock: Clock,
        *,
        takes_s: float,
        run_until: Callable[[float], None],
    ) -> None:
        self._detector = detector
        self._clock = clock
        self._takes_s = takes_s
        self._run_until = run_until

    def detect(self, image: GreyImage, *, near_px: Pixel | None = None) -> Sequence[Candidate]:
        """Look, and let the time pass that it takes."""
        candidates = self._detector.detect(image, near_px=near_px)
        self._run_until(self._clock.now_s() + self._takes_s)
        return candidates
