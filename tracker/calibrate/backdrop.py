"""What stands still in the pictures while the stage moves: vignette, dust on the sensor, noise.

It is the median of pictures taken at different places of the stage, and is divided out; what is
left is the sample. Pictures are (rows, columns), float32, as a fraction of the backdrop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.types import GreyImage

Picture: TypeAlias = NDArray[np.float32]

_SLOW_PX = 24.0  # coarser than that is lamp and agar, not texture
_CLIP_SIGMAS = 4.0  # an animal is darker than all texture, and must not outvote it
_DARKEST_GREY = 1.0
_SIGMA_PER_MAD = 1.4826


def mean_picture(frames: Sequence[GreyImage]) -> Picture:
    """Return the mean of frames taken while everything stood: the noise falls, the rest stays."""
    total = np.zeros(frames[0].shape, np.float32)
    for frame in frames:
        total += frame
    return total / np.float32(len(frames))


def backdrop(pictures: Sequence[Picture]) -> Picture:
    """Return what stands still in pictures of different places: their median."""
    return np.asarray(np.median(np.stack(pictures), axis=0), np.float32)


def sample_alone(picture: Picture, still: Picture) -> Picture:
    """Divide out what stands still, take away what changes slowly, and clip what sticks out."""
    relative = picture / np.maximum(still, np.float32(_DARKEST_GREY))
    slow = cv2.GaussianBlur(relative, (0, 0), _SLOW_PX, borderType=cv2.BORDER_REFLECT)
    texture = np.asarray(relative - np.asarray(slow, np.float32), np.float32)
    # Every fourth pixel tells the spread as well as all of them, and sooner.
    most = np.float32(_CLIP_SIGMAS * _SIGMA_PER_MAD * np.median(np.abs(texture[::2, ::2])))
    return np.clip(texture, -most, most)
