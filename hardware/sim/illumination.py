"""How light falls on the picture: brightest near the middle, darker to the corners."""

from __future__ import annotations

import math

import numpy as np

from hardware.sim.noise import Layer
from hardware.sim.scenario import Optics

_MEDIAN_DISTANCE2 = 0.31  # of a rectangle's points, of the squared distance to its corners
_MIDDLE = (0.53, 0.47)  # the lamp is never quite centred


def illumination(optics: Optics, shape: tuple[int, int]) -> Layer:
    """Return the grey level of an empty plate at every pixel.

    The fall-off is chosen so that the median is the scenario's background and the corners and
    the brightest area are what it says.
    """
    rows, columns = shape
    fall = optics.brightest_grey - optics.corner_grey
    at_median = (optics.brightest_grey - optics.background_grey) / fall if fall else 0.5
    at_median = min(max(at_median, 0.02), 0.95)
    power = math.log(at_median) / math.log(_MEDIAN_DISTANCE2)
    x = np.arange(columns) / columns - _MIDDLE[0]
    y = np.arange(rows) / columns - _MIDDLE[1] * rows / columns
    distance2 = x[None, :] ** 2 + y[:, None] ** 2
    corner2 = (0.5**2) * (1.0 + (rows / columns) ** 2)
    fallen = (distance2 / corner2) ** power
    return (optics.brightest_grey - fall * fallen).astype(np.float32)
