"""How a picture looks in two numbers, the same for frames learned from and those of today."""

from __future__ import annotations

import numpy as np

from models.detection import GreyImage

_SIDE = 48  # pixels looked at along each side: enough for percentiles, and quick


def greys_of(image: GreyImage) -> tuple[float, float]:
    """Return a picture's median grey, and how far its palest and darkest twentieths are apart.

    >>> greys_of(np.arange(100, dtype=np.uint8).reshape(10, 10))
    (49.5, 89.1)
    """
    rows, columns = (max(1, side // _SIDE) for side in image.shape)
    dark, middle, pale = np.percentile(image[::rows, ::columns], (5.0, 50.0, 95.0)).tolist()
    return middle, round(pale - dark, 3)
