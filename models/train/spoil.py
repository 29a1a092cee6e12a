"""What else a picture may suffer: light, contrast, focus, motion, noise, things in the way."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Piece = NDArray[np.float32]  # (rows, columns), grey levels

_INVERTED = 0.12  # share of pieces whose contrast changes sign, as it does with focus
_COARSE = 0.2  # share of pieces seen by a camera of fewer pixels, and magnified again
_MOST_COARSE_PX = 8.0  # so many pixels of ours become one of its
_MASKED = 0.03  # share of pieces whose background was blackened, as some trackers keep them


def spoil(piece: Piece, random: np.random.Generator, *, is_coarse: bool = False) -> Piece:
    """Return the piece as another lamp, lens, camera or agar would have shown it.

    One that is coarse already, magnified from a picture of few pixels, is not made more so.
    """
    level = float(piece.mean())
    spoilt = piece
    if not is_coarse:
        is_made_coarse = random.random() < _COARSE
        spoilt = _coarse(piece, random) if is_made_coarse else _blurred(piece, random)
    gain = np.exp(random.uniform(-0.4, 0.3))
    if random.random() < _INVERTED:
        gain = -gain
    spoilt = level + (spoilt - level) * gain
    spoilt = (spoilt + _sloping_light(piece.shape, random)) * np.exp(random.uniform(-0.4, 0.25))
    if random.random() < 0.2:
        _cover(spoilt, random)
    if random.random() < 0.35:
        noise = random.standard_normal(piece.shape, dtype=np.float32)
        spoilt = spoilt + noise * np.float32(random.uniform(0.0, 3.0))
    if random.random() < _MASKED:
        spoilt = _masked(spoilt)
    gamma = np.exp(random.uniform(-0.2, 0.2))
    lit = np.clip(spoilt, 1.0, 255.0) / 255.0
    return (255.0 * lit**gamma).astype(np.float32)


def _coarse(piece: Piece, random: np.random.Generator) -> Piece:
    """Return the piece as a magnified picture of low resolution: soft, with coarse noise."""
    coarseness = float(np.exp(random.uniform(np.log(1.5), np.log(_MOST_COARSE_PX))))
    rows, columns = (max(6, round(side / coarseness)) for side in piece.shape)
    small = cv2.resize(piece, (columns, rows), interpolation=cv2.INTER_AREA)
    if random.random() < 0.7:
        small = cv2.GaussianBlur(small, (0, 0), random.uniform(0.3, 0.9))
    noise = random.standard_normal(small.shape, dtype=np.float32)
    small = small + noise * np.float32(random.uniform(0.0, 3.0))
    way = cv2.INTER_CUBIC if random.random() < 0.6 else cv2.INTER_LINEAR
    return cv2.resize(small, piece.shape[::-1], interpolation=way).astype(np.float32)


def _masked(piece: Piece) -> Piece:
    """Return the piece black but for what stands out from its background, and a rim about it."""
    off = np.abs(cv2.GaussianBlur(piece, (0, 0), 2.0) - np.median(piece))
    stands_out = (off > 0.35 * off.max()).astype(np.uint8)
    return piece * cv2.dilate(stands_out, np.ones((9, 9), np.uint8))


def _blurred(piece: Piece, random: np.random.Generator) -> Piece:
    way = random.random()
    if way < 0.25:
        sigma_px = float(np.exp(random.uniform(np.log(0.4), np.log(3.0))))
        return cv2.GaussianBlur(piece, (0, 0), sigma_px).astype(np.float32)
    if way < 0.4:
        return cv2.filter2D(piece, -1, _smear(random)).astype(np.float32)
    return piece


def _smear(random: np.random.Generator) -> NDArray[np.float32]:
    """Return the kernel of a head that moved during the exposure."""
    kernel = np.zeros((9, 9), np.float32)
    length_px, angle_rad = random.uniform(1.0, 4.0), random.uniform(0.0, np.pi)
    reach = length_px * np.array([np.cos(angle_rad), np.sin(angle_rad)])
    start, end = ((np.array([4.0, 4.0]) + side * reach) * 16.0 for side in (-1.0, 1.0))
    cv2.line(
        kernel,
        (int(start[0]), int(start[1])),
        (int(end[0]), int(end[1])),
        1.0,
        thickness=1,
        lineType=cv2.LINE_AA,
        shift=4,
    )
    return kernel / kernel.sum()


def _sloping_light(shape: tuple[int, ...], random: np.random.Generator) -> Piece:
    along_y, along_x = random.normal(0.0, 12.0, size=2)
    rows, columns = shape
    slope = np.linspace(-along_y, along_y, rows)[:, None] + np.linspace(-along_x, along_x, columns)
    return slope.astype(np.float32)


def _cover(piece: Piece, random: np.random.Generator) -> None:
    """Draw smudges and rods over the piece, in place."""
    rows, columns = piece.shape
    level = float(piece.mean())
    drawn = piece.copy()
    for _ in range(random.integers(1, 4)):
        center = (int(random.integers(columns)), int(random.integers(rows)))
        long_px, wide_px = int(random.uniform(3, 14)), int(random.uniform(1, 6))
        grey = level * float(random.uniform(0.6, 1.3))
        cv2.ellipse(
            drawn,
            center,
            (long_px, wide_px),
            float(random.uniform(0, 180)),
            0,
            360,
            grey,
            thickness=-1,
            lineType=cv2.LINE_AA,
        )
    share = np.float32(random.uniform(0.4, 1.0))
    piece += share * (cv2.GaussianBlur(drawn, (0, 0), random.uniform(0.6, 2.0)) - piece)
