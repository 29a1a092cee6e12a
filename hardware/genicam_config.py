"""The sections of cameras that describe themselves by GenICam: by a vendor's producer, or Basler's.

`hardware.config` hands them on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import (
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from hardware.exposure import require_exposure_fits
from hardware.strict_yaml import Section


class GenApiCamera(Section):
    """What both ways have in common: the names of features are the cameras' own."""

    # Which camera; all that is given must fit. None: the only one there is.
    serial: str | None = None
    model: str | None = None
    index: int | None = Field(default=None, ge=0)  # among those that fit, in their order

    exposure_s: PositiveFloat
    readout_s: NonNegativeFloat = 0.0  # end of exposure to frame ready: measure it
    rate_hz: PositiveFloat | None = None  # None: as the camera is set
    trigger: Literal["free", "external"] = "free"
    trigger_source: str | None = None  # the camera's line
    roi_px: tuple[int, int, int, int] | None = None  # left, top, width, height; binned pixels
    binning: PositiveInt | None = None
    pixel_format: str = "Mono8"
    gain: float | None = None
    exposure_out_line: str | None = None  # the line that is high while the camera exposes
    # the camera's own names, in this order
    properties: dict[str, str | int | float | bool] = Field(
        default_factory=dict[str, str | int | float | bool]
    )
    white_level: PositiveInt | None = None  # counts shown as 255; None: the format's largest
    stamp_unit_s: PositiveFloat | None = None  # None: as the camera says
    buffers: int = Field(default=32, ge=2)
    reconnect_s: NonNegativeFloat = 0.0  # how long a camera that has gone is waited for

    @field_validator("serial", "model", mode="before")
    @classmethod
    def _may_be_a_number(cls, name: object) -> object:
        return str(name) if isinstance(name, int) and not isinstance(name, bool) else name

    @model_validator(mode="after")
    def _knows_its_triggers(self) -> Self:
        for name, value in (("trigger_source", self.trigger_source), ("rate_hz", self.rate_hz)):
            if self.trigger == "external" and value is None:
                raise ValueError(
                    f".{name}: this key is needed with an external trigger and missing: the "
                    "camera's line that triggers come in by, like Line0, and how often they come"
                )
        require_exposure_fits(self.exposure_s, self.rate_hz)
        return self


class GenicamCamera(GenApiCamera):
    """A camera reached by its vendor's GenTL producer, a .cti file."""

    kind: Literal["genicam"]
    cti_path: Path


class BaslerCamera(GenApiCamera):
    """A camera of Basler's, reached by pypylon, which brings all that it needs."""

    kind: Literal["basler"]
