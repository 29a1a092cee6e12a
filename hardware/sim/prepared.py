"""A frame that lacks only its last moment: where the stage really was, and the camera's noise."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.sim.shift import Canvas
from hardware.types import Vec2


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedFrame:
    """A frame drawn ahead, and what it was drawn for, should the stage be elsewhere after all."""

    t_s: float
    stage_velocity_um_s: Vec2
    canvas: Canvas
    focus_um: float = 0.0
