"""The ground's motion between two pictures of a session, with an animal in their middle.

The animal that is followed hardly moves in the picture, and crawls on the plate: it must not have
a say. It is left out as what sticks out over a wide area; agar, dust and scratches are left.
"""

from __future__ import annotations

import cv2
import numpy as np

from hardware.types import GreyImage
from tracker.calibrate.backdrop import Picture, sample_alone
from tracker.calibrate.shift import Shift, image_shift

SIDE_PX = 256  # of the square from the picture's middle: enough to tell a shift, and soon done
_WIDE_PX = 6.0
_STICKS_OUT = 2.0  # times the usual power of the texture
_REMEMBERED = 20.0  # pictures, in what stands still


def middle(image: GreyImage) -> Picture:
    """Return the middle square of a picture; of a small one as much as there is."""
    rows, columns = image.shape
    side = min(SIDE_PX, rows, columns)
    top, left = (rows - side) // 2, (columns - side) // 2
    return image[top : top + side, left : left + side].astype(np.float32)


class StandingStill:
    """What stands still in the pictures of late: lamp, vignette, dust on the sensor."""

    def __init__(self) -> None:
        self._mean: Picture | None = None
        self._count = 0

    @property
    def is_known(self) -> bool:
        """Whether enough pictures have been seen to tell it from what moves."""
        return self._count >= _REMEMBERED / 2.0

    def learn(self, picture: Picture) -> None:
        """Take note of a picture (of the same size as the others)."""
        self._count += 1
        if self._mean is None:
            self._mean = picture.copy()
        else:
            self._mean += (picture - self._mean) / np.float32(min(self._count, _REMEMBERED))

    def shift(self, first: Picture, second: Picture) -> Shift:
        """Return by how much the ground is shifted in the second picture, in pixels.

        Raises:
            ValueError: no picture has been learnt.
        """
        if self._mean is None:
            raise ValueError("nothing is known yet of what stands still")
        return image_shift(_ground(first, self._mean), _ground(second, self._mean))


def _ground(picture: Picture, still: Picture) -> Picture:
    texture = sample_alone(picture, still)
    power = np.asarray(cv2.GaussianBlur(texture * texture, (0, 0), _WIDE_PX), np.float32)
    return np.where(power > _STICKS_OUT * np.median(power), np.float32(0.0), texture)
