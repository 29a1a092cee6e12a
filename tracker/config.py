"""config.yaml as a whole: its sections are named as the rooms are."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import yaml
from pydantic import (
    Field,
    NonNegativeFloat,
    PositiveFloat,
    ValidationInfo,
    field_validator,
)

from hardware.config import Pair, RigConfig, Section, UpperCorner, load_section, validate
from hardware.lines_config import input_names
from hardware.strict_yaml import named_by
from tracker.calibration_config import (
    AnyCalibration,
    CalibrationFile,
    CalibrationInFile,
    MeasuredCalibration,
    MeasuredWith,
    NoCalibration,
)
from tracker.focus_config import FocusConfig, FocusPlaneFile
from tracker.keep_out_config import AnyKeepOut, KeepOutBox, KeepOutCircle
from tracker.operator_config import ArmConfig, DriftConfig, NudgeConfig

__all__ = [
    "AnyKeepOut",
    "ArmConfig",
    "CalibrationFile",
    "Config",
    "ControlConfig",
    "DetectorConfig",
    "DriftConfig",
    "EstimateConfig",
    "FocusConfig",
    "KeepOutBox",
    "KeepOutCircle",
    "Law",
    "MeasuredCalibration",
    "MeasuredWith",
    "NoCalibration",
    "NudgeConfig",
    "RecordConfig",
    "SafetyConfig",
    "SearchConfig",
    "config_hash",
    "load_config",
    "parse_config",
    "resolved_yaml",
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
    # How long the disk may stall before frames are lost.
    ring_s: Annotated[float, Field(gt=0.0, le=120.0)] = 4.0
    # How much of what was before a recording its key can still put into it; memory holds it.
    keep_s: Annotated[float, Field(ge=0.0, le=120.0)] = 0.0
    flush_s: Annotated[float, Field(gt=0.0, le=60.0)] = 0.5
    # Cameras whose frames are compressed on their way to the disk; nothing of them is lost.
    compress: tuple[str, ...] = ()
    # What the experimenter tells about the animal; goes into every recording as it is.
    animal: dict[str, str | int | float | bool | None] = Field(default_factory=dict)

    @property
    def held_s(self) -> float:
        """How much the rings hold."""
        return self.ring_s + self.keep_s


TRACKING = "tracking"  # what `record.compress` calls the tracking camera


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
    poll_hz: Annotated[int, Field(ge=1, le=1000)] = 150  # how often the stage is asked where it is
    nudge: NudgeConfig = NudgeConfig()
    drift: DriftConfig = DriftConfig()
    focus: FocusConfig = FocusConfig()
    arm: ArmConfig | None = None

    @field_validator("record")
    @classmethod
    def _compresses_what_is_there(cls, record: RecordConfig, told: ValidationInfo) -> RecordConfig:
        rig: RigConfig | None = told.data.get("rig")
        names = [TRACKING, *(camera.name for camera in (rig.neural_cameras if rig else ()))]
        unknown = [name for name in record.compress if name not in names]
        if rig is not None and unknown:
            raise ValueError(f".compress: expected some of {', '.join(names)}, got {unknown[0]}")
        return record

    @field_validator("focus")
    @classmethod
    def _has_a_drive(cls, focus: FocusConfig, told: ValidationInfo) -> FocusConfig:
        rig: RigConfig | None = told.data.get("rig")
        if rig is not None and rig.focus.kind == "none" and focus.follow != "none":
            raise ValueError(
                f".follow: expected none, got {focus.follow}: rig.focus names no drive that could"
            )
        return focus

    @field_validator("arm")
    @classmethod
    def _has_its_line(cls, arm: ArmConfig | None, told: ValidationInfo) -> ArmConfig | None:
        rig: RigConfig | None = told.data.get("rig")
        record: RecordConfig | None = told.data.get("record")
        if arm is None or rig is None or record is None:
            return arm
        names = input_names(rig.lines)
        if arm.line not in names:
            known = f"expected one of {', '.join(names)}" if names else "rig.lines counts none"
            raise ValueError(f".line: {known}, got {arm.line}")
        if arm.before_s > record.held_s:
            raise ValueError(
                f".before_s: expected no more than record.ring_s and keep_s hold, "
                f"{record.held_s:g}, got {arm.before_s:g}"
            )
        return arm

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
    """Read config.yaml, and the files that it may name: what is returned is whole.

    Raises:
        ConfigError: with one line a fault, each naming the key as the user wrote it.
    """
    config = load_section(path, Config)
    named, plane_file = config.calibration, config.focus.file
    if isinstance(named, CalibrationInFile):
        with named_by(f"{path}: calibration.path"):
            read = load_section(path.parent / named.path, CalibrationFile)
        config = config.model_copy(update={"calibration": read.calibration})
    if plane_file is not None:
        with named_by(f"{path}: focus.file"):
            marked = load_section(path.parent / plane_file, FocusPlaneFile).focus_plane
        focus = config.focus.model_copy(update={"points_um": marked.points_um, "file": None})
        config = config.model_copy(update={"focus": focus})
    return config


def calibration_file(path: Path) -> Path | None:
    """Return the calibration file that a config.yaml names; None where it names none.

    Raises:
        ConfigError: as `load_config`.
    """
    named = load_section(path, Config).calibration
    return path.parent / named.path if isinstance(named, CalibrationInFile) else None


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
