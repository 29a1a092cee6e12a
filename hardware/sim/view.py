"""A look into a scenario with no rig around it: a frame, and what is true in it, at any time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hardware.sim.calibration import true_calibration
from hardware.sim.picture import open_picture
from hardware.sim.scenario import Scenario
from hardware.sim.world import World
from hardware.types import Calibration, GreyImage, Vec2


class ScenarioView:
    """Frames and truth of a scenario, in any order of times."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        """Open the world.

        Raises:
            ConfigError: the scenario names a file that cannot be read.
        """
        self._world = World(scenario, seed)
        self._picture = open_picture(scenario, seed, world=self._world)
        self.calibration: Calibration = true_calibration(scenario)
        self._image_from_stage = np.linalg.inv(self.calibration.stage_from_image_um_per_px)

    def head_um(self, t_s: float) -> Vec2:
        """Return where the tracked head is; NaN where nobody knows."""
        return self._world.head_um(t_s)

    def keypoints_um(self, t_s: float) -> NDArray[np.float64]:
        """Return nose, metacorpus and terminal bulb, (3, 2)."""
        return self._world.keypoints_um(t_s)

    def to_image_px(self, place_um: NDArray[np.float64], stage_um: Vec2) -> NDArray[np.float64]:
        """Say at which pixels places on the plate, (..., 2), are seen."""
        return (place_um - stage_um) @ self._image_from_stage.T + self.calibration.target_px

    def frame(self, t_s: float, stage_um: Vec2, *, frame_index: int) -> GreyImage:
        """Return what the camera sees, the stage standing there; the index decides the noise."""
        return self._picture.render(t_s, stage_um, frame_index=frame_index)
