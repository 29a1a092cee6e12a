"""How a place on the plate looks through the lens, by how far its agar lies from the focus."""

from __future__ import annotations

import math

import numpy as np

from hardware.sim.scenario import Scenario
from hardware.types import Vec2

_BLUR_PX_AT_DEPTH = 1.1  # standard deviation of the blur, one depth of field off focus


class Defocus:
    """A tilted plate under a lens of finite depth."""

    def __init__(self, scenario: Scenario) -> None:
        plate, optics = scenario.plate, scenario.optics
        direction_rad = math.radians(plate.tilt_direction_deg)
        slope = math.tan(math.radians(plate.tilt_deg))
        self._slope = slope * np.array([math.cos(direction_rad), math.sin(direction_rad)])
        self._focus_um = optics.focus_um
        self._depth_um = optics.depth_of_field_um
        self._lens_px = optics.blur_px
        self._flip_um = optics.flip_um

    def height_um(self, place_um: Vec2, focus_um: float = 0.0) -> float:
        """Return how far the agar stands above the plane in focus, the drive being at a height."""
        return float(self._slope @ place_um) - self._focus_um - focus_um

    def sigma_px(self, height_um: float) -> float:
        """Return the standard deviation of the blur so far off the plane in focus."""
        off = _BLUR_PX_AT_DEPTH * height_um / self._depth_um
        return math.hypot(self._lens_px, off)

    def contrast(self, height_um: float) -> float:
        """Return how dark a thing looks that is dark in focus: 1, 0 where it fades, -1 bright."""
        if self._flip_um is None:
            return 1.0
        return math.cos(math.pi / 2.0 * height_um / self._flip_um)
