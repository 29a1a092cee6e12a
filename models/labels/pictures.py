"""Small pictures of frames with everybody's marks, for people to look at again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.labels.consensus import Head
from models.labels.label import Frame

SIDE_PX = 300
_ROOM = 0.6  # of the marks' own extent, on each side
_LEAST_HEADS = 2.2  # what a picture shows at least, in head lengths
_LEAST_PX = 60.0
_SHIFT = 4  # OpenCV's fixed point: sixteenths of a pixel


def picture_of(head: Head, images: Path, colors: Mapping[str, str]) -> bytes | None:
    """Return a JPEG of the frame about its marks, None if the frame cannot be read.

    A circle is the nose, a cross the metacorpus, a square the terminal bulb.
    """
    image = read_frame(images, head.label.frame)
    if image is None:
        return None
    left, top, side = _window(head, image.shape)
    scale = SIDE_PX / side
    crop_from_image = np.array([[scale, 0.0, -left * scale], [0.0, scale, -top * scale]])
    smooth = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    crop = cv2.warpAffine(image, crop_from_image, (SIDE_PX, SIDE_PX), flags=smooth)
    picture = np.asarray(cv2.cvtColor(crop, cv2.COLOR_GRAY2BGR), np.uint8)
    for label in head.labels:
        marks = (label.keypoints_px() - [left, top]) * scale
        _draw_marks(picture, marks, _bgr(colors[label.annotator]))
    is_written, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 82])
    return data.tobytes() if is_written else None


def read_frame(images: Path, frame: Frame) -> NDArray[np.uint8] | None:
    """Return a frame in grey, (rows, columns), None if it cannot be read."""
    path = images / frame.file
    if not path.is_file():
        return None
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if frame.index == 0 else None
    if image is None:
        video = cv2.VideoCapture(str(path))
        video.set(cv2.CAP_PROP_POS_FRAMES, frame.index)
        is_read, colored = video.read()
        video.release()
        image = cv2.cvtColor(colored, cv2.COLOR_BGR2GRAY) if is_read else None
    return None if image is None else np.asarray(image, np.uint8)


def _window(head: Head, shape: tuple[int, ...]) -> tuple[float, float, float]:
    """Return left, top and side of the square to show, about all marks or the whole frame."""
    marks = np.concatenate([label.keypoints_px() for label in head.labels])
    marks = marks[np.isfinite(marks[:, 0])]
    whole = float(max(shape[:2]))
    if not len(marks):
        return (shape[1] - whole) / 2.0, (shape[0] - whole) / 2.0, whole
    low, high = marks.min(axis=0), marks.max(axis=0)
    least = np.nanmax([_LEAST_HEADS * head.length_px, _LEAST_PX])
    side = min(whole, max(float(least), float((high - low).max()) * (1.0 + _ROOM)))
    left, top = (
        _inside(float(center) - side / 2.0, side, length)
        for center, length in zip((low + high) / 2.0, (shape[1], shape[0]), strict=True)
    )
    return left, top, side


def _inside(start: float, side: float, length: int) -> float:
    """Return where a stretch begins, moved into the picture as far as it fits."""
    if side >= length:
        return (length - side) / 2.0
    return min(max(start, 0.0), length - side)


def _draw_marks(
    picture: NDArray[np.uint8], marks: NDArray[np.float64], color: tuple[int, int, int]
) -> None:
    known = marks[np.isfinite(marks[:, 0])]
    line = np.rint(known * 2**_SHIFT).astype(np.int32)
    cv2.polylines(picture, [line], False, color, 1, cv2.LINE_AA, _SHIFT)
    for place, mark in enumerate(marks):
        if not np.isfinite(mark).all():
            continue
        x, y = np.rint(mark).astype(int).tolist()
        if place == 0:
            cv2.circle(picture, (x, y), 6, color, 2, cv2.LINE_AA)
        elif place == 1:
            cv2.drawMarker(picture, (x, y), color, cv2.MARKER_TILTED_CROSS, 10, 2, cv2.LINE_AA)
        else:
            cv2.rectangle(picture, (x - 5, y - 5), (x + 5, y + 5), color, 2, cv2.LINE_AA)


def _bgr(color: str) -> tuple[int, int, int]:
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return blue, green, red
