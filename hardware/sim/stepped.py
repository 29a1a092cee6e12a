"""A whole simulated rig in one process and in stepped time: no port, no rings, no sleeping."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hardware.clock import Clock
from hardware.focus import FocusLimits
from hardware.sim.calibration import believed_calibration
from hardware.sim.defocus import Defocus
from hardware.sim.exposure import Shutter
from hardware.sim.ideal_eye import IdealEye
from hardware.sim.scenario import Scenario
from hardware.sim.stepped_focus import SteppedFocus
from hardware.sim.stepped_stage import SteppedStage
from hardware.sim.world import World
from hardware.stepped import Exposure, Glimpse
from hardware.types import Calibration, GreyImage, StageLimits, Vec2

if TYPE_CHECKING:
    from hardware.sim.picture import Picture


class SimulatedSteppedRig:
    """Fulfils `hardware.stepped.SteppedRig`. The stage begins with the head in the field.

    Exposures must be asked for in the order of their index, within a second of the clock.
    """

    def __init__(self, scenario: Scenario, seed: int, limits: StageLimits, clock: Clock) -> None:
        self._scenario = scenario
        self._seed = seed
        self.world = World(scenario, seed)
        x_um, y_um = np.nan_to_num(self.world.head_um(0.0))
        self.stage = SteppedStage(self.world, limits, clock, start_um=(float(x_um), float(y_um)))
        self._eye = IdealEye(self.world, seed)
        self._shutter = Shutter(self.world, seed)
        self._defocus = Defocus(scenario)
        self._clock = clock
        self._picture: Picture | None = None

    @property
    def period_s(self) -> float:
        """Seconds between exposures."""
        return self._scenario.camera.period_s

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a frame."""
        return self._scenario.camera.rows, self._scenario.camera.columns

    @property
    def believed_calibration(self) -> Calibration:
        """What the lab of the scenario has measured."""
        return believed_calibration(self._scenario)

    def exposure(self, index: int) -> Exposure:
        """Return when a picture is taken and when it comes."""
        return self._shutter.exposure(index)

    def head_um(self, t_s: float) -> Vec2:
        """Return where the tracked head really is."""
        return self.world.head_um(t_s)

    def stage_um(self, t_s: float) -> Vec2:
        """Return where the stage really is."""
        return self.stage.mechanics.stage_um(t_s)

    def focus(self, limits: FocusLimits) -> SteppedFocus:
        """Return the focus drive; for its guard alone."""
        return SteppedFocus(self.stage.mechanics, limits, self._clock)

    def defocus_um(self, t_s: float) -> float:
        """Return how far the agar at the field's centre is off the plane in focus."""
        mechanics = self.stage.mechanics
        return self._defocus.height_um(mechanics.stage_um(t_s), mechanics.focus_um(t_s))

    def is_blind(self, t_s: float) -> bool:
        """Say whether a fault hides the head."""
        return self.world.is_blind(t_s)

    def look(self, exposure: Exposure) -> list[Glimpse]:
        """Return what an eye that knows the truth sees in a picture."""
        return self._eye.look(exposure.index, exposure.t_s, self.stage_um(exposure.t_s))

    def picture(self, exposure: Exposure) -> GreyImage:
        """Render the picture."""
        if self._picture is None:
            from hardware.sim.picture import open_picture

            self._picture = open_picture(self._scenario, self._seed, world=self.world)
        return self._picture.render(
            exposure.t_s,
            self.stage_um(exposure.t_s),
            frame_index=exposure.index,
            stage_velocity_um_s=self.stage.mechanics.velocity_um_s(exposure.t_s),
            focus_um=self.stage.mechanics.focus_um(exposure.t_s),
        )
