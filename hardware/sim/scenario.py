"""One YAML file holds a whole world: worm, plate, optics, camera, stage, field, faults.

A scenario and a seed determine everything that happens, whenever it is asked for. Its sections
are here, in `hardware.sim.scenario_animals` and `hardware.sim.scenario_instrument`; all can be
imported from here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, ValidationInfo, field_validator

from hardware.config import Pair, Section, load_section
from hardware.config_faults import did_you_mean
from hardware.errors import ConfigError
from hardware.sim.scenario_animals import (
    AnyWorm,
    Behaviour,
    GaitWorm,
    Meeting,
    NoWorm,
    TrajectoryWorm,
    VideoWorm,
)
from hardware.sim.scenario_instrument import (
    CameraTiming,
    Field_,
    FocusDynamics,
    Miscalibration,
    StageDynamics,
)
from hardware.sim.scenario_neurons import Neurons

__all__ = [
    "AnyWorm",
    "Behaviour",
    "CameraTiming",
    "Fault",
    "Field_",
    "FocusDynamics",
    "GaitWorm",
    "IdealDetections",
    "Meeting",
    "Miscalibration",
    "Neurons",
    "NoWorm",
    "Optics",
    "Plate",
    "Scenario",
    "StageDynamics",
    "TrajectoryWorm",
    "VideoWorm",
    "load_scenario",
    "shipped_scenarios",
]

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Strength = Annotated[float, Field(ge=-20.0, le=20.0)]
Grey = Annotated[float, Field(ge=0.0, le=255.0)]
SHIPPED = Path(__file__).parent / "scenarios"


class Plate(Section):
    """The agar and what lies on it."""

    tilt_deg: Annotated[float, Field(ge=-30.0, le=30.0)] = 0.3
    tilt_direction_deg: float = 40.0
    debris_per_mm2: Annotated[float, Field(ge=0.0, le=1000.0)] = 6.0
    texture_grey: Grey = 3.0


class Optics(Section):
    """How the plate becomes a picture. The defaults are the near-infrared rig's."""

    um_per_px: Annotated[float, Field(ge=0.05, le=50.0)] = 1.26
    rotation_deg: float = 1.5  # of the camera against the stage's axes
    is_mirrored: bool = False
    background_grey: Annotated[float, Field(gt=0.0, le=255.0)] = 173.0
    corner_grey: Grey = Field(default=100.0, validate_default=True)
    brightest_grey: Grey = Field(default=206.0, validate_default=True)
    noise_grey: Grey = 5.5
    contrast: Annotated[float, Field(ge=-400.0, le=400.0)] = (
        1.0  # negative: bright on dark; -20 on a background of 12 is dark field
    )
    focus_um: Annotated[float, Field(ge=-10_000.0, le=10_000.0)] = 0.0
    depth_of_field_um: PositiveFloat = 25.0
    flip_um: PositiveFloat | None = None  # so far off focus dark has faded, farther it is bright
    blur_px: Annotated[float, Field(ge=0.0, le=50.0)] = 0.7  # of the lens, in focus
    halo: Strength = 1.0  # strength of the bright seam along the cuticle; negative: a dark one
    granularity: Annotated[float, Field(ge=0.0, le=20.0)] = (
        1.0  # how coarse the gut's grain is seen
    )
    silhouette: Fraction = 0.0  # 1: nothing is seen inside the animal
    shadow: Strength = 1.0  # strength of the second, soft shadow
    oblique: Strength = 0.0  # light from one side: one edge bright, one dark; 1 is strong
    oblique_deg: float = 30.0  # from where in the picture

    @field_validator("corner_grey")
    @classmethod
    def _is_no_brighter(cls, corner_grey: float, told: ValidationInfo) -> float:
        background_grey = told.data.get("background_grey", corner_grey)
        if corner_grey > background_grey:
            raise ValueError(
                f"expected no more than background_grey, {background_grey:g}, got {corner_grey:g}"
            )
        return corner_grey

    @field_validator("brightest_grey")
    @classmethod
    def _is_no_darker(cls, brightest_grey: float, told: ValidationInfo) -> float:
        background_grey = told.data.get("background_grey", brightest_grey)
        if brightest_grey < background_grey:
            raise ValueError(
                f"expected background_grey, {background_grey:g}, or more, got {brightest_grey:g}"
            )
        return brightest_grey


class CameraDirt(Section):
    """A speck on camera or lens that an eye takes for a head: it stands still in the picture."""

    kind: Literal["camera"]
    at_px: Pair
    confidence: Fraction = 0.8


class PlateDirt(Section):
    """A speck on the agar that an eye takes for a head."""

    kind: Literal["plate"]
    at_um: Pair
    confidence: Fraction = 0.8


AnyDirt = Annotated[CameraDirt | PlateDirt, Field(discriminator="kind")]


