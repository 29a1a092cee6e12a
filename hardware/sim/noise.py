"""Randomness that needs no memory: the same seed and place give the same numbers, always.

What lies on the plate must look the same whenever the stage comes back to it; so every tile of
it draws from a generator of its own, named by the tile's place.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Layer: TypeAlias = NDArray[np.float32]  # (rows, columns)

_BANK_MARGIN_PX = 192
_OFFSET = 1 << 20  # seeds cannot be negative, places can


def place_generator(seed: int, purpose: int, x: int, y: int) -> np.random.Generator:
    """Return the generator of one place, for one purpose."""
    return np.random.Generator(
        np.random.SFC64(np.random.SeedSequence((seed, purpose, x + _OFFSET, y + _OFFSET)))
    )


def white(draw: np.random.Generator, shape: tuple[int, int]) -> Layer:
    """Return standard normal noise."""
    return draw.standard_normal(shape, dtype=np.float32)


def grain(draw: np.random.Generator, shape: tuple[int, int], *, sigma_px: float) -> Layer:
    """Return noise of one grain size, mean 0 and standard deviation 1."""
    soft = cv2.GaussianBlur(white(draw, shape), (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT)
    return ((soft - soft.mean()) / max(float(soft.std()), 1e-9)).astype(np.float32)


class NoiseBank:
    """Camera noise made beforehand: each frame takes a window of it, at a place of its own."""

    def __init__(self, seed: int, shape: tuple[int, int], *, sigma_grey: float) -> None:
        draw = place_generator(seed, 90, 0, 0)
        rows, columns = shape
        self._shape = shape
        self._seed = seed
        self._bank = white(draw, (rows + _BANK_MARGIN_PX, columns + _BANK_MARGIN_PX))
        self._bank *= np.float32(sigma_grey)

    def of_frame(self, frame_index: int) -> Layer:
        """Return the noise of one frame, in grey levels; a view, not to be written to."""
        draw = place_generator(self._seed, 91, frame_index % _OFFSET, 0)
        row, column = draw.integers(0, _BANK_MARGIN_PX, 2).tolist()
        rows, columns = self._shape
        return self._bank[row : row + rows, column : column + columns]
