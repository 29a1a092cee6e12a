"""A camera's pixels as 8-bit grey.

Eight bits stay as they are. Sixteen are scaled so that `white_level` becomes 255, and clipped
above; the level is the largest that the camera's bit depth allows, unless config.yaml names a
lower one to spread a dark picture.
"""

from __future__ import annotations

import cv2
import numpy as np

from hardware.cameras.micromanager_device import Pixels
from hardware.errors import CameraError
from hardware.types import GreyImage


def to_grey(pixels: Pixels, *, shape: tuple[int, int], white_level: int) -> GreyImage:
    """Return a picture of shape (rows, columns), from pixels in one or two dimensions.

    Raises:
        CameraError: it is of another size or depth than `shape` and 8 or 16 bits.
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
        counts = np.asarray(pixels.reshape(shape), dtype=np.uint16)
        return np.asarray(cv2.convertScaleAbs(counts, alpha=255.0 / white_level), dtype=np.uint8)
    raise CameraError(
        f"the camera gave pixels of {pixels.dtype} instead of 8 or 16 bits of grey: set "
        "rig.camera.pixel_type to a grey one"
    )
