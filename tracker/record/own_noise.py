"""How much a run scatters by itself: what a difference must exceed to mean anything."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SIGMA_OF_MAD = 1.4826
_WEIGHTS_OF_SECOND = np.sqrt(6.0)  # of x[i-1] - 2 x[i] + x[i+1], whose terms scatter alike


def own_noise(values: NDArray[np.float64]) -> float:
    """Return by how much values (n, 2) of frames in a row depart from going straight on.

    One standard deviation along an axis, by the median, so that turns and jumps do not count; NaN
    where fewer than three values in a row are known.

    >>> round(own_noise(np.random.default_rng(1).normal(scale=3.0, size=(4000, 2))))
    3
    """
    bent = np.diff(values, n=2, axis=0)
    bent = bent[np.isfinite(bent)]
    if not bent.size:
        return float("nan")
    return float(_SIGMA_OF_MAD * np.median(np.abs(bent)) / _WEIGHTS_OF_SECOND)
