"""The instrument of a scenario: its camera, its stage and focus, and where the confocal looks."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import Field, NonNegativeFloat, PositiveFloat, ValidationInfo, field_validator

from hardware.config import Pair, Section, UpperCorner

Pixels = Annotated[int, Field(ge=1, le=4096)]  # along one side
Speed = Annotated[float, Field(gt=0.0, le=1e6)]  # um/s
Acceleration = Annotated[float, Field(gt=0.0, le=1e8)]  # um/s2


class CameraTiming(Section):
    """The tracking camera."""

    rows: Pixels = 732
    columns: Pixels = 968
    period_s: Annotated[float, Field(ge=0.001, le=60.0)] = 0.025
    exposure_s: PositiveFloat = Field(default=0.004, validate_default=True)
    readout_s: Annotated[float, Field(gt=0.0, le=10.0)] = (
        0.006  # end of exposure to the frame in the computer's memory
    )
    jitter_s: NonNegativeFloat = Field(default=0.0002, validate_default=True)
    drop_fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0

    @field_validator("exposure_s", "jitter_s")
    @classmethod
    def _fits_into_a_period(cls, seconds: float, told: ValidationInfo) -> float:
        period_s = told.data.get("period_s", seconds)
        if seconds > period_s:
            raise ValueError(f"expected no more than period_s, {period_s:g}, got {seconds:g}")
        return seconds

    @property
    def delay_s(self) -> float:
        """Mid-exposure to the frame in memory."""
        return self.exposure_s / 2.0 + self.readout_s


class StageDynamics(Section):
    """The stage's mechanics and its controller's arithmetic."""

    max_speed_um_s: Speed = 4000.0
    acceleration_um_s2: Acceleration = 60_000.0
    lag_s: Annotated[float, Field(ge=0.0, le=1.0)] = 0.006
    count_um: Annotated[float, Field(gt=0.0, le=100.0)] = 0.05  # encoder
    velocity_unit_um_s: Annotated[float, Field(gt=0.0, le=1000.0)] = 0.1
    backlash_um: Annotated[float, Field(ge=0.0, le=1000.0)] = 0.0
    settle_s: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    lower_um: Pair = (-30_000.0, -30_000.0)
    upper_um: UpperCorner = Field(default=(30_000.0, 30_000.0), validate_default=True)
    baud: Annotated[int, Field(ge=300, le=4_000_000)] = 115_200


class FocusDynamics(Section):
    """The focus drive's mechanics: it moves the lens, whose own `optics.focus_um` is on top."""

    max_speed_um_s: Speed = 1000.0
    acceleration_um_s2: Acceleration = 20_000.0
    lag_s: Annotated[float, Field(ge=0.0, le=1.0)] = 0.006
    count_um: Annotated[float, Field(gt=0.0, le=100.0)] = 0.05  # encoder
    lower_um: float = -5_000.0
    upper_um: float = Field(default=5_000.0, validate_default=True)

    @field_validator("upper_um")
    @classmethod
    def _lies_above(cls, upper_um: float, told: ValidationInfo) -> float:
        lower_um = told.data.get("lower_um", -math.inf)
        if upper_um <= lower_um:
            raise ValueError(f"expected more than lower_um, {lower_um:g}, got {upper_um:g}")
        return upper_um


class Field_(Section):  # noqa: N801 (pydantic owns the plain name)
    """The confocal's field in the tracking picture: off the middle and turned, as in life."""

    center_px: Pair = (531.0, 341.0)
    size_um: tuple[PositiveFloat, PositiveFloat] = (200.0, 200.0)
    rotation_deg: float = 12.0


class Miscalibration(Section):
    """What the lab believes, as a departure from what is so."""

    scale_error: Annotated[float, Field(ge=-0.9, le=9.0)] = 0.0  # 0.05: 5 % too many um
    rotation_error_deg: float = 0.0
    center_error_px: Pair = (0.0, 0.0)
