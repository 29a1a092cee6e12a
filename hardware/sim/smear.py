"""What hides an animal from the camera: a bubble or a smear over all of it."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.sim.noise import Layer

_REACH_UM = 90.0  # beyond the animal


def add_smear(canvas: Layer, midline_px: NDArray[np.float64], *, px_per_um: float) -> None:
    """Lay a bright bubble with a dark rim over the place of an animal, which is not drawn."""
    middle = (midline_px.min(axis=0) + midline_px.max(axis=0)) / 2.0
    half = (midline_px.max(axis=0) - midline_px.min(axis=0)) / 2.0 + _REACH_UM * px_per_um
    low = np.maximum(np.floor(middle - 1.5 * half).astype(int), 0)
    high = np.minimum(np.ceil(middle + 1.5 * half).astype(int), canvas.shape[::-1])
    if (high <= low).any():
        return
    x = ((np.arange(low[0], high[0]) - middle[0]) / half[0])[None, :]
    y = ((np.arange(low[1], high[1]) - middle[1]) / half[1])[:, None]
    radius = np.sqrt(x**2 + y**2)
    inside = 1.0 / (1.0 + np.exp(np.clip((radius - 1.05) / 0.035, -30.0, 30.0)))
    rim = np.exp(-(((radius - 1.05) / 0.06) ** 2))
    sheen = 0.06 * np.exp(-((x + 0.4) ** 2 + (y + 0.45) ** 2) / 0.15)
    under = canvas[low[1] : high[1], low[0] : high[0]]
    soft = cv2.GaussianBlur(under, (0, 0), max(4.0, 12.0 * px_per_um))
    soft = soft + (sheen - 0.03 + 0.02 * np.cos(math.pi * 3.0 * x) * y).astype(np.float32)
    weight = inside.astype(np.float32)
    under[:] = (1.0 - weight) * under + weight * soft - (0.16 * rim).astype(np.float32)
