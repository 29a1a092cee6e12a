"""What the rig's parts hand to each other.

Conventions, stated once: a vector is shape (2,), x first; an image is (rows, columns), grey;
pixel (0, 0) is the *centre* of the top left pixel; positions are micrometres in stage
coordinates; times are seconds on the rig's clock (`hardware.clock`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vec2: TypeAlias = NDArray[np.float64]
Matrix2: TypeAlias = NDArray[np.float64]
GreyImage: TypeAlias = NDArray[np.uint8]
RawImage: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]  # counts as the camera gave them


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture of the tracking camera.

    `index` counts every frame that the camera exposed, so a gap in it is a dropped frame.
    `t_s` is the estimated host time of mid-exposure, `received_s` when we first held the
    pixels. The camera's own stamp and counter are NaN and -1 where it has none.
    """

    index: int
    t_s: float
    received_s: float
    image: GreyImage
    camera_t_s: float = float("nan")
    camera_counter: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFrame:
    """A picture in the camera's own counts, of 8 or 16 bits; its numbers and times as `Frame`'s."""

    index: int
    t_s: float
    received_s: float
    image: RawImage
    camera_t_s: float = float("nan")
    camera_counter: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class StageState:
    """Where the stage was, and when: `t_s` is the best estimate of when that was true."""

    t_s: float
    position_um: Vec2


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLimits:
    """What a stage may be asked to do. There are no defaults: a wrong one breaks objectives."""

    lower_um: Vec2
    upper_um: Vec2
    max_speed_um_s: float
    max_acceleration_um_s2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How the tracking picture and the stage belong together, and where the confocal looks.

    A head seen at `p_px` while the stage stands at `s_um` lies at
    `s_um + stage_from_image_um_per_px @ (p_px - target_px)`. `target_px` is the centre of the
    confocal's field in the tracking picture: every error is an error about it.
    """

    stage_from_image_um_per_px: Matrix2
    target_px: Vec2
    field_size_um: Vec2
    field_rotation_rad: float
    measured_on: str
    residual_um: float
