"""A recorded clip, or a folder of images in the order of their names, as the camera."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import cv2
import numpy as np

from hardware.cameras.paced import PacedCamera
from hardware.clock import Clock
from hardware.config import VideoCamera
from hardware.errors import CameraError
from hardware.types import GreyImage

IMAGE_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".pgm"})
DEFAULT_RATE_HZ = 40.0  # where the source does not say


def open_video(config: VideoCamera, clock: Clock) -> PacedCamera:
    """Open a clip or a folder of images.

    Raises:
        CameraError: it is absent, or holds nothing that OpenCV can read.
    """
    path = config.path
    if not path.exists():
        raise CameraError(f"rig.camera.path: {path}: no such file or folder")
    with _naming_the_key():
        own_rate_hz = _own_rate_hz(path)
    return PacedCamera(
        _named(pictures(path, loops=config.loops)),
        name=str(path),
        period_s=1.0 / (config.rate_hz or own_rate_hz),
        clock=clock,
    )


def _named(shown: Iterator[GreyImage]) -> Iterator[GreyImage]:
    with _naming_the_key():
        yield from shown


@contextlib.contextmanager
def _naming_the_key() -> Generator[None]:
    """Put the key before what goes wrong: who reads pictures knows only the file."""
    try:
        yield
    except CameraError as error:
        raise CameraError(f"rig.camera.path: {error}") from error


def image_files(folder: Path) -> list[Path]:
    """Return the images of a folder in the order of their names.

    Raises:
        CameraError: there are none.
    """
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in IMAGE_ENDINGS)
    if not files:
        endings = " ".join(sorted(IMAGE_ENDINGS))
        raise CameraError(f"{folder}: no images in it; expected files ending in {endings}")
    return files


def to_grey(picture: cv2.typing.MatLike) -> GreyImage:
    """Return 8-bit grey: colour by luminance, 16 bits by their upper eight."""
    if picture.dtype == np.uint16:
        picture = cv2.convertScaleAbs(picture, alpha=1.0 / 256.0)
    if picture.ndim == 3:
        picture = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return np.ascontiguousarray(picture, dtype=np.uint8)


def pictures(path: Path, *, loops: bool = False) -> Iterator[GreyImage]:
    """Yield the pictures of a clip or a folder as 8-bit grey, in their order.

    Raises:
        CameraError: one cannot be read, or there are none.
    """
    while True:
        yield from _folder(path) if path.is_dir() else _clip(path)
        if not loops:
            return


def _folder(folder: Path) -> Iterator[GreyImage]:
    for file in image_files(folder):
        picture = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        if picture is None:
            raise CameraError(f"{file}: not an image that OpenCV can read; take it out")
        yield to_grey(picture)


def _clip(file: Path) -> Iterator[GreyImage]:
    reader = _open_clip(file)
    try:
        while True:
            has_picture, picture = reader.read()
            if not has_picture:
                return
            yield to_grey(picture)
    finally:
        reader.release()


def _open_clip(file: Path) -> cv2.VideoCapture:
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # it would write past us
    reader = cv2.VideoCapture(str(file))
    if not reader.isOpened():
        raise CameraError(
            f"{file}: not a video that OpenCV can read; convert it (ffmpeg -i IN OUT.mp4)"
        )
    return reader


def _own_rate_hz(path: Path) -> float:
    if path.is_dir():
        return DEFAULT_RATE_HZ
    reader = _open_clip(path)
    rate_hz = float(reader.get(cv2.CAP_PROP_FPS))
    reader.release()
    return rate_hz if math.isfinite(rate_hz) and 0.1 <= rate_hz <= 1000.0 else DEFAULT_RATE_HZ
