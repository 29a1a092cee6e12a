"""Kinds of frames in which a model may do better or worse.

Contrast, blur, posture and place are cut into thirds over all frames with a head, so that a
stratum is never empty; recordings, animals and agreement are as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection import GreyImage
from models.evaluate.truth import TrueFrame, TrueHead

_ROOM = 0.75  # of the head's length around it: what contrast and blur are measured on
_LEAST_PX = 6.0
_CROSSING_LENGTHS = 2.0  # of a head: nearer, two heads touch or their bodies lie across


def strata_of(
    frames: Sequence[TrueFrame], images: Callable[[TrueFrame], GreyImage]
) -> Mapping[str, Sequence[str]]:
    """Return, for each kind of stratum, the stratum of every frame; "" where it has none."""
    animals: list[str] = []
    measured: list[tuple[float, float, float, float, float]] = []
    for frame in frames:
        image = images(frame)
        animals.append(_animals(frame, (image.shape[1], image.shape[0])))
        measured.append(_measured(frame, image))
    thirds = {
        "contrast": ("low contrast", "middling contrast", "high contrast"),
        "blur": ("blurred", "middling sharp", "sharp"),
        "posture": ("straight", "slightly bent", "bent"),
        "place": ("near the middle", "half-way out", "near the edge"),
        "agreement": ("annotators agree best", "agree middling", "agree least"),
    }
    return {
        "recording": [frame.frame.recording or "one folder" for frame in frames],
        "animals": animals,
        **{
            kind: _thirds(np.array([each[place] for each in measured]), names)
            for place, (kind, names) in enumerate(thirds.items())
        },
    }


def _animals(frame: TrueFrame, size_px: tuple[int, int]) -> str:
    """Say who is there; `size_px` is (width, height)."""
    if len(frame.heads) < 2:
        return "one animal" if frame.heads else ""
    middles_px = [np.nanmean(head.keypoints_px, axis=0) for head in frame.heads]
    length_px = max(head.length_px for head in frame.heads)
    nearest_px = min(math.dist(one, other) for one, other in combinations(middles_px, 2))
    if nearest_px < _CROSSING_LENGTHS * length_px:
        return "animals that cross"
    edge_px = [min(*middle, *(np.array(size_px) - 1.0 - middle)) for middle in middles_px]
    return "another at the edge" if min(edge_px) < length_px else "several animals apart"


def _measured(frame: TrueFrame, image: GreyImage) -> tuple[float, float, float, float, float]:
    """Return contrast, sharpness, bend, distance from the centre and disagreement."""
    if not frame.heads:
        return math.nan, math.nan, math.nan, math.nan, math.nan
    head = frame.heads[0]
    around = _around(head, image).astype(np.float64)
    middle_px = np.nanmean(head.keypoints_px, axis=0)
    centre_px = (np.array([image.shape[1], image.shape[0]]) - 1.0) / 2.0
    contrast = float(np.std(around))
    # A little smoothed: the camera's noise is sharp on any picture.
    smooth = cv2.GaussianBlur(around, (0, 0), 1.0)
    sharpness = float(np.std(cv2.Laplacian(smooth, cv2.CV_64F))) / max(contrast, 1e-6)
    far = float(np.max(np.abs(middle_px - centre_px) / np.maximum(centre_px, 1.0)))
    return contrast, sharpness, _bend_rad(head), far, head.apart_px / head.length_px


def _around(head: TrueHead, image: GreyImage) -> GreyImage:
    room_px = max(_LEAST_PX, _ROOM * head.length_px)
    known = head.keypoints_px[np.isfinite(head.keypoints_px).all(axis=1)]
    low = np.clip(np.floor(known.min(axis=0) - room_px), 0, None).astype(int)
    high = np.ceil(known.max(axis=0) + room_px).astype(int) + 1
    cut = image[low[1] : high[1], low[0] : high[0]]
    return cut if cut.size else image  # a head outside the picture


def _bend_rad(head: TrueHead) -> float:
    """Return by how much the head turns at the metacorpus; NaN where a keypoint is missing."""
    nose, metacorpus, bulb = head.keypoints_px
    first, second = nose - metacorpus, metacorpus - bulb
    lengths = math.hypot(*first) * math.hypot(*second)
    if not lengths > 0.0:
        return math.nan
    return math.acos(float(np.clip(first @ second / lengths, -1.0, 1.0)))


def _thirds(values: NDArray[np.float64], names: tuple[str, str, str]) -> list[str]:
    known = values[np.isfinite(values)]
    if not known.size:
        return [""] * len(values)
    low, high = np.percentile(known, [100.0 / 3.0, 200.0 / 3.0])
    return [
        "" if not math.isfinite(value) else names[int(value > low) + int(value > high)]
        for value in values.tolist()
    ]
