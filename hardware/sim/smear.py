"""What hides an animal from the camera: a bubble or a smear over all of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.sim.bending import COARSE_PX
from hardware.sim.noise import Layer

_REACH_UM = 90.0  # beyond the animal
_BLUR_UM = 15.0


def add_smear(canvas: Layer, midline_px: NDArray[np.float64], *, px_per_um: float) -> None:
    """Lay a bright bubble with a dark rim over the place of an animal, which is not drawn."""
    middle = (midline_px.min(axis=0) + midline_px.max(axis=0)) / 2.0
    half = (midline_px.max(axis=0) - midline_px.min(axis=0)) / 2.0 + _REACH_UM * px_per_um
    low = np.floor((middle - 1.4 * half) / COARSE_PX).astype(int) * COARSE_PX
    high = np.ceil((middle + 1.4 * half) / COARSE_PX).astype(int) * COARSE_PX
    low = np.maximum(low, 0)
    high = np.minimum(high, canvas.shape[::-1])
    if (high <= low).any():
        return
    under = canvas[low[1] : high[1], low[0] : high[0]]
    columns, rows = (-(-int(size) // COARSE_PX) for size in high - low)
    x = ((low[0] + COARSE_PX * (np.arange(columns) + 0.5) - middle[0]) / half[0])[None, :]
    y = ((low[1] + COARSE_PX * (np.arange(rows) + 0.5) - middle[1]) / half[1])[:, None]
    radius = np.sqrt(x**2 + y**2)
    inside = 1.0 / (1.0 + np.exp(np.clip((radius - 1.05) / 0.035, -30.0, 30.0)))
    rim = 0.16 * np.exp(-(((radius - 1.05) / 0.06) ** 2))
    sheen = 0.06 * np.exp(-((x + 0.4) ** 2 + (y + 0.45) ** 2) / 0.15) - 0.03
    small = cv2.resize(under, (columns, rows), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), max(1.0, _BLUR_UM * px_per_um / COARSE_PX))
    weight = _enlarged(inside, under.shape)
    under += weight * (_enlarged(soft + sheen, under.shape) - under) - _enlarged(rim, under.shape)


def _enlarged(small: NDArray[np.float64] | cv2.typing.MatLike, shape: tuple[int, ...]) -> Layer:
    rows, columns = small.shape[0] * COARSE_PX, small.shape[1] * COARSE_PX
    whole = cv2.resize(small.astype(np.float32), (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole[: shape[0], : shape[1]], np.float32)
