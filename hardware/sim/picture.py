"""What shows the world to the camera: a rendered plate, or real pixels of a recorded video."""

from __future__ import annotations

from typing import Protocol

from hardware.sim.prepared import PreparedFrame
from hardware.sim.scenario import Scenario, VideoWorm
from hardware.sim.world import World
from hardware.types import GreyImage, Vec2


class Picture(Protocol):
    """Frames of a world: the same scenario, seed, time, stage and index, the same pixels."""

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
        ...

    def prepare(
        self,
        t_s: float,
        expected_stage_um: Vec2,
        *,
        stage_velocity_um_s: Vec2 | None = None,
        focus_um: float = 0.0,
    ) -> PreparedFrame:
        """Draw ahead what will be seen at a time of the world, about a place of the stage."""
        ...

    def finish(self, prepared: PreparedFrame, stage_um: Vec2, frame_index: int) -> GreyImage:
        """Return the frame as exposed at the stage's true place."""
        ...

    def prefetch(self, stage_um: Vec2, *, at_most: int, focus_um: float = 0.0) -> int:
        """Make what will be needed about a place; return how many pieces were made."""
        ...


def open_picture(scenario: Scenario, seed: int, *, world: World | None = None) -> Picture:
    """Return what shows a scenario.

    Raises:
        ConfigError: the scenario names a video that cannot be read.
    """
    if isinstance(scenario.worm, VideoWorm):
        from hardware.sim.video_world import VideoPicture

        return VideoPicture(scenario, scenario.worm, seed)
    from hardware.sim.optics import Renderer

    return Renderer(scenario, seed, world=world)
