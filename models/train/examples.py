"""Pieces of frames to learn from: cut out, turned, scaled, mirrored, and spoilt in many ways.

A piece covers 256x256 frame pixels and comes shrunk twice, as the network sees it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from models.train.frames import FrameSet
from models.train.spoil import spoil

PIECE_PX = 256
_SHRUNK_PX = PIECE_PX // 2
# Where pieces are cut: about a head, anywhere, or where the network was lately mistaken.
_NEAR_HEAD, _ANYWHERE = 0.5, 0.3
_OFF_HEAD_PX = 50.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Shrunk pieces (batch, 128, 128), keypoints (batch, animals, 3, 2) in px of the piece.

    Keypoints are NaN where there are fewer animals. `origin` is (frame, x, y) of each piece.
    """

    pieces: NDArray[np.float32]
    keypoints_px: NDArray[np.float32]
    origin: list[tuple[int, float, float]]


@dataclass(slots=True)
class Sampler:
    """Draws batches, and comes back to the places where the network was mistaken."""

    frames: FrameSet
    random: np.random.Generator
    hard_places: deque[tuple[int, float, float]] = field(
        default_factory=lambda: deque[tuple[int, float, float]](maxlen=2000)
    )

    def draw(self, size: int) -> Batch:
        """Return a batch of new pieces."""
        drawn = [self._piece() for _ in range(size)]
        return Batch(
            np.stack([piece for piece, _, _ in drawn]),
            np.stack([keypoints for _, keypoints, _ in drawn]),
            [place for _, _, place in drawn],
        )

    def _piece(
        self,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[int, float, float]]:
        place = self._place()
        index, x, y = place
        random = self.random
        scale = float(np.exp(random.uniform(-0.3, 0.3)))
        piece_from_frame = _pose(
            x,
            y,
            angle_rad=random.uniform(0.0, 2.0 * np.pi),
            scale=scale,
            is_mirrored=bool(random.random() < 0.5),
        )
        image = cv2.warpAffine(
            np.asarray(self.frames.images[index]),
            piece_from_frame,
            (PIECE_PX, PIECE_PX),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        shrunk = cv2.resize(image, (_SHRUNK_PX, _SHRUNK_PX), interpolation=cv2.INTER_AREA)
        keypoints = self.frames.keypoints_px[index] @ piece_from_frame[:, :2].T
        keypoints = keypoints + piece_from_frame[:, 2]
        return spoil(shrunk.astype(np.float32), random), keypoints.astype(np.float32), place

    def _place(self) -> tuple[int, float, float]:
        random, frames = self.random, self.frames
        way = random.random()
        if way > _NEAR_HEAD + _ANYWHERE and self.hard_places:
            index, x, y = self.hard_places[random.integers(len(self.hard_places))]
            return index, x + random.normal(0.0, 20.0), y + random.normal(0.0, 20.0)
        index = int(random.integers(len(frames)))
        animals = frames.animals(index)
        if way < _NEAR_HEAD and len(animals):
            x, y = animals[random.integers(len(animals))].mean(axis=0)
            dx, dy = random.normal(0.0, _OFF_HEAD_PX, size=2)
            return index, float(x + dx), float(y + dy)
        rows, columns = frames.images.shape[1:]
        margin = PIECE_PX / 2.0
        x = random.uniform(margin, max(columns - margin, margin + 1.0))
        y = random.uniform(margin, max(rows - margin, margin + 1.0))
        return index, float(x), float(y)


def _pose(
    x: float, y: float, *, angle_rad: float, scale: float, is_mirrored: bool
) -> NDArray[np.float64]:
    """Return the (2, 3) matrix `piece_from_frame` that puts (x, y) into the piece's middle."""
    cos, sin = scale * np.cos(angle_rad), scale * np.sin(angle_rad)
    turn = np.array([[cos, -sin], [sin, cos]])
    if is_mirrored:
        turn = turn @ np.diag([-1.0, 1.0])
    middle = np.full(2, (PIECE_PX - 1) / 2.0)
    return np.column_stack([turn, middle - turn @ np.array([x, y])])
