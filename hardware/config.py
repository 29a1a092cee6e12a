"""What the rig is made of, as config.yaml says it: cameras, stages, the simulated world.

The stages' sections are in `hardware.stage_config`, the strict reading in `hardware.strict_yaml`;
both can be imported from here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias, cast

from pydantic import (
    AfterValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from hardware.exposure import require_exposure_fits
from hardware.focus_config import AnyFocus, NoFocus, SerialFocus, SimulatedFocus
from hardware.genicam_config import BaslerCamera, GenApiCamera, GenicamCamera
from hardware.lines_config import NoLines, NoMarker, RigLines, RigMarker
from hardware.neural_config import SimulatedNeuralCamera
from hardware.stage_config import (
    AnyStage,
    ControllerConfig,
    EmulatedKind,
    LudlMac6000Stage,
    NoStage,
    SimulatedStage,
)
from hardware.strict_yaml import Section, SectionT, load_section, read_yaml, validate

__all__ = [
    "AnyCamera",
    "AnyFocus",
    "AnyStage",
    "BaslerCamera",
    "ControllerConfig",
    "EmulatedKind",
    "GenApiCamera",
    "GenicamCamera",
    "LudlMac6000Stage",
    "MicroManagerCamera",
    "NeuralCamera",
    "NoFocus",
    "NoStage",
    "Pair",
    "RawCameraConfig",
    "RigConfig",
    "Section",
    "SectionT",
    "SimulatedCamera",
    "SimulatedNeuralCamera",
    "SimulatedStage",
    "Simulation",
    "UpperCorner",
    "VideoCamera",
    "WebCamera",
    "load_section",
    "read_yaml",
    "validate",
]

Pair = tuple[float, float]


def _lies_above(upper_um: Pair, told: ValidationInfo) -> Pair:
    """Compare with `lower_um`, which stands before it in the same section."""
    for axis, low, high in zip("xy", told.data.get("lower_um", ()), upper_um, strict=False):
        if low >= high:
            raise ValueError(f"expected {axis} above that of lower_um, {low:g}, got {high:g}")
    return upper_um


UpperCorner = Annotated[Pair, AfterValidator(_lies_above)]


# Whole sessions' worth of frames in memory otherwise.
RateHz = Annotated[float, Field(gt=0.0, le=10_000.0)]


class SimulatedCamera(Section):
    """The camera of the simulated rig; the scenario says what it sees."""

    kind: Literal["simulated"]


class VideoCamera(Section):
    """A recorded clip, or a folder of images in the order of their names."""

    kind: Literal["video"]
    path: Path
    rate_hz: RateHz | None = None  # None: the clip's own, or 40 for a folder
    as_fast_as_it_goes: bool = False
    loops: bool = False


class WebCamera(Section):
    """A camera that OpenCV can open by number."""

    kind: Literal["webcam"]
    number: int = Field(default=0, ge=0)
    rate_hz: RateHz = 30.0
    exposure_s: PositiveFloat = 0.01
    reconnect_s: NonNegativeFloat = 0.0  # how long a camera that has gone is waited for

    @model_validator(mode="after")
    def _exposes_in_time(self) -> Self:
        if "exposure_s" in self.model_fields_set:  # the default is a guess that forbids nothing
            require_exposure_fits(self.exposure_s, self.rate_hz)
        return self


class MicroManagerCamera(Section):
    """A camera of Micro-Manager's, reached by pycromanager."""

    kind: Literal["micromanager"]
    backend: Literal["python", "java"] = "python"
    # Python backend: MMCore in our process, with the camera alone out of a .cfg.
    mm_app_path: Path | None = None  # the device adapters' folder; None: Windows' usual place
    config_file: Path | None = None  # relative: to the current folder, else to mm_app_path
    device: str | None = None  # the camera's label; None: the .cfg's own camera
    shared_hub: Literal["refuse", "load", "leave"] = "refuse"
    buffer_mb: PositiveInt = 256
    # Java backend: a Micro-Manager that runs already, and owns the camera.
    host: str = "127.0.0.1"
    port: int = Field(default=4827, ge=1, le=65535)

    exposure_s: PositiveFloat
    readout_s: float = Field(default=0.0, ge=0.0)  # end of exposure to frame ready: measure it
    rate_hz: RateHz | None = None  # what is expected; None: what is seen when opening
    trigger: Literal["free", "external"] = "free"
    roi_px: tuple[int, int, int, int] | None = None  # left, top, width, height
    binning: PositiveInt | None = None
    pixel_type: str | None = None
    gain: float | None = None
    # the adapter's own names, in this order
    properties: dict[str, str | int | float] = Field(default_factory=dict[str, str | int | float])
    white_level: PositiveInt | None = None  # counts shown as 255; None: the bit depth's largest
    stamp_tag: str = "ElapsedTime-ms"  # the camera's own clock among a picture's tags
    stamp_unit_s: PositiveFloat = 0.001
    counter_tag: str = "ImageNumber"
    reconnect_s: NonNegativeFloat = 0.0  # how long a camera that has gone is waited for

    @field_validator("properties", mode="before")
    @classmethod
    def _says_no_yes_or_no(cls, properties: object) -> object:
        if isinstance(properties, dict):
            for name, value in cast(dict[object, object], properties).items():
                if isinstance(value, bool):
                    raise ValueError(
                        f".{name}: YAML reads On, Off, Yes and No as true and false; put the "
                        "adapter's word in quotes"
                    )
        return cast(object, properties)

    @model_validator(mode="after")
    def _has_what_its_backend_needs(self) -> Self:
        if self.backend == "python" and self.config_file is None:
            raise ValueError(
                ".config_file: this key is needed and missing: the .cfg that names the camera's "
                "adapter"
            )
        if self.trigger == "external" and self.rate_hz is None:
            raise ValueError(
                ".rate_hz: this key is needed and missing: with an external trigger nothing else "
                "tells it"
            )
        require_exposure_fits(self.exposure_s, self.rate_hz)
        return self


