"""Small things that lie on the agar: rods, specks, smudges, eggs.

Each is a patch of *density*: what it adds to the light's transmission, as a fraction of the
background, negative where it is darker.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hardware.sim.noise import Layer

Field: TypeAlias = NDArray[np.float64]
Shape: TypeAlias = Callable[[Field, Field, float], Field]  # (radius, along, a pixel) -> density


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing on the plate: its patch, and where the patch's top left pixel lies."""

    left_px: int
    top_px: int
    density: Layer


def draw_thing(draw: np.random.Generator, x_px: float, y_px: float, *, px_per_um: float) -> Thing:
    """Draw one thing at a place; what it is and how it lies is up to the generator."""
    kind = draw.choice(4, p=(0.42, 0.3, 0.18, 0.1))
    turn_rad = draw.uniform(0.0, math.pi)
    if kind == 0:
        half_px = px_per_um * draw.uniform(6.5, 16.0), px_per_um * draw.uniform(1.8, 3.0)
        return _cast(x_px, y_px, half_px, turn_rad, _rod, strength=draw.uniform(0.1, 0.3))
    if kind == 1:
        radius_px = px_per_um * draw.uniform(1.2, 3.5)
        half_px = radius_px * draw.uniform(1.0, 1.6), radius_px
        return _cast(x_px, y_px, half_px, turn_rad, _rod, strength=draw.uniform(0.08, 0.35))
    if kind == 2:
        radius_px = px_per_um * draw.uniform(14.0, 45.0)
        half_px = radius_px * draw.uniform(1.0, 2.0), radius_px
        return _cast(x_px, y_px, half_px, turn_rad, _smudge, strength=draw.uniform(-0.05, 0.07))
    half_px = px_per_um * 26.0, px_per_um * 15.5
    return _cast(x_px, y_px, half_px, turn_rad, _egg, strength=draw.uniform(0.6, 1.2))


def _rod(radius: Field, _along: Field, soft: float) -> Field:
    """A dark body with a bright seam; `radius` is 1 at the edge, `soft` a pixel in that measure."""
    body = 1.0 / (1.0 + np.exp(np.clip((radius - 1.0) / (0.45 * soft), -30, 30)))
    seam = np.exp(-(((radius - 1.0 - 1.9 * soft) / (1.2 * soft)) ** 2))
    return 0.22 * seam - body


def _smudge(radius: Field, _along: Field, _soft: float) -> Field:
    return -np.exp(-1.6 * radius**2)


def _egg(radius: Field, along: Field, soft: float) -> Field:
    shell = np.exp(-(((radius - 1.0) / (0.9 * soft)) ** 2))
    seam = np.exp(-(((radius - 1.0 - 2.2 * soft) / (1.4 * soft)) ** 2))
    yolk = 1.0 / (1.0 + np.exp(np.clip((radius - 0.86) / 0.05, -30, 30)))
    cells = 0.5 + 0.5 * np.cos(7.0 * along + 2.0 * radius)
    return 0.09 * seam - 0.17 * shell - yolk * (0.05 + 0.06 * cells)


def _cast(
    x_px: float,
    y_px: float,
    half_px: tuple[float, float],
    turn_rad: float,
    shape: Shape,
    *,
    strength: float,
) -> Thing:
    reach = math.ceil(1.6 * half_px[0] + 5.0)
    left, top = math.floor(x_px) - reach, math.floor(y_px) - reach
    span = np.arange(2 * reach + 1)
    x, y = (left + span - x_px)[None, :], (top + span - y_px)[:, None]
    along = (math.cos(turn_rad) * x + math.sin(turn_rad) * y) / half_px[0]
    across = (math.cos(turn_rad) * y - math.sin(turn_rad) * x) / half_px[1]
    radius = np.hypot(along, across)
    density = strength * shape(radius, along, 1.0 / half_px[1])
    density *= np.clip((reach - np.hypot(x, y)) / 4.0, 0.0, 1.0)
    return Thing(left, top, density.astype(np.float32))
