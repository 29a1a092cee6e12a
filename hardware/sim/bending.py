"""Bending the straight texture of an animal onto the plate along its midline.

The body is drawn in short pieces. Within a piece the map from picture to texture is smooth, so
it is found on a coarse grid and enlarged; a body that crosses itself is drawn twice there,
as light that passes two bodies is weakened twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.sim.body import BodyTexture
from hardware.sim.kernels import bell_kernel
from hardware.sim.noise import Layer

COARSE_PX = 4  # canvases that begin at multiples of it show a body alike to the bit
_SAMPLES = 193  # places along the midline
_PIECES = 8
_OVERLAP = 3  # samples beyond a piece, so that its neighbours' maps agree with its own
_LEAST_STRETCH = 0.25  # texture is never drawn out more than this on the inside of a bend


def add_body(
    canvas: Layer,
    texture: BodyTexture,
    midline_px: NDArray[np.float64],
    *,
    blur_px2: Callable[[float], NDArray[np.float64]],
    strength: float = 1.0,
) -> None:
    """Draw an animal onto a canvas whose top left pixel is the midline's origin.

    `midline_px` is (N, 2), nose first. `blur_px2` gives the covariance of the blur, (2, 2), at
    a fraction of the body's length.
    """
    reach_px = texture.half_px + 2
    low, high = midline_px.min(axis=0) - reach_px, midline_px.max(axis=0) + reach_px
    if (high < 0).any() or low[0] >= canvas.shape[1] or low[1] >= canvas.shape[0]:
        return
    places, slopes, bends = _resampled(midline_px)
    edges = np.linspace(0, _SAMPLES - 1, _PIECES + 1).astype(int)
    for piece in range(_PIECES):
        first, last = int(edges[piece]), int(edges[piece + 1])
        near = slice(max(first - _OVERLAP, 0), min(last + _OVERLAP, _SAMPLES - 1) + 1)
        covariance = blur_px2((first + last) / 2.0 / (_SAMPLES - 1))
        _add_piece(
            canvas,
            texture,
            (places[near], slopes[near], bends[near], near.start),
            columns=_columns(texture, first, last),
            covariance=covariance,
            strength=strength,
        )


def _columns(texture: BodyTexture, first: int, last: int) -> slice:
    """Return which columns of the texture a piece draws: each is drawn by exactly one."""
    per_sample = texture.length_px / (_SAMPLES - 1)
    start = 0 if first == 0 else round(texture.pad_px + first * per_sample)
    is_last = last == _SAMPLES - 1
    stop = texture.density.shape[1] if is_last else round(texture.pad_px + last * per_sample)
    return slice(start, stop)


@lru_cache(maxsize=4)
def _interpolation(points: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return matrices (samples, points) that give places and slopes along a smooth curve.

    Catmull-Rom: each stretch is a cubic with the slopes of its neighbours.
    """
    eye = np.eye(points)
    slope = np.gradient(eye, axis=0)
    place = np.linspace(0.0, points - 1.0, _SAMPLES)
    before = np.minimum(place.astype(int), points - 2)
    u = (place - before)[:, None]
    p0, p1, m0, m1 = eye[before], eye[before + 1], slope[before], slope[before + 1]
    values = (
        (2 * u**3 - 3 * u**2 + 1) * p0
        + (u**3 - 2 * u**2 + u) * m0
        + (3 * u**2 - 2 * u**3) * p1
        + (u**3 - u**2) * m1
    )
    slopes = (6 * u**2 - 6 * u) * (p0 - p1) + (3 * u**2 - 4 * u + 1) * m0 + (3 * u**2 - 2 * u) * m1
    return values, slopes * (points - 1.0)  # by fraction of the body


