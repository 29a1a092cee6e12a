"""One picture of the frames on which a model was farthest off, to see where it fails."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection import Detector, GreyImage
from models.train.calibration import errors_of
from models.train.frames import FrameSet

_SHOWN, _ACROSS = 24, 6
_TILE_PX = (300, 240)  # width, height
_TRUTH, _SAID = (60, 220, 60), (60, 60, 240)  # blue, green, red
_LOOKED_AT = 200


def write_sheet(file: Path, detector: Detector, frames: FrameSet) -> None:
    """Write the worst frames as a PNG: the truth green, the surest candidate red, noses ringed.

    A frame in which nothing was found comes before all others. At most the first 200 are looked
    at.
    """
    tiles: list[tuple[float, NDArray[np.uint8]]] = []
    for index in range(min(len(frames), _LOOKED_AT)):
        image, animals = frames.shown(index)
        found = [candidate.keypoints_px for candidate in detector.detect(image)[:1]]
        said = np.array(found).reshape(-1, 3, 2)
        if not len(animals) and not len(said):
            continue
        off_px = float(errors_of(said, animals)[0, 3]) if len(said) else float("inf")
        tiles.append((off_px, _tile(image, animals, said, off_px)))
    tiles.sort(key=lambda tile: -tile[0])
    width, height = _TILE_PX
    rows = max(1, -(-min(len(tiles), _SHOWN) // _ACROSS))
    sheet = np.zeros((rows * height, _ACROSS * width, 3), np.uint8)
    for place, (_, tile) in enumerate(tiles[:_SHOWN]):
        row, column = divmod(place, _ACROSS)
        sheet[row * height : (row + 1) * height, column * width : (column + 1) * width] = tile
    cv2.imwrite(str(file), sheet)


def _tile(
    image: GreyImage, animals: NDArray[np.float64], said: NDArray[np.float64], off_px: float
) -> NDArray[np.uint8]:
    width, height = _TILE_PX
    scale = min(width / image.shape[1], height / image.shape[0])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tile = np.zeros((height, width, 3), np.uint8)
    shown = np.asarray(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR), np.uint8)[:height, :width]
    tile[: shown.shape[0], : shown.shape[1]] = shown
    for heads, color in ((animals, _TRUTH), (said, _SAID)):
        for head in heads:
            line = np.rint((head * scale).clip(-1e4, 1e4)).astype(np.int32)
            cv2.polylines(tile, [line], False, color, 1, cv2.LINE_AA)
            cv2.circle(tile, (int(line[0, 0]), int(line[0, 1])), 4, color, 1, cv2.LINE_AA)
    words = f"{off_px:.0f} px" if np.isfinite(off_px) else "missed" if len(animals) else "no head"
    cv2.putText(tile, words, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 220, 220), 1)
    return tile
