"""The baseline: an eye without learning, by threshold and connected pieces.

It finds what stands out from the agar, takes the largest piece for the animal, and calls the
paler of its two ends the head. It knows one animal, no tail that is paler than the head and no
head that touches the body; it is here so that a network has something to beat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection import Candidate, GreyImage, Pixel

_SHRINK = 4
_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicalDetector:
    """Fulfils `models.detection.Detector`; `near_px` tells it nothing.

    Lengths are in pixels of the frame, as large as a worm at 1.26 um/px.
    """

    least_contrast: float = 0.06  # against the background, either way
    least_area_px: float = 4000.0
    metacorpus_px: float = 52.0  # from the nose
    terminal_bulb_px: float = 104.0

    def detect(self, image: GreyImage, *, near_px: Pixel | None = None) -> Sequence[Candidate]:
        """Return the largest animal, with a guess which end of it is the head."""
        del near_px
        contrast = self._contrast(image)
        animal = self._largest_piece(contrast > self.least_contrast)
        if animal is None:
            return []
        places = np.argwhere(animal)[:, ::-1].astype(np.float64)
        ends = _ends(places)
        paleness = [self._contrast_at(end, places, contrast) for end in ends]
        head = int(np.argmin(paleness))
        sureness = 1.0 - paleness[head] / max(paleness[1 - head], 1e-6)
        return [self._candidate(ends[head], places, sureness)]

    def _contrast(self, image: GreyImage) -> NDArray[np.float32]:
        rows, columns = image.shape[0] // _SHRINK, image.shape[1] // _SHRINK
        small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
        smooth = cv2.GaussianBlur(small, (0, 0), 1.5).astype(np.float32)
        return np.abs(smooth / np.maximum(_lamp(smooth), 1.0) - 1.0)

    def _largest_piece(self, stands_out: _Mask) -> _Mask | None:
        closed = cv2.morphologyEx(
            stands_out.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)
        )
        count, labels, table, _ = cv2.connectedComponentsWithStats(closed)
        if count < 2:
            return None
        areas = table[1:, cv2.CC_STAT_AREA]
        if areas.max() * _SHRINK**2 < self.least_area_px:
            return None
        return np.asarray(labels == 1 + int(areas.argmax()))

    def _contrast_at(
        self, end: Pixel, places: NDArray[np.float64], contrast: NDArray[np.float32]
    ) -> float:
        reach = self.terminal_bulb_px / _SHRINK
        near = places[np.linalg.norm(places - end, axis=1) < reach].astype(np.int64)
        return float(contrast[near[:, 1], near[:, 0]].mean())

    def _candidate(self, nose: Pixel, places: NDArray[np.float64], sureness: float) -> Candidate:
        distance = np.linalg.norm(places - nose, axis=1)
        points = [nose]
        for along_px in (self.metacorpus_px, self.terminal_bulb_px):
            ring = places[np.abs(distance - along_px / _SHRINK) < 3.0]
            points.append(ring.mean(axis=0) if len(ring) else points[-1])
        confidence = float(np.clip(0.5 + 0.5 * sureness, 0.0, 1.0))
        return Candidate(
            keypoints_px=np.array(points) * _SHRINK + (_SHRINK - 1) / 2.0,
            confidences=np.full(len(points), confidence),
            confidence=confidence,
        )


def _lamp(smooth: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the light without an animal: a paraboloid through what departs from it least."""
    rows, columns = smooth.shape
    y, x = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=2)
    sample = terms[::_SHRINK, ::_SHRINK].reshape(-1, 6)
    grey = smooth[::_SHRINK, ::_SHRINK].ravel()
    is_agar = np.ones(len(grey), np.bool_)
    lamp = np.zeros(6)
    for _ in range(4):
        lamp, *_ = np.linalg.lstsq(sample[is_agar], grey[is_agar])
        off = np.abs(grey - sample @ lamp)
        is_agar = off <= np.percentile(off, 75)
    return (terms @ lamp).astype(np.float32)


def _ends(places: NDArray[np.float64]) -> tuple[Pixel, Pixel]:
    """Return the two places that lie farthest apart, near enough."""
    one = places[np.linalg.norm(places - places.mean(axis=0), axis=1).argmax()]
    other = places[np.linalg.norm(places - one, axis=1).argmax()]
    return one, other
