"""Pictures of any source as 8-bit grey: image files, folders of them, clips, stacks.

Colour becomes grey by luminance. Deeper pictures lose their lowest bits; how many is settled once
a source, by the brightest of its first pictures, so that a 12-bit camera's files are not black.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection import GreyImage
from models.errors import PictureError

IMAGE_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".pgm"})
_FIRST = 8  # pictures that tell a source's depth
_DEPTHS = (8, 10, 12, 14, 16)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file, its number within that file, its pixels (rows, columns)."""

    file: str
    index: int
    image: GreyImage


@dataclass(frozen=True, slots=True)
class Source:
    """A file or a folder, and how many pictures it is said to hold (clips may exaggerate)."""

    path: Path
    files: Sequence[Path]
    count: int


def source_at(path: Path) -> Source:
    """Look at a file or a folder without reading its pictures.

    Raises:
        PictureError: it is absent, holds no pictures, or cannot be read.
    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in IMAGE_ENDINGS)
        if not files:
            endings = " ".join(sorted(IMAGE_ENDINGS))
            raise PictureError(f"{path}: no images in it; expected files ending in {endings}")
        return Source(path, files, len(files))
    if not path.is_file():
        raise PictureError(f"{path}: no such file or folder")
    if path.suffix.lower() in IMAGE_ENDINGS:
        count = cv2.imcount(str(path))
        if count < 1:
            raise PictureError(f"{path}: not an image that OpenCV can read")
        return Source(path, [path], count)
    clip = cv2.VideoCapture(str(path))
    count = int(clip.get(cv2.CAP_PROP_FRAME_COUNT)) if clip.isOpened() else 0
    clip.release()
    if count < 1:
        raise PictureError(f"{path}: not an image, and not a video that OpenCV can read")
    return Source(path, [path], count)


def pictures_of(source: Source) -> Iterator[Picture]:
    """Yield the pictures of a source, in order.

    Raises:
        PictureError: one cannot be read.
    """
    raw = _raw(source)
    first = list(islice(raw, _FIRST))
    shift = _surplus_bits([image for _, _, image in first])
    for file, index, image in chain(first, raw):
        yield Picture(file, index, _grey(image, shift))


def depth_shift(source: Source) -> int:
    """Return how many bits the pictures of a source lose, by which `read_picture` gives one alone.

    Raises:
        PictureError: its first pictures cannot be read.
    """
    return _surplus_bits([image for _, _, image in islice(_raw(source), _FIRST)])


def read_picture(file: Path, index: int, *, shift: int) -> GreyImage:
    """Return one picture of a file: what `pictures_of` yields under its number.

    Raises:
        PictureError: it cannot be read.
    """
    if file.suffix.lower() in IMAGE_ENDINGS:
        _, pages = cv2.imreadmulti(str(file), index, 1, flags=cv2.IMREAD_UNCHANGED)
        images = list(pages)
    else:
        clip = cv2.VideoCapture(str(file))
        clip.set(cv2.CAP_PROP_POS_FRAMES, index)
        is_read, image = clip.read()
        clip.release()
        images = [image] if is_read else []
    if not images:
        raise PictureError(f"{file}, frame {index}: cannot be read")
    return _grey(images[0], shift)


def _raw(source: Source) -> Iterator[tuple[str, int, cv2.typing.MatLike]]:
    for file in source.files:
        if file.suffix.lower() not in IMAGE_ENDINGS:
            yield from _clip(file)
            continue
        is_read, pages = cv2.imreadmulti(str(file), flags=cv2.IMREAD_UNCHANGED)
        if not is_read:
            raise PictureError(f"{file}: not an image that OpenCV can read")
        for index, page in enumerate(pages):
            yield str(file), index, page


def _clip(file: Path) -> Iterator[tuple[str, int, cv2.typing.MatLike]]:
    clip = cv2.VideoCapture(str(file))
    index = 0
    try:
        while True:
            is_read, image = clip.read()
            if not is_read:
                return
            yield str(file), index, image
            index += 1
    finally:
        clip.release()


def _surplus_bits(images: Sequence[cv2.typing.MatLike]) -> int:
    brightest = max((int(image.max()) for image in images if image.dtype == np.uint16), default=0)
    depth = next(bits for bits in _DEPTHS if brightest < 1 << bits)
    return depth - 8


def _grey(image: cv2.typing.MatLike, shift: int) -> GreyImage:
    if image.dtype == np.uint16:
        shallow: NDArray[np.uint16] = np.right_shift(np.asarray(image, np.uint16), shift)
        image = np.minimum(shallow, 255).astype(np.uint8)
    elif image.dtype != np.uint8:
        raise PictureError(f"pictures of {image.dtype}: expected 8 or 16 bits a pixel")
    if image.ndim == 3 and image.shape[2] < 3:  # grey, and perhaps how opaque
        image = image[:, :, 0]
    elif image.ndim == 3:
        image = cv2.cvtColor(image[:, :, :3], cv2.COLOR_BGR2GRAY)
    return np.ascontiguousarray(image, np.uint8)
