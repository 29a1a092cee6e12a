"""A drawn canvas, and the frame seen in it at a place that is known to a fraction of a pixel."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from hardware.sim.noise import Layer
from hardware.types import Vec2

_TAPS_PX = 3  # that the sub-pixel shift looks beyond the frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A layer, and the place of its top left pixel in a larger world of pixels."""

    layer: Layer
    left_px: int = 0
    top_px: int = 0


def seen_at(canvas: Canvas, corner_px: Vec2, shape: tuple[int, int]) -> Layer | None:
    """Return the frame whose top left pixel lies at `corner_px`; None if it leaves the canvas."""
    whole = np.floor(corner_px)
    x = int(whole[0]) - canvas.left_px - _TAPS_PX
    y = int(whole[1]) - canvas.top_px - _TAPS_PX
    rows, columns = (size + 2 * _TAPS_PX for size in shape)
    high, wide = canvas.layer.shape
    if x < 0 or y < 0 or x + columns > wide or y + rows > high:
        return None
    part_x, part_y = (corner_px - whole).tolist()
    window = canvas.layer[y : y + rows, x : x + columns]
    shifted = cv2.sepFilter2D(window, -1, _shift_taps(part_x), _shift_taps(part_y))
    return np.asarray(shifted[_TAPS_PX:-_TAPS_PX, _TAPS_PX:-_TAPS_PX], np.float32)


def _shift_taps(part: float) -> Layer:
    """Return the 4 cubic weights (Keys, a = -0.5) that look `part` of a pixel ahead, in 5 taps."""
    u = part
    weights = (
        -0.5 * u + u**2 - 0.5 * u**3,
        1.0 - 2.5 * u**2 + 1.5 * u**3,
        0.5 * u + 2.0 * u**2 - 1.5 * u**3,
        -0.5 * u**2 + 0.5 * u**3,
    )
    return np.array([0.0, *weights], np.float32)