# Cameras that are really there: they can be opened for their own counts.
RawCameraConfig: TypeAlias = WebCamera | MicroManagerCamera | GenicamCamera | BaslerCamera
AnyCamera = Annotated[SimulatedCamera | VideoCamera | RawCameraConfig, Field(discriminator="kind")]


class NeuralCamera(Section):
    """A camera that records neurons: in its own counts, in a process of its own, never steered."""

    name: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")  # its files are named by it
    camera: Annotated[SimulatedNeuralCamera | RawCameraConfig, Field(discriminator="kind")]

    @field_validator("name")
    @classmethod
    def _is_free(cls, name: str) -> str:
        if name == "tracking":
            raise ValueError("tracking is what the tracking camera is called: choose another name")
        return name


class Simulation(Section):
    """Which world the simulated parts live in."""

    scenario: str  # the name of a shipped scenario, or the path of a scenario file
    seed: int = Field(default=1, ge=0)


_WITH_FOCUS: tuple[EmulatedKind, ...] = ("asi", "zaber", "zaber_chain", "prior")


class RigConfig(Section):
    """What the rig is made of."""

    camera: AnyCamera
    neural_cameras: tuple[NeuralCamera, ...] = ()
    stage: AnyStage
    focus: AnyFocus = NoFocus(kind="none")
    lines: RigLines = NoLines(kind="none")
    marker: RigMarker = NoMarker(kind="none")
    simulation: Simulation | None = Field(default=None, validate_default=True)

    @field_validator("neural_cameras")
    @classmethod
    def _have_names_of_their_own(
        cls, cameras: tuple[NeuralCamera, ...], told: ValidationInfo
    ) -> tuple[NeuralCamera, ...]:
        names = [camera.name for camera in cameras]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"expected a name of its own for each, got {', '.join(doubled)} twice")
        sees_simulation = isinstance(told.data.get("camera"), SimulatedCamera)
        for place, camera in enumerate(cameras):
            if isinstance(camera.camera, SimulatedNeuralCamera) and not sees_simulation:
                raise ValueError(
                    f"[{place}].camera.kind: got simulated: it sees the animal of a simulated "
                    "rig, and rig.camera.kind is another"
                )
        return cameras

    @field_validator("stage")
    @classmethod
    def _is_seen_by_the_camera(cls, stage: AnyStage, told: ValidationInfo) -> AnyStage:
        camera: AnyCamera | None = told.data.get("camera")
        kind = stage.kind
        if isinstance(camera, VideoCamera) and camera.as_fast_as_it_goes and kind != "none":
            raise ValueError(
                f".kind: expected none, got {kind}: no stage can follow a video that is shown "
                "as_fast_as_it_goes"
            )
        if isinstance(camera, (SimulatedCamera, VideoCamera)) and not isinstance(
            stage, (SimulatedStage, NoStage)
        ):
            eye = "recorded video" if isinstance(camera, VideoCamera) else "simulated camera"
            raise ValueError(
                f".kind: expected simulated or none, got {kind}: a {eye} does not see a real stage "
                "move"
            )
        return stage

    @field_validator("focus")
    @classmethod
    def _fits_the_stage(cls, focus: AnyFocus, told: ValidationInfo) -> AnyFocus:
        stage: AnyStage | None = told.data.get("stage")
        if isinstance(focus, NoFocus) or stage is None:
            return focus
        if isinstance(stage, NoStage):
            raise ValueError(
                f".kind: expected none, got {focus.kind}: rig.stage is none, and it is the stage's "
                "process that moves the focus"
            )
        if isinstance(focus, SimulatedFocus) != isinstance(stage, SimulatedStage):
            raise ValueError(
                f".kind: got {focus.kind} with rig.stage.kind {stage.kind}: both are simulated, or "
                "neither is"
            )
        if isinstance(stage, SimulatedStage) and stage.language not in _WITH_FOCUS:
            raise ValueError(
                f".kind: an emulated {stage.language} has no third axis: set rig.stage.language to "
                f"one of {', '.join(_WITH_FOCUS)}"
            )
        if isinstance(focus, SerialFocus) and focus.port is None and focus.kind != stage.kind:
            raise ValueError(
                f".port: this key is needed and missing: a {focus.kind} cannot share the line of a "
                f"{stage.kind}"
            )
        return focus

    @field_validator("simulation")
    @classmethod
    def _is_there_for_simulated_parts(
        cls, simulation: Simulation | None, told: ValidationInfo
    ) -> Simulation | None:
        parts = {name: told.data.get(name) for name in ("camera", "stage")}
        needy = [
            f"rig.{name}"
            for name, part in parts.items()
            if isinstance(part, (SimulatedCamera, SimulatedStage))
        ]
        if needy and simulation is None:
            raise ValueError(
                "this key is needed and missing: it names the world of what is simulated, "
                f"{' and '.join(needy)}"
            )
        return simulation