def _resampled(
    midline_px: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return places (S, 2), slopes by fraction of the body (S, 2), curvature (S,) per px."""
    values, derivative = _interpolation(len(midline_px))
    places, slopes = values @ midline_px, derivative @ midline_px
    bends = np.gradient(slopes, 1.0 / (_SAMPLES - 1), axis=0)
    cross = slopes[:, 0] * bends[:, 1] - slopes[:, 1] * bends[:, 0]
    curvature = cross / np.maximum(np.hypot(slopes[:, 0], slopes[:, 1]), 1e-6) ** 3
    return places, slopes, curvature


def _add_piece(
    canvas: Layer,
    texture: BodyTexture,
    curve: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], int],
    *,
    columns: slice,
    covariance: NDArray[np.float64],
    strength: float,
) -> None:
    places, *_ = curve
    spread_px = math.ceil(3.0 * math.sqrt(float(np.trace(covariance)))) + 1
    reach_px = texture.half_px + spread_px
    low = np.floor(places.min(axis=0)).astype(int) - reach_px
    high = np.ceil(places.max(axis=0)).astype(int) + reach_px
    low = np.maximum(low, -spread_px) // COARSE_PX * COARSE_PX
    high = np.minimum(high, np.array(canvas.shape[::-1]) + spread_px)
    if (high <= np.maximum(low, 0)).any():
        return
    left, top = low.tolist()
    width, height = (high - low).tolist()
    along_px, across_px = _texture_map(texture, curve, (left, top), (width, height))
    patch = cv2.remap(
        np.ascontiguousarray(texture.density[:, columns]),
        along_px - np.float32(columns.start),
        across_px,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0.0,
    )
    patch = cv2.filter2D(
        patch, -1, strength * bell_kernel(covariance), borderType=cv2.BORDER_CONSTANT
    )
    x, y = max(left, 0), max(top, 0)
    into = canvas[y : top + height, x : left + width]
    into += patch[y - top :, x - left :][: into.shape[0], : into.shape[1]]


def _texture_map(
    texture: BodyTexture,
    curve: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], int],
    origin: tuple[int, int],
    size: tuple[int, int],
) -> tuple[Layer, Layer]:
    """Return which column and row of the texture each pixel shows, two of (height, width)."""
    places, slopes, curvature, first = curve
    columns, rows = (math.ceil(extent / COARSE_PX) + 1 for extent in size)
    # cv2.resize takes pixels for squares: the coarse square's middle is 1.5 fine pixels in.
    middle = (COARSE_PX - 1) / 2.0
    x = origin[0] + middle + COARSE_PX * np.arange(columns)
    y = origin[1] + middle + COARSE_PX * np.arange(rows)
    grid = np.empty((rows, columns, 2))
    grid[..., 0], grid[..., 1] = x, y[:, None]
    flat = grid.reshape(-1, 2)
    nearness = flat @ places.T - 0.5 * (places**2).sum(axis=1)
    nearest = nearness.argmax(axis=1)
    away_x, away_y = (flat - places[nearest]).T
    slope_x, slope_y = slopes[nearest].T
    speed = np.hypot(slopes[:, 0], slopes[:, 1])[nearest]
    along = (away_x * slope_x + away_y * slope_y) / speed
    across = (slope_x * away_y - slope_y * away_x) / speed
    stretch = np.maximum(1.0 - curvature[nearest] * across, _LEAST_STRETCH)
    fraction = (first + nearest) / (_SAMPLES - 1) + along / stretch / speed
    along_px = fraction * texture.length_px + texture.pad_px
    across_px = across + texture.half_px
    return (
        _enlarged(along_px.reshape(rows, columns), size),
        _enlarged(across_px.reshape(rows, columns), size),
    )


def _enlarged(coarse: NDArray[np.float64], size: tuple[int, int]) -> Layer:
    rows, columns = coarse.shape
    whole = cv2.resize(
        coarse.astype(np.float32),
        (columns * COARSE_PX, rows * COARSE_PX),
        interpolation=cv2.INTER_LINEAR,
    )
    return np.asarray(whole[: size[1], : size[0]], np.float32)
