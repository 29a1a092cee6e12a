"""Pictures of another scale, shown to a detector at the scale that its model was made for.

A model knows heads of a certain size in pixels. Where the rig's micrometres per pixel lie outside
the manifest's range, every picture is enlarged (or shrunk) before the model looks, and what it
finds is given back in the pixels of the picture itself.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.contract import Manifest
from models.detection import Candidate, Detector, GreyImage, Pixel
from models.errors import ModelError

_LARGEST_PX = 16_000_000  # a whole picture at the model's scale; more takes seconds and gigabytes
_WINDOW_PX = 384  # at the model's scale: the crop of a track graph, and some room around it


class MagnifiedDetector:
    """Fulfils `models.detection.Detector` over another one, at `magnification` times the size."""

    def __init__(self, detector: Detector, *, magnification: float) -> None:
        self._detector = detector
        self.magnification = magnification

    def detect(self, image: GreyImage, *, near_px: Pixel | None = None) -> Sequence[Candidate]:
        """Return up to four animals, surest first, in pixels of the image given.

        Raises:
            ModelError: the whole picture would be too large at the model's scale.
        """
        if near_px is not None and np.isfinite(near_px).all():
            found = self._look_near(image, near_px)
            if found:
                return found
        return self._look(image, np.zeros(2), near_px=None)

    def _look_near(self, image: GreyImage, near_px: Pixel) -> Sequence[Candidate]:
        half_px = math.ceil(_WINDOW_PX / self.magnification / 2.0)
        size_px = np.array([image.shape[1], image.shape[0]])
        first = np.clip(np.rint(near_px).astype(int) - half_px, 0, np.maximum(size_px - 1, 0))
        last = np.clip(first + 2 * half_px + 1, 1, size_px)
        window = image[first[1] : last[1], first[0] : last[0]]
        origin_px = first.astype(np.float64)
        return self._look(window, origin_px, near_px=near_px - origin_px)

    def _look(
        self, image: GreyImage, origin_px: NDArray[np.float64], *, near_px: Pixel | None
    ) -> Sequence[Candidate]:
        size = [max(1, round(side * self.magnification)) for side in image.shape]
        if size[0] * size[1] > _LARGEST_PX:
            raise ModelError(
                f"a picture of {image.shape[1]} x {image.shape[0]} px would be "
                f"{size[1]} x {size[0]} px at the model's scale: train a model for your scale, "
                "or bin or crop the camera's picture"
            )
        way = cv2.INTER_CUBIC if self.magnification > 1.0 else cv2.INTER_AREA
        shown = cv2.resize(image, (size[1], size[0]), interpolation=way)
        # How much larger it really became, once rounded to whole pixels: x first.
        ratio = np.array([size[1] / image.shape[1], size[0] / image.shape[0]])
        near = None if near_px is None else (near_px + 0.5) * ratio - 0.5
        found = self._detector.detect(np.asarray(shown, np.uint8), near_px=near)
        return [_given_back(candidate, ratio, origin_px) for candidate in found]


def at_scale(detector: Detector, manifest: Manifest, *, um_per_px: float) -> Detector:
    """Return the detector as it is, or behind a magnifier if the rig's scale is not its own."""
    low, high = manifest.um_per_px
    if low <= um_per_px <= high:
        return detector
    return MagnifiedDetector(detector, magnification=um_per_px / math.sqrt(low * high))


def _given_back(
    candidate: Candidate, ratio: NDArray[np.float64], origin_px: NDArray[np.float64]
) -> Candidate:
    return dataclasses.replace(
        candidate,
        keypoints_px=(candidate.keypoints_px + 0.5) / ratio - 0.5 + origin_px,
        expected_errors_px=candidate.expected_errors_px / float(ratio.mean()),
    )
