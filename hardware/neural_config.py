"""The section of the simulated neural camera; `hardware.config` hands it on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, ValidationInfo, field_validator

from hardware.strict_yaml import Section


class SimulatedNeuralCamera(Section):
    """A confocal's camera over the simulated animal's head; the scenario says what glows there."""

    kind: Literal["simulated"]
    rows: Annotated[int, Field(ge=16, le=4096)] = 256
    columns: Annotated[int, Field(ge=16, le=4096)] = 256
    rate_hz: Annotated[float, Field(gt=0.0, le=1000.0)] = 20.0
    exposure_s: PositiveFloat = Field(default=0.005, validate_default=True)

    @field_validator("exposure_s")
    @classmethod
    def _fits_into_a_period(cls, exposure_s: float, told: ValidationInfo) -> float:
        rate_hz: float | None = told.data.get("rate_hz")
        if rate_hz is not None and exposure_s * rate_hz > 1.0:
            raise ValueError(
                f"expected no more than a frame's time, {1.0 / rate_hz:g}, got {exposure_s:g}"
            )
        return exposure_s
