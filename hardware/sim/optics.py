"""From a world to frames of the tracking camera: the simulated rig's picture.

`render` makes a frame at once (stepped time, training); `prepare` and `finish` make the same
frame in two steps for real time, the second of which takes about a millisecond.
"""

from __future__ import annotations

import numpy as np

from hardware.sim.body import body_texture
from hardware.sim.prepared import PreparedFrame
from hardware.sim.scenario import Scenario
from hardware.sim.scenery import Scenery, Sight
from hardware.sim.world import World
from hardware.types import GreyImage, Vec2


class Renderer:
    """Frames of a scenario: the same scenario, seed, time, stage and index, the same pixels."""

    def __init__(self, scenario: Scenario, seed: int, *, world: World | None = None) -> None:
        self.world = World(scenario, seed) if world is None else world
        self._camera = scenario.camera
        self._scenery = Scenery(scenario, seed)
        self._textures = [
            body_texture(1000 * seed + place, length_um=animal.length_um, optics=scenario.optics)
            for place, animal in enumerate(self.world.animals)
        ]

    def render(
        self,
        t_s: float,
        stage_um: Vec2,
        *,
        frame_index: int | None = None,
        stage_velocity_um_s: Vec2 | None = None,
        focus_um: float = 0.0,
    ) -> GreyImage:
        """Return a frame exposed about `t_s` of the world; its index decides the noise."""
        index = round(t_s / self._camera.period_s) if frame_index is None else frame_index
        prepared = self.prepare(
            t_s, stage_um, stage_velocity_um_s=stage_velocity_um_s, focus_um=focus_um
        )
        return self.finish(prepared, stage_um, index)

    def prepare(
        self,
        t_s: float,
        expected_stage_um: Vec2,
        *,
        stage_velocity_um_s: Vec2 | None = None,
        focus_um: float = 0.0,
    ) -> PreparedFrame:
        """Draw ahead what will be seen at a time of the world, about a place of the stage."""
        velocity_um_s = np.zeros(2) if stage_velocity_um_s is None else stage_velocity_um_s
        canvas = self._scenery.prepare(
            self._sights(t_s),
            expected_stage_um,
            stage_velocity_um_s=velocity_um_s,
            focus_um=focus_um,
        )
        return PreparedFrame(
            t_s=t_s, stage_velocity_um_s=velocity_um_s, focus_um=focus_um, canvas=canvas
        )

    def finish(self, prepared: PreparedFrame, stage_um: Vec2, frame_index: int) -> GreyImage:
        """Return the frame as exposed at the stage's true place.

        Should that be beyond the margin that was drawn, the frame is drawn anew, which is slow.
        """
        image = self._scenery.finish(prepared.canvas, stage_um, frame_index)
        if image is None:
            again = self.prepare(
                prepared.t_s,
                stage_um,
                stage_velocity_um_s=prepared.stage_velocity_um_s,
                focus_um=prepared.focus_um,
            )
            image = self._scenery.finish(again.canvas, stage_um, frame_index)
        assert image is not None  # a frame drawn at the stage's own place has its margin
        return image

    def prefetch(self, stage_um: Vec2, *, at_most: int, focus_um: float = 0.0) -> int:
        """Make tiles of the plate that will be needed there; return how many were made."""
        return self._scenery.prefetch(stage_um, at_most=at_most, focus_um=focus_um)

    def _sights(self, t_s: float) -> list[Sight]:
        half_s = self._camera.exposure_s / 2.0
        is_blind = self.world.is_blind(t_s)
        return [
            Sight(
                texture=texture,
                length_um=animal.length_um,
                midline_um=animal.midline_um(t_s),
                motion_um=animal.midline_um(t_s + half_s) - animal.midline_um(t_s - half_s),
                is_hidden=is_blind and animal is self.world.tracked,
            )
            for texture, animal in zip(self._textures, self.world.animals, strict=True)
        ]
