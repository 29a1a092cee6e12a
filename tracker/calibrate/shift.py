"""By how much two pictures are shifted, to a small part of a pixel: phase correlation.

Pure functions of two pictures. Shifts are (x, y) in pixels: where a thing is seen in the second
picture, less where it is seen in the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.types import Vec2
from tracker.calibrate.backdrop import Picture

# What two pictures with nothing in common do not reach: at most 2.1 in 400 pairs.
CLEAR_PROMINENCE = 2.5
# The peak's standard deviation: wider listens less to fine detail, where the noise is.
_PEAK_SIGMA_PX = 1.6
_NEAR_PX = 9  # what lies nearer to a peak belongs to it
_LEAST_OVERLAP = 0.3  # of the picture's height and of its width
_ROUNDS = 3
_EVEN_PX = 16  # Fourier transforms of uneven sizes take twice as long
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift, and by how many times its peak stands above the next one elsewhere.

    Two pictures that have nothing in common give a `prominence` little above 1.
    """

    shift_px: Vec2
    prominence: float


def image_shift(first: Picture, second: Picture) -> Shift:
    """Return by how much `second` is shifted against `first`.

    First coarsely, on pictures of half the size; then on what both pictures show, until what is
    left to be shifted is less than a pixel: a window over different parts would bias the answer.
    """
    coarse = _correlate(_halved(first), _halved(second))
    found = Shift(2.0 * coarse.shift_px, coarse.prominence)
    for _ in range(_ROUNDS):
        whole = np.rint(found.shift_px).astype(int)
        parts = _overlap(first, second, whole)
        if parts is None:
            return Shift(found.shift_px, min(found.prominence, 1.0))
        rest = _correlate(*parts)
        found = Shift(whole + rest.shift_px, rest.prominence)
        if np.abs(rest.shift_px).max() < 1.0:
            break
    return found


def _halved(picture: Picture) -> Picture:
    rows, columns = (size // 2 for size in picture.shape)
    size = (columns, rows)
    even = picture[: 2 * rows, : 2 * columns]
    return np.asarray(cv2.resize(even, size, interpolation=cv2.INTER_AREA), np.float32)


def _overlap(
    first: Picture, second: Picture, shift_px: NDArray[np.int_]
) -> tuple[Picture, Picture] | None:
    """Cut both pictures to what they share, were they shifted so; None where that is too little."""
    x, y = (int(part) for part in shift_px)
    rows, columns = first.shape[0] - abs(y), first.shape[1] - abs(x)
    if rows < _LEAST_OVERLAP * first.shape[0] or columns < _LEAST_OVERLAP * first.shape[1]:
        return None
    rows, columns = rows - rows % _EVEN_PX, columns - columns % _EVEN_PX
    here = first[max(-y, 0) :, max(-x, 0) :][:rows, :columns]
    there = second[max(y, 0) :, max(x, 0) :][:rows, :columns]
    return here, there


def _correlate(first: Picture, second: Picture) -> Shift:
    """Find the highest peak of the phase correlation, by a parabola through its logarithm."""
    rows, columns = first.shape
    window = np.outer(np.hanning(rows), np.hanning(columns)).astype(np.float32)
    cross = np.fft.rfft2(second * window) * np.conj(np.fft.rfft2(first * window))
    cross /= np.maximum(np.abs(cross), _TINY)
    cross *= _soft_weight(rows, columns)
    surface = np.fft.irfft2(cross, s=(rows, columns))
    y, x = np.unravel_index(int(np.argmax(surface)), surface.shape)
    across = surface[y, [x - 1, x, (x + 1) % columns]]
    down = surface[[y - 1, y, (y + 1) % rows], x]
    peak = float(surface[y, x])
    whole = np.array([_signed(int(x), columns), _signed(int(y), rows)], np.float64)
    shift_px = whole + np.array([_summit(across), _summit(down)])
    return Shift(shift_px, peak / max(_highest_elsewhere(surface, int(x), int(y)), _TINY))


def _soft_weight(rows: int, columns: int) -> NDArray[np.float64]:
    """Return the spectrum of the peak's shape: a Gaussian."""
    steep = -2.0 * (np.pi * _PEAK_SIGMA_PX) ** 2
    down, across = np.fft.fftfreq(rows), np.fft.rfftfreq(columns)
    return np.outer(np.exp(steep * down**2), np.exp(steep * across**2))


def _signed(index: int, size: int) -> int:
    return index - size if index > size // 2 else index


def _summit(three: NDArray[np.float64]) -> float:
    """Return where the summit lies beside the middle of three samples of a Gaussian."""
    left, middle, right = np.log(np.maximum(three, _TINY))
    bend = left - 2.0 * middle + right
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0.0 else 0.0


def _highest_elsewhere(surface: NDArray[np.float64], x: int, y: int) -> float:
    near = np.arange(-_NEAR_PX, _NEAR_PX + 1)
    elsewhere = surface.copy()
    elsewhere[np.ix_((y + near) % surface.shape[0], (x + near) % surface.shape[1])] = -np.inf
    return float(elsewhere.max())
