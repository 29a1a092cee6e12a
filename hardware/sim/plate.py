"""The agar and all that lies on it: endless, and fixed, so that only the stage moves it in view.

The plate is drawn in *plate pixels*: `q = inverse(stage_from_image) @ place_um`, which run along
the picture's rows and columns. A frame is a window of it, and the stage only moves the window.
It is made in tiles, each a pure function of its place and the seed, and of the focus drive's
height in coarse steps. Values are transmission: 1 is empty agar, lower is darker.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import lru_cache

import cv2
import numpy as np

from hardware.sim.calibration import true_calibration
from hardware.sim.debris import Thing, draw_thing
from hardware.sim.defocus import Defocus
from hardware.sim.noise import Layer, place_generator, white
from hardware.sim.scenario import Scenario
from hardware.sim.tracks import Tracks

TILE_PX = 256
_EDGE_PX = 16  # drawn beyond a tile, so that blurring it leaves no seam
_HALF = TILE_PX // 2
_KEPT_TILES = 160
_KEPT_DENSITIES = 64  # three views full: to blur a tile anew, it need not be drawn anew
_FOCUS_STEP_UM = 4.0  # a fraction of any depth of field: within it a tile is not drawn anew
_TRACKS_PER_MM2 = 0.35


class Plate:
    """An endless plate in tiles; `prefetch` makes them before they are needed."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        optics, plate = scenario.optics, scenario.plate
        self._seed = seed
        self._px_per_um = 1.0 / optics.um_per_px
        self._texture = plate.texture_grey / optics.background_grey
        self._debris_per_tile = plate.debris_per_mm2 * (TILE_PX / self._px_per_um / 1000.0) ** 2
        self._defocus = Defocus(scenario)
        self._matrix = true_calibration(scenario).stage_from_image_um_per_px
        self._tracks = Tracks(seed, px_per_um=self._px_per_um, per_mm2=_TRACKS_PER_MM2)
        self._tiles: OrderedDict[tuple[int, int], tuple[int, Layer]] = OrderedDict()
        self._density = lru_cache(maxsize=_KEPT_DENSITIES)(self._make_density)
        self._white = lru_cache(maxsize=4 * _KEPT_TILES)(self._make_white)
        self._things = lru_cache(maxsize=4 * _KEPT_TILES)(self._make_things)

    def window(
        self, left_px: int, top_px: int, shape: tuple[int, int], *, focus_um: float = 0.0
    ) -> Layer:
        """Return a copy of the plate from (left, top) on; the caller may draw on it."""
        rows, columns = shape
        out = np.empty(shape, np.float32)
        for row in range(top_px // TILE_PX, (top_px + rows - 1) // TILE_PX + 1):
            for column in range(left_px // TILE_PX, (left_px + columns - 1) // TILE_PX + 1):
                tile = self._tile(column, row, focus_um)
                x, y = column * TILE_PX - left_px, row * TILE_PX - top_px
                into = out[max(y, 0) : y + TILE_PX, max(x, 0) : x + TILE_PX]
                y, x = max(-y, 0), max(-x, 0)
                into[:] = tile[y : y + into.shape[0], x : x + into.shape[1]]
        return out

    def prefetch(
        self,
        left_px: int,
        top_px: int,
        shape: tuple[int, int],
        *,
        at_most: int,
        focus_um: float = 0.0,
    ) -> int:
        """Make tiles that a window will need, as many as given; return how many were made."""
        made = 0
        rows, columns = shape
        for row in range(top_px // TILE_PX, (top_px + rows - 1) // TILE_PX + 1):
            for column in range(left_px // TILE_PX, (left_px + columns - 1) // TILE_PX + 1):
                if made == at_most:
                    return made
                steps = self._focus_steps(column, row, focus_um)
                if self._tiles.get((column, row), (None,))[0] != steps:
                    self._tile(column, row, focus_um)
                    made += 1
        return made

    def _tile(self, column: int, row: int, focus_um: float) -> Layer:
        steps = self._focus_steps(column, row, focus_um)
        known = self._tiles.get((column, row))
        if known is not None and known[0] == steps:
            self._tiles.move_to_end((column, row))
            return known[1]
        height_um = self._height_um(column, row) - steps * _FOCUS_STEP_UM
        tile = self._make_tile(column, row, height_um)
        self._tiles[(column, row)] = steps, tile
        if len(self._tiles) > _KEPT_TILES:
            self._tiles.popitem(last=False)
        return tile

    def _focus_steps(self, column: int, row: int, focus_um: float) -> int:
        """Return a height of the drive in steps; tiles round apart, not to be drawn all at once."""
        return round(focus_um / _FOCUS_STEP_UM + self._height_um(column, row) % 1.0 - 0.5)

    def _height_um(self, column: int, row: int) -> float:
        """Return how far the middle of a tile stands above the plane in focus, the drive at 0."""
        middle = (np.array([column, row]) + 0.5) * TILE_PX
        return self._defocus.height_um(self._matrix @ middle)

    def _make_tile(self, column: int, row: int, height_um: float) -> Layer:
        """Look at the plate's things through the lens, the agar so far off its focus."""
        density = self._density(column, row)
        sigma_px = self._defocus.sigma_px(height_um)
        if sigma_px > 0.3:
            soft = cv2.GaussianBlur(density, (0, 0), min(sigma_px, _EDGE_PX / 3.0))
            density = np.asarray(soft, np.float32)
        inside = slice(_EDGE_PX, _EDGE_PX + TILE_PX)
        contrast = self._defocus.contrast(height_um)
        return np.asarray(1.0 + contrast * density[inside, inside], np.float32)

    def _make_density(self, column: int, row: int) -> Layer:
        """Draw what lies on the plate, as it is before any lens; with an edge around the tile."""
        left, top = column * TILE_PX - _EDGE_PX, row * TILE_PX - _EDGE_PX
        density = self._agar(column, row)
        self._tracks.add_to(density, left_px=left, top_px=top)
        for y in (row - 1, row, row + 1):
            for x in (column - 1, column, column + 1):
                for thing in self._things(x, y):
                    _add(density, thing, left_px=left, top_px=top)
        return density

    def _agar(self, column: int, row: int) -> Layer:
        edge = 24
        nine = np.block(
            [[self._white(column + x, row + y) for x in (-1, 0, 1)] for y in (-1, 0, 1)]
        )
        near = slice(_HALF - edge, 2 * _HALF + edge)
        patch = np.ascontiguousarray(nine[near, near])
        fine = cv2.GaussianBlur(patch, (0, 0), 1.0) * (2.0 * math.sqrt(math.pi) * 1.0)
        coarse = cv2.GaussianBlur(patch, (0, 0), 5.0) * (2.0 * math.sqrt(math.pi) * 5.0)
        half = np.float32(self._texture) * (0.85 * fine + 0.4 * coarse)
        half += self._shading(column * _HALF - edge, row * _HALF - edge, len(patch))
        size = 2 * len(patch)
        whole = cv2.resize(half, (size, size), interpolation=cv2.INTER_CUBIC)
        inside = slice(2 * edge - _EDGE_PX, size - 2 * edge + _EDGE_PX)
        return np.array(whole[inside, inside], np.float32)

    def _shading(self, left: int, top: int, size: int) -> Layer:
        """Uneven agar and lamp, (size, size), in half resolution; `left` and `top` likewise."""
        shading = np.zeros((size, size))
        for spacing, strength in ((640, 2.2), (160, 0.8)):
            first_x, first_y = left // spacing, top // spacing
            across = _blend(left, size, spacing)
            down = _blend(top, size, spacing)
            nodes = np.array(
                [
                    [self._node(spacing, first_x + x, first_y + y) for x in range(across.shape[1])]
                    for y in range(down.shape[1])
                ]
            )
            shading += strength * self._texture * (down @ nodes @ across.T)
        return shading.astype(np.float32)

    def _node(self, spacing: int, x: int, y: int) -> float:
        return float(place_generator(self._seed, spacing, x, y).uniform(-1.0, 1.0))

    def _make_white(self, column: int, row: int) -> Layer:
        return white(place_generator(self._seed, 1, column, row), (_HALF, _HALF))

    def _make_things(self, column: int, row: int) -> list[Thing]:
        draw = place_generator(self._seed, 2, column, row)
        return [
            draw_thing(
                draw,
                (column + draw.random()) * TILE_PX,
                (row + draw.random()) * TILE_PX,
                px_per_um=self._px_per_um,
            )
            for _ in range(draw.poisson(self._debris_per_tile))
        ]


def _blend(start: int, size: int, spacing: int) -> Layer:
    """Return how much each lattice node counts at each place, (size, nodes)."""
    place = (start + np.arange(size)) / spacing
    node = np.floor(place).astype(int)
    part = place - node
    part = part * part * (3.0 - 2.0 * part)
    node -= node[0]
    weights = np.zeros((size, node[-1] + 2), np.float32)
    weights[np.arange(size), node] = 1.0 - part
    weights[np.arange(size), node + 1] += part
    return weights


def _add(density: Layer, thing: Thing, *, left_px: int, top_px: int) -> None:
    x, y = thing.left_px - left_px, thing.top_px - top_px
    rows, columns = thing.density.shape
    into = density[max(y, 0) : max(y + rows, 0), max(x, 0) : max(x + columns, 0)]
    if into.size:
        from_y, from_x = max(-y, 0), max(-x, 0)
        into += thing.density[from_y : from_y + into.shape[0], from_x : from_x + into.shape[1]]
