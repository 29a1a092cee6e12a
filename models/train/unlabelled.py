"""Pictures that nobody labelled, as frames that a network can be taught on by others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from models.detection import KEYPOINTS, GreyImage
from models.errors import TrainingError
from models.train.frames import MOST_ANIMALS, FrameSet

_KINDS = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff")
_MOST = 4000  # they are held in memory


def read_unlabelled(folders: Sequence[Path], *, magnification: float) -> FrameSet:
    """Read the pictures in folders, and in folders within, at most 4000 evenly spread ones.

    `magnification` is by how much they are to be enlarged to the network's scale.

    Raises:
        TrainingError: there is none, or one cannot be read.
    """
    files = [
        file
        for folder in folders
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in _KINDS and file.is_file()
    ]
    if not files:
        named = ", ".join(map(str, folders))
        raise TrainingError(f"--unlabelled {named}: no picture there ({', '.join(_KINDS)})")
    some = np.linspace(0, len(files) - 1, min(len(files), _MOST)).astype(int).tolist()
    images = [_read(files[place]) for place in some]
    return FrameSet(
        images,
        np.full((len(images), MOST_ANIMALS, len(KEYPOINTS), 2), np.nan),
        np.full(len(images), magnification),
    )


def _read(file: Path) -> GreyImage:
    image = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise TrainingError(f"{file}: cannot be read as a picture: take it out of the folder")
    return np.asarray(image, np.uint8)
