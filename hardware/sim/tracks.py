"""Furrows that animals have left in the agar: long, faint, embossed by the slanting light."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.sim.noise import Layer, place_generator

_CELL_UM = 2600.0  # a furrow starts in a cell, and reaches no farther than the cells beside it
_REACH_UM = 1900.0
_SHIFT = 4  # OpenCV's fixed point: sixteenths of a pixel


@dataclass(frozen=True, slots=True)
class _Furrow:
    left_edge_px: NDArray[np.float64]  # (N, 2)
    right_edge_px: NDArray[np.float64]
    depth: float


class Tracks:
    """All furrows of an endless plate."""

    def __init__(self, seed: int, *, px_per_um: float, per_mm2: float) -> None:
        self._seed = seed
        self._px_per_um = px_per_um
        self._per_cell = per_mm2 * (_CELL_UM / 1000.0) ** 2
        self._of_cell = lru_cache(maxsize=64)(self._make_cell)

    def add_to(self, density: Layer, *, left_px: int, top_px: int) -> None:
        """Draw into a tile whose top left pixel lies at (left, top)."""
        rows, columns = density.shape
        drawn = np.zeros(density.shape, np.float32)
        is_empty = True
        for furrow in self._near(left_px, top_px):
            low, high = furrow.left_edge_px.min(axis=0), furrow.left_edge_px.max(axis=0)
            if (
                high[0] < left_px - 60
                or low[0] > left_px + columns + 60
                or high[1] < top_px - 60
                or low[1] > top_px + rows + 60
            ):
                continue
            is_empty = False
            for edge_px, sign in ((furrow.left_edge_px, 1.0), (furrow.right_edge_px, -1.0)):
                mask = np.zeros(density.shape, np.uint8)
                points = np.rint((edge_px - (left_px, top_px)) * (1 << _SHIFT)).astype(np.int32)
                cv2.polylines(mask, [points], False, 255, 5, cv2.LINE_AA, _SHIFT)
                drawn += np.float32(sign * furrow.depth / 255.0) * mask
        if not is_empty:
            density += cv2.GaussianBlur(drawn, (0, 0), 2.6)

    def _near(self, left_px: int, top_px: int) -> Iterator[_Furrow]:
        cell_px = _CELL_UM * self._px_per_um
        column, row = math.floor(left_px / cell_px), math.floor(top_px / cell_px)
        for y in (row - 1, row, row + 1):
            for x in (column - 1, column, column + 1):
                yield from self._of_cell(x, y)

    def _make_cell(self, column: int, row: int) -> list[_Furrow]:
        draw = place_generator(self._seed, 3, column, row)
        return [self._make(draw, column, row) for _ in range(draw.poisson(self._per_cell))]

    def _make(self, draw: np.random.Generator, column: int, row: int) -> _Furrow:
        start_um = (np.array([column, row]) + draw.random(2)) * _CELL_UM
        step_um = 15.0
        steps = int(_REACH_UM / step_um * draw.uniform(0.3, 1.0))
        wander_rad = np.cumsum(draw.normal(0.0, 0.03, steps))
        along_um = step_um * np.arange(steps)
        wave_rad = 0.8 * np.sin(2 * math.pi * along_um / draw.uniform(450.0, 600.0))
        heading_rad = draw.uniform(-math.pi, math.pi) + wander_rad + wave_rad
        ahead = np.column_stack([np.cos(heading_rad), np.sin(heading_rad)])
        aside = np.column_stack([-ahead[:, 1], ahead[:, 0]]) * draw.uniform(18.0, 28.0)
        path_um = start_um + step_um * np.cumsum(ahead, axis=0)
        return _Furrow(
            (path_um + aside) * self._px_per_um,
            (path_um - aside) * self._px_per_um,
            depth=draw.choice((-1.0, 1.0)) * draw.uniform(0.02, 0.075),
        )