class IdealDetections(Section):
    """Detections made from the truth, for runs without a picture."""

    noise_px: Annotated[float, Field(ge=0.0, le=1000.0)] = 1.2
    miss_fraction: Fraction = 0.005
    outlier_fraction: Fraction = 0.002
    outlier_px: PositiveFloat = 300.0
    tail_confidence: Fraction = 0.3  # how much like a head the tail looks
    dirt: tuple[AnyDirt, ...] = ()


class Fault(Section):
    """Something that goes wrong between two times of the world."""

    kind: Literal[
        "blind",
        "drop_frames",
        "serial_silence",
        "garbled_replies",
        "truncated_replies",
        "noisy_replies",
        "late_replies",
        "unplugged",
        "stall",
    ]
    from_s: NonNegativeFloat
    to_s: PositiveFloat

    @field_validator("to_s")
    @classmethod
    def _comes_later(cls, to_s: float, told: ValidationInfo) -> float:
        from_s = told.data.get("from_s", 0.0)
        if to_s <= from_s:
            raise ValueError(f"expected more than from_s, {from_s:g}, got {to_s:g}")
        return to_s


class Scenario(Section):
    """A world, but for its seed."""

    title: str
    worm: AnyWorm
    others: Annotated[tuple[AnyWorm, ...], Field(max_length=20)] = ()
    plate: Plate = Plate()
    optics: Optics = Optics()
    camera: CameraTiming = CameraTiming()
    stage: StageDynamics = Field(default=StageDynamics(), validate_default=True)
    focus: FocusDynamics = FocusDynamics()
    neurons: Neurons = Neurons()
    field: Field_ = Field(default=Field_(), validate_default=True)
    calibration: Miscalibration = Miscalibration()
    detections: IdealDetections = IdealDetections()
    faults: tuple[Fault, ...] = ()

    @field_validator("worm")
    @classmethod
    def _meets_nobody(cls, worm: AnyWorm) -> AnyWorm:
        if isinstance(worm, (GaitWorm, TrajectoryWorm)) and worm.meets is not None:
            raise ValueError(".meets: only one of `others` can be placed to meet this animal")
        return worm

    @field_validator("others")
    @classmethod
    def _can_be_beside(
        cls, others: tuple[AnyWorm, ...], told: ValidationInfo
    ) -> tuple[AnyWorm, ...]:
        worm: AnyWorm | None = told.data.get("worm")
        if isinstance(worm, VideoWorm) and others:
            raise ValueError("a video has its own animals; leave this key out")
        for number, other in enumerate(others):
            if isinstance(other, (VideoWorm, NoWorm)):
                raise ValueError(f"[{number}].kind: expected gait or trajectory, got {other.kind}")
            if isinstance(worm, NoWorm) and other.meets is not None:
                raise ValueError(f"[{number}].meets: there is nobody to meet, worm.kind is none")
        return others

    @field_validator("stage")
    @classmethod
    def _reaches_the_head(cls, stage: StageDynamics, told: ValidationInfo) -> StageDynamics:
        worm: AnyWorm | None = told.data.get("worm")
        if isinstance(worm, (GaitWorm, TrajectoryWorm)):
            for axis, place, low, high in zip(
                "xy", worm.start_um, stage.lower_um, stage.upper_um, strict=True
            ):
                if not low <= place <= high:
                    raise ValueError(
                        f"expected worm.start_um within the stage's travel, {axis} from {low:g} to "
                        f"{high:g}, got {place:g}"
                    )
        return stage

    @field_validator("field")
    @classmethod
    def _is_in_the_picture(cls, field: Field_, told: ValidationInfo) -> Field_:
        camera: CameraTiming | None = told.data.get("camera")
        if camera is not None:
            sides = (camera.columns, camera.rows)
            if not all(0.0 <= at < side for at, side in zip(field.center_px, sides, strict=True)):
                raise ValueError(
                    f".center_px: expected a place in the picture of {sides[0]} x {sides[1]} px, "
                    f"got [{field.center_px[0]:g}, {field.center_px[1]:g}]"
                )
        return field


def shipped_scenarios() -> list[str]:
    """Return the names that `load_scenario` knows without a path."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def load_scenario(name: str) -> Scenario:
    """Read a shipped scenario by name, or a scenario file by path.

    Raises:
        ConfigError: there is no such scenario, or its file cannot mean anything.
    """
    path = Path(name)
    if path.suffix not in {".yaml", ".yml"}:
        path = SHIPPED / f"{name}.yaml"
        if not path.is_file():
            known = shipped_scenarios()
            raise ConfigError(
                f"{name or repr(name)}: there is no such scenario; name one of {', '.join(known)}, "
                f"or a .yaml file{did_you_mean(name, known)}"
            )
    return load_section(path, Scenario)
