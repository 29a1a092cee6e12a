"""A camera's pixels: as they came, in rows and columns; and as 8-bit grey.

Eight bits stay as they are. Sixteen are scaled so that `white_level` becomes 255, and clipped
above; the level is the largest that the camera's bit depth allows, unless config.yaml names a
lower one to spread a dark picture.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.errors import CameraError
from hardware.types import GreyImage, RawImage

Pixels: TypeAlias = NDArray[np.generic]


def as_image(pixels: Pixels, *, shape: tuple[int, int]) -> RawImage:
    """Return a picture of shape (rows, columns), from pixels in one or two dimensions.

    Raises:
        CameraError: it is of another size than `shape`, or no grey of 8 or 16 bits.
    """
    rows, columns = shape
    if pixels.size != rows * columns or (pixels.ndim > 1 and pixels.shape != shape):
        raise CameraError(
            f"the camera gave a picture of {' x '.join(str(n) for n in pixels.shape)} px instead "
            f"of {rows} x {columns} (rows x columns): something has changed it while it ran"
        )
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels.reshape(shape), dtype=np.uint8)
    if pixels.dtype == np.uint16:
        return np.ascontiguousarray(pixels.reshape(shape), dtype=np.uint16)
    raise CameraError(
        f"the camera gave pixels of {pixels.dtype} instead of 8 or 16 bits of grey: set its kind "
        "of pixel (rig.camera.pixel_type or pixel_format) to a grey one"
    )


def to_grey(image: RawImage, *, white_level: int) -> GreyImage:
    """Return a picture in 8 bits."""
    if image.dtype == np.uint8:
        return np.asarray(image, dtype=np.uint8)
    return np.asarray(cv2.convertScaleAbs(image, alpha=255.0 / white_level), dtype=np.uint8)
