"""How picture, stage and confocal belong together, as config.yaml or a file of its own says it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, field_validator

from hardware.config import Pair, Section

# Of a matrix's greatest entry, squared: a picture flatter than this is a slip of the pen.
LEAST_DETERMINANT = 0.1


class SimulatedCalibration(Section):
    """What the scenario says that its lab has measured."""

    kind: Literal["simulated"]


class MeasuredWith(Section):
    """The optics and camera settings that a calibration holds for."""

    camera: str
    rows: PositiveInt
    columns: PositiveInt
    exposure_s: PositiveFloat | None = None  # None: the camera does not say


class MeasuredCalibration(Section):
    """What was measured at this rig; `wormlock calibrate` writes it."""

    kind: Literal["measured"]
    stage_from_image_um_per_px: tuple[Pair, Pair]
    target_px: Pair
    field_size_um: tuple[PositiveFloat, PositiveFloat]
    field_rotation_deg: float
    measured_on: date
    residual_um: NonNegativeFloat
    field_measured_on: date | None = None  # None: with the matrix
    field_residual_um: NonNegativeFloat | None = None
    measured_with: MeasuredWith | None = None

    @field_validator("stage_from_image_um_per_px")
    @classmethod
    def _can_be_inverted(cls, matrix: tuple[Pair, Pair]) -> tuple[Pair, Pair]:
        (a, b), (c, d) = matrix
        largest = max(abs(a), abs(b), abs(c), abs(d))
        scale = largest or 1.0
        if abs(a / scale * (d / scale) - b / scale * (c / scale)) < LEAST_DETERMINANT:
            raise ValueError(
                f"[[{a:g}, {b:g}], [{c:g}, {d:g}]] turns the picture into a line or a point: "
                "expected pixels that are about as wide as high, like [[1.26, 0], [0, 1.26]]"
            )
        return matrix


class NoCalibration(Section):
    """Nothing measured yet: `wormlock calibrate stage` can begin, a session cannot."""

    kind: Literal["none"]


class CalibrationInFile(Section):
    """A calibration in a file of its own, as `wormlock calibrate --out` writes it."""

    kind: Literal["file"]
    path: Path  # a relative one starts at the folder of the config that names it


class CalibrationFile(Section):
    """The content of such a file."""

    calibration: MeasuredCalibration


AnyCalibration = Annotated[
    SimulatedCalibration | MeasuredCalibration | CalibrationInFile | NoCalibration,
    Field(discriminator="kind"),
]
