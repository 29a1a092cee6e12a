"""What an animal looks like, laid out straight: its picture by arc length and place across.

The texture is made once an animal and then bent onto each frame, so that every granule of the
gut keeps its place in the body. Values are density: what the body adds to the light's
transmission, as a fraction of the background; negative is darker.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.sim.anatomy import METACORPUS, TERMINAL_BULB, half_width_um
from hardware.sim.noise import Layer, grain, place_generator
from hardware.sim.scenario import Optics

Field: TypeAlias = NDArray[np.float64]

_REFERENCE_UM = 1000.0  # sizes of organs below are those of an animal this long
_PAD_PX = 14
_FINER = 3  # the outline is traced at a finer grid
_BLUNT_UM = 13.0  # how far behind the nose's tip the head has its full width
_DEPTH_AT = (0.0, 0.02, 0.06, 0.11, 0.15, 0.165, 0.22, 0.35, 0.6, 0.84, 0.9, 0.95, 1.0)
_DEPTH = (0.035, 0.04, 0.055, 0.075, 0.09, 0.185, 0.165, 0.14, 0.145, 0.13, 0.075, 0.05, 0.035)


@dataclass(frozen=True, slots=True)
class BodyTexture:
    """The straightened animal: (2 * half_px + 1, length_px + 2 * pad_px), nose left."""

    density: Layer
    length_px: float
    half_px: int
    pad_px: int


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where each pixel of the texture lies: along and across in um, and how far inside."""

    along_um: Field  # (1, columns), 0 at the nose
    across_um: Field  # (rows, 1)
    fraction: Field  # (1, columns) of the length
    width: Field  # across as a fraction of the half width, -1..1 inside
    outside_px: Field  # distance to the outline, negative inside
    scale: float  # of organs, against the reference


def body_texture(seed: int, *, length_um: float, optics: Optics) -> BodyTexture:
    """Draw one animal; the seed decides its grain, its tint and the winding of its gut."""
    draw = place_generator(seed, 10, 0, 0)
    length_px = length_um / optics.um_per_px
    widest_px = 0.036 * length_px
    half_px = math.ceil(widest_px + _PAD_PX)
    shape = 2 * half_px + 1, math.ceil(length_px) + 2 * _PAD_PX
    grid = _grid(shape, length_um=length_um, um_per_px=optics.um_per_px, half_px=half_px)
    inside = _soft_step(-grid.outside_px, 0.8)
    organs = _tube(grid, draw) + _gut(grid, draw, shape, optics) + _pharynx(grid, draw, shape)
    plain = np.full(shape, -0.16)
    interior = (1.0 - optics.silhouette) * organs + optics.silhouette * plain
    density = inside * interior + _seam(grid, optics)
    return BodyTexture(density.astype(np.float32), length_px, half_px, _PAD_PX)


def _grid(shape: tuple[int, int], *, length_um: float, um_per_px: float, half_px: int) -> _Grid:
    rows, columns = shape
    along_um: Field = (np.arange(columns, dtype=np.float64) - _PAD_PX)[None, :] * um_per_px
    across_um: Field = (np.arange(rows, dtype=np.float64) - half_px)[:, None] * um_per_px
    fraction = along_um / length_um
    half_um = np.maximum(half_width_um(fraction.clip(0.0, 1.0), length_um=length_um), 0.6)
    return _Grid(
        along_um,
        across_um,
        fraction,
        across_um / half_um,
        _outside_px(shape, length_um=length_um, um_per_px=um_per_px, half_px=half_px),
        length_um / _REFERENCE_UM,
    )


def _outside_px(
    shape: tuple[int, int], *, length_um: float, um_per_px: float, half_px: int
) -> Field:
    """Return the distance to the outline, (rows, columns), negative inside."""
    rows, columns = (size * _FINER for size in shape)
    along_um = ((np.arange(columns) + 0.5) / _FINER - 0.5 - _PAD_PX) * um_per_px
    across_um = ((np.arange(rows) + 0.5) / _FINER - 0.5 - half_px) * um_per_px
    half_um = half_width_um((along_um / length_um).clip(0.0, 1.0), length_um=length_um)
    blunt_um = _BLUNT_UM * length_um / _REFERENCE_UM
    to_full = ((blunt_um - along_um) / blunt_um).clip(0.0, 1.0)
    half_um = half_um * np.sqrt(1.0 - to_full**2)
    half_um[(along_um < 0.0) | (along_um > length_um)] = -1.0
    mask = (np.abs(across_um)[:, None] <= half_um[None, :]).astype(np.uint8)
    beyond = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5)
    within = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    fine = cv2.GaussianBlur((beyond - within) / _FINER, (0, 0), 1.5)
    return cv2.resize(fine, shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float64)


def _soft_step(distance: Field, soft: float) -> Field:
    """Rise from 0 to 1 around 0, within about `soft` on each side."""
    return 1.0 / (1.0 + np.exp(-np.clip(2.0 * distance / soft, -30.0, 30.0)))


