"""config.yaml as a whole: its sections are named as the rooms are."""

from __future__ import annotations

import hashlib
import math
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import yaml
from pydantic import (
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    ValidationInfo,
    field_validator,
)

from hardware.config import Pair, RigConfig, Section, UpperCorner, load_section, validate
from hardware.strict_yaml import named_by
from tracker.operator_config import DriftConfig, NudgeConfig

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
        if abs(a * d - b * c) < LEAST_DETERMINANT * largest**2 or largest == 0.0:
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


class DetectorConfig(Section):
    """The eye."""

    model: str  # `shipped`, or the path of a model's manifest
    provider: Literal["auto", "cpu", "cuda"] = "auto"
    min_confidence: float = Field(default=0.5, gt=0.0, lt=1.0)
    # Where the head that is followed should be, the eye is believed down to this.
    follow_confidence: float = Field(default=0.25, gt=0.0, lt=1.0)

    @field_validator("follow_confidence")
    @classmethod
    def _follows_what_it_finds(cls, confidence: float, told: ValidationInfo) -> float:
        least = told.data.get("min_confidence", 1.0)
        if confidence > least:
            raise ValueError(
                f"expected no more than detector.min_confidence, {least:g}, got {confidence:g}: "
                "a head would be lost as soon as it is found"
            )
        return confidence

    @property
    def least_confidence(self) -> float:
        """Of what the eye is not even so sure, it need not tell."""
        return min(self.follow_confidence, self.min_confidence)


class EstimateConfig(Section):
    """How fast a head may be, and how well it is seen."""

    agility_um2_s3: PositiveFloat = 2.0e6
    swing_s: PositiveFloat = 0.1  # how long a head is pushed one way before it is another
    noise_um: PositiveFloat = 2.5
    forget_after_s: PositiveFloat = 1.0  # unseen for so long: given up, search anew


Law: TypeAlias = Literal["foresight", "proportional", "incumbent", "pid"]


class ControlConfig(Section):
    """Which way to steer."""

    law: Law = "foresight"
    gain_per_s: float = Field(default=25.0, gt=0.0, le=200.0)  # more throws the stage about
    integral_per_s2: NonNegativeFloat = 0.0  # law pid alone
    derivative: NonNegativeFloat = 0.0  # law pid alone


class KeepOutBox(Section):
    """A box that the stage must not enter, in stage coordinates."""

    kind: Literal["box"]
    lower_um: Pair
    upper_um: UpperCorner


class KeepOutCircle(Section):
    """A circle that the stage must not enter, in stage coordinates."""

    kind: Literal["circle"]
    center_um: Pair
    radius_um: PositiveFloat


AnyKeepOut = Annotated[KeepOutBox | KeepOutCircle, Field(discriminator="kind")]


class SearchConfig(Section):
    """How a head that was lost is looked for: along a spiral about where it was seen last."""

    speed_um_s: PositiveFloat
    out_to_um: PositiveFloat


# From mid-exposure to the command's turn no head is younger: readout, detection, the wire.
LEAST_COAST_S = 0.02


class SafetyConfig(Section):
    """What the guard holds to. No defaults for limits: a wrong one breaks objectives."""

    lower_um: Pair
    upper_um: UpperCorner
    max_speed_um_s: PositiveFloat
    max_acceleration_um_s2: PositiveFloat
    deadman_s: float = Field(gt=0.0, le=1.0)  # longer, and a lost stage goes too far
    coast_s: PositiveFloat
    keep_out: tuple[AnyKeepOut, ...] = ()
    search: SearchConfig | None = None  # None: a lost head is waited for
    sign_check: bool = False  # test moves before tracking starts
    # So far may the stage have gone in half a second beyond what it was told; None: any way.
    unexplained_um: PositiveFloat | None = 50.0

    @field_validator("coast_s")
    @classmethod
    def _lets_the_head_be_followed(cls, coast_s: float) -> float:
        if coast_s < LEAST_COAST_S:
            raise ValueError(
                f"expected {LEAST_COAST_S:g} or more, better 0.3, got {coast_s:g}: a head is older "
                "than that whenever the stage is told of it, and would never be followed at full "
                "speed"
            )
        return coast_s

    @field_validator("search")
    @classmethod
    def _is_slow_enough(
        cls, search: SearchConfig | None, told: ValidationInfo
    ) -> SearchConfig | None:
        fastest_um_s = told.data.get("max_speed_um_s", math.inf)
        if search is not None and search.speed_um_s > fastest_um_s:
            raise ValueError(
                f".speed_um_s: expected no more than safety.max_speed_um_s, {fastest_um_s:g}, "
                f"got {search.speed_um_s:g}"
            )
        return search


class RecordConfig(Section):
    """What is kept, and where."""

    folder: Path
    ring_s: PositiveFloat = 4.0  # how long the disk may stall before frames are lost
    flush_s: PositiveFloat = 0.5
    # What the experimenter tells about the animal; goes into every recording as it is.
    animal: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


class Config(Section):
    """A whole session's configuration."""

    rig: RigConfig
    calibration: AnyCalibration
    detector: DetectorConfig
    estimate: EstimateConfig = EstimateConfig()
    control: ControlConfig = ControlConfig()
    safety: SafetyConfig
    record: RecordConfig
    start: Literal["idle", "tracking", "recording"]
    poll_hz: PositiveInt = 150  # how often the stage is asked where it is
    nudge: NudgeConfig = NudgeConfig()
    drift: DriftConfig = DriftConfig()

    @field_validator("calibration")
    @classmethod
    def _is_of_this_rig(cls, calibration: AnyCalibration, told: ValidationInfo) -> AnyCalibration:
        rig: RigConfig | None = told.data.get("rig")
        if rig is not None and rig.camera.kind != "simulated" and calibration.kind == "simulated":
            raise ValueError(
                ".kind: expected measured, file or none, got simulated: rig.camera.kind is "
                f"{rig.camera.kind}, of which no scenario knows how it stands"
            )
        return calibration


def load_config(path: Path) -> Config:
    """Read config.yaml, and the calibration file that it may name: what is returned is whole.

    Raises:
        ConfigError: with one line a fault, each naming the key as the user wrote it.
    """
    config = load_section(path, Config)
    named = config.calibration
    if not isinstance(named, CalibrationInFile):
        return config
    with named_by(f"{path}: calibration.path"):
        read = load_section(path.parent / named.path, CalibrationFile)
    return config.model_copy(update={"calibration": read.calibration})


def parse_config(text: str, *, source: str) -> Config:
    """Read a configuration that was kept as resolved YAML (in a recording's folder).

    Raises:
        ConfigError: with one line a fault.
    """
    return validate(yaml.safe_load(text), Config, source=source)


def resolved_yaml(config: Config) -> str:
    """Return the configuration with every default written out."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False)


def config_hash(config: Config) -> str:
    """Return the SHA-256 of the resolved configuration, in hex."""
    return hashlib.sha256(resolved_yaml(config).encode()).hexdigest()
