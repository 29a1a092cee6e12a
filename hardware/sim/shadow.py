"""The second, soft shadow of an animal: light that comes from aside, seen through the agar."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.sim.bending import COARSE_PX
from hardware.sim.noise import Layer

_BLUR = 2.6  # of the small picture
_OFFSET_UM = np.array([17.0, 11.0])  # in the picture: the lamp does not turn with the plate
_DEPTH = 0.05


def add_shadow(
    canvas: Layer,
    midline_px: NDArray[np.float64],
    half_width_px: NDArray[np.float64],
    *,
    px_per_um: float,
    strength: float,
) -> None:
    """Darken a canvas softly beside a body; both arrays have one entry a midline point."""
    line_px = midline_px + _OFFSET_UM * px_per_um
    margin = math.ceil(float(half_width_px.max())) + 4 * COARSE_PX * math.ceil(_BLUR)
    low = np.floor(line_px.min(axis=0)).astype(int) - margin
    high = np.ceil(line_px.max(axis=0)).astype(int) + margin
    if (high <= 0).any() or (low >= canvas.shape[::-1]).any():
        return
    low = low // COARSE_PX * COARSE_PX
    columns, rows = (int(size) // COARSE_PX + 1 for size in high - low)
    mask = np.zeros((rows, columns), np.uint8)
    points = np.rint((line_px - low) / COARSE_PX * 16.0).astype(int)
    thickness = np.maximum(np.rint(1.8 * half_width_px / COARSE_PX), 1).astype(int)
    for start, stop, thick in zip(points[:-1], points[1:], thickness, strict=False):
        ends = (int(start[0]), int(start[1])), (int(stop[0]), int(stop[1]))
        cv2.line(mask, *ends, 255, int(thick), cv2.LINE_8, 4)
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), _BLUR)
    soft *= np.float32(-_DEPTH * strength / 255.0)
    whole = cv2.resize(
        soft, (columns * COARSE_PX, rows * COARSE_PX), interpolation=cv2.INTER_LINEAR
    )
    left, top = low.tolist()
    into = canvas[max(top, 0) : top + len(whole), max(left, 0) : left + len(whole[0])]
    part = whole[max(-top, 0) :, max(-left, 0) :]
    into += part[: into.shape[0], : into.shape[1]]