def _bump(distance: Field, size: float) -> Field:
    return np.exp(-((distance / size) ** 2))


def _tube(grid: _Grid, draw: np.random.Generator) -> Field:
    """The body as a tube of tinted jelly: darkest where it is thickest."""
    depth = np.interp(grid.fraction, _DEPTH_AT, _DEPTH) * draw.uniform(0.9, 1.1)
    round_ = np.sqrt((1.0 - grid.width**2).clip(0.0, 1.0))
    return -depth * (0.5 + 0.5 * round_)


def _seam(grid: _Grid, optics: Optics) -> Field:
    """The cuticle: a dark line within, a bright halo of 3 to 5 px without, a faint ring beyond."""
    strength = np.interp(grid.fraction, (0.0, 0.05, 0.9, 1.0), (0.75, 1.0, 1.0, 0.5))
    line = -0.075 * _bump(grid.outside_px + 1.5, 1.4)
    halo = 0.115 * optics.halo * _bump(grid.outside_px - 2.4, 2.1)
    ring = -0.02 * optics.halo * _bump(grid.outside_px - 7.0, 2.2)
    return strength * ((1.0 - optics.silhouette) * line + halo + ring)


def _gut(grid: _Grid, draw: np.random.Generator, shape: tuple[int, int], optics: Optics) -> Field:
    """The gut: begins in a dark arc around the bulb, bright lumen dome first, then granules."""
    scale, length_um = grid.scale, _REFERENCE_UM * grid.scale
    behind_um = grid.along_um - TERMINAL_BULB * length_um
    from_bulb_um = np.hypot(behind_um, 1.05 * grid.across_um)
    begins = _soft_step(from_bulb_um - 19.0 * scale, 4.0) * _soft_step(
        behind_um - 1.0 * scale - 0.012 * grid.across_um**2, 5.0
    )
    mask = (
        begins * _soft_step(0.9 - grid.fraction, 0.03) * _soft_step(0.8 - np.abs(grid.width), 0.1)
    )
    winding_um = 5.0 * scale * np.sin(grid.along_um / 55.0 + draw.uniform(0.0, 6.0))
    winding_um = winding_um * _soft_step(behind_um - 50.0 * scale, 20.0)
    lumen = _bump(grid.across_um - winding_um, 4.2 * scale)
    lumen = lumen * (0.45 + 0.55 * _bump(behind_um - 30.0 * scale, 40.0 * scale))
    dome = _bump(np.hypot(behind_um - 24.0 * scale, 0.9 * grid.across_um), 9.0 * scale)
    arc = _bump(from_bulb_um - 27.0 * scale, 8.0 * scale) * _soft_step(behind_um - 6.0, 6.0)
    coarse = grain(draw, shape, sigma_px=2.3 / optics.um_per_px)
    fine = grain(draw, shape, sigma_px=1.1 / optics.um_per_px)
    dark = np.minimum(0.6 * coarse + 0.5 * fine, 0.9)
    grains = 0.05 * optics.granularity * (dark - 0.3)
    return mask * (grains + 0.06 * lumen - 0.055 * arc) + 0.17 * dome - 0.015 * mask


def _pharynx(grid: _Grid, draw: np.random.Generator, shape: tuple[int, int]) -> Field:
    """A faint, slightly textured tube: procorpus, metacorpus, isthmus, terminal bulb."""
    scale, length_um = grid.scale, _REFERENCE_UM * grid.scale
    along_um, across_um = grid.along_um / scale, grid.across_um / scale
    metacorpus_um, bulb_um = METACORPUS * _REFERENCE_UM, TERMINAL_BULB * _REFERENCE_UM
    half_um = (
        5.2
        + 6.3 * _bump(along_um - metacorpus_um, 15.0)
        + 9.0 * _bump(along_um - bulb_um, 14.0)
        - 2.2 * _soft_step(along_um - metacorpus_um - 14.0, 8.0)
    )
    span = _soft_step(along_um - 6.0, 4.0) * _soft_step(bulb_um + 15.0 - along_um, 3.0)
    edge_um = np.abs(across_um) - half_um
    wall = span * _bump(edge_um, 2.0)
    flesh = span * _soft_step(-edge_um, 1.5)
    canal = span * _bump(across_um, 1.6) * _soft_step(bulb_um - 16.0 - along_um, 4.0)
    grinder = _bump(np.hypot(along_um - bulb_um - 1.0, across_um), 4.5)
    valve = _bump(np.hypot(along_um - metacorpus_um - 3.0, across_um), 3.4)
    texture = grain(draw, shape, sigma_px=1.6 * scale * shape[1] / length_um)
    dark = 0.028 * wall + 0.022 * canal + 0.055 * grinder + 0.03 * valve
    return flesh * (0.022 + 0.008 * texture) - dark
