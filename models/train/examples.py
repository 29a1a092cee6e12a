"""Pieces of frames to learn from: cut out, turned, scaled, mirrored, and spoilt in many ways.

A piece covers about 256x256 frame pixels at the network's scale and comes shrunk twice, as the
network sees it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from models.train.frames import FrameSet, head_center_px
from models.train.spoil import spoil

# Sides of the pieces of a batch, by chance: so the network knows borders at any place of its grid.
_SIDES_PX = (192, 208, 224, 240, 256, 288)
SCALES = (-0.3, 0.3)  # logarithms
_STRETCH = 0.1  # of the logarithm, sigma: lean animals and stout ones
# Where pieces are cut: about a head, anywhere, or where the network was lately mistaken.
_NEAR_HEAD, _ANYWHERE = 0.5, 0.3
_OFF_HEAD_PX = 50.0
_COARSE_FROM = 2.0  # magnified more than this, a picture has few pixels already


@dataclass(frozen=True, slots=True)
class Batch:
    """Shrunk pieces (batch, side / 2, side / 2), keypoints (batch, animals, 3, 2) in its pixels.

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
    sides_px: tuple[int, ...] = _SIDES_PX
    hard_places: deque[tuple[int, float, float]] = field(
        default_factory=lambda: deque[tuple[int, float, float]](maxlen=2000)
    )

    def draw(self, size: int) -> Batch:
        """Return a batch of new pieces."""
        side_px = int(self.random.choice(self.sides_px))
        drawn = [self._piece(side_px) for _ in range(size)]
        return Batch(
            np.stack([piece for piece, _, _ in drawn]),
            np.stack([keypoints for _, keypoints, _ in drawn]),
            [place for _, _, place in drawn],
        )

    def _piece(
        self, side_px: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], tuple[int, float, float]]:
        place = self._place(side_px)
        index, x, y = place
        random = self.random
        magnification = float(self.frames.magnification[index])
        piece_from_frame = _pose(
            x,
            y,
            angle_rad=random.uniform(0.0, 2.0 * np.pi),
            scale=magnification * float(np.exp(random.uniform(*SCALES))),
            stretch=float(np.exp(random.normal(0.0, _STRETCH))),
            is_mirrored=bool(random.random() < 0.5),
            side_px=side_px,
        )
        image = cv2.warpAffine(
            np.asarray(self.frames.images[index]),
            piece_from_frame,
            (side_px, side_px),
            flags=cv2.INTER_LINEAR if magnification <= 1.0 else cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        shrunk = cv2.resize(image, (side_px // 2, side_px // 2), interpolation=cv2.INTER_AREA)
        keypoints = self.frames.keypoints_px[index] @ piece_from_frame[:, :2].T
        keypoints = keypoints + piece_from_frame[:, 2]
        spoilt = spoil(shrunk.astype(np.float32), random, is_coarse=magnification > _COARSE_FROM)
        return spoilt, keypoints.astype(np.float32), place

    def _place(self, side_px: int) -> tuple[int, float, float]:
        random, frames = self.random, self.frames
        way = random.random()
        if way > _NEAR_HEAD + _ANYWHERE and self.hard_places:
            index, x, y = self.hard_places[random.integers(len(self.hard_places))]
            dx, dy = random.normal(0.0, 20.0, size=2) / frames.magnification[index]
            return index, float(x + dx), float(y + dy)
        index = self._index()
        animals = frames.animals(index)
        magnification = float(frames.magnification[index])
        if way < _NEAR_HEAD and len(animals):
            x, y = head_center_px(animals[random.integers(len(animals))])
            dx, dy = random.normal(0.0, _OFF_HEAD_PX / magnification, size=2)
            return index, float(x + dx), float(y + dy)
        rows, columns = frames.images[index].shape
        margin = side_px / 2.0 / magnification
        x, y = (
            random.uniform(min(margin, side / 2.0), max(side - margin, side / 2.0))
            for side in (columns, rows)
        )
        return index, float(x), float(y)

    def _index(self) -> int:
        if self.frames.chance is None:
            return int(self.random.integers(len(self.frames)))
        up_to = np.cumsum(self.frames.chance)
        return int(np.searchsorted(up_to, self.random.uniform(0.0, up_to[-1]), side="right"))


def _pose(
    x: float,
    y: float,
    *,
    angle_rad: float,
    scale: float,
    stretch: float,
    is_mirrored: bool,
    side_px: int,
) -> NDArray[np.float64]:
    """Return the (2, 3) matrix `piece_from_frame` that puts (x, y) into the piece's middle."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    turn = np.diag([scale * stretch, scale / stretch]) @ np.array([[cos, -sin], [sin, cos]])
    if is_mirrored:
        turn = turn @ np.diag([-1.0, 1.0])
    middle = np.full(2, (side_px - 1) / 2.0)
    return np.column_stack([turn, middle - turn @ np.array([x, y])])
