"""The user's YAML files, read strictly: every fault is named as the user wrote the key.

pydantic alone would hide a key behind the name of its union member, and PyYAML alone takes the
last of two equal keys in silence; both are mended here, and all faults are reported at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar, cast

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from hardware.errors import ConfigError


class Section(BaseModel):
    """A part of a YAML file: no unknown key, no change after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


SectionT = TypeVar("SectionT", bound=Section)
Pair = tuple[float, float]


class SimulatedCamera(Section):
    """The camera of the simulated rig; the scenario says what it sees."""

    kind: Literal["simulated"]


class VideoCamera(Section):
    """A recorded clip, or a folder of images in the order of their names."""

    kind: Literal["video"]
    path: Path
    rate_hz: PositiveFloat | None = None  # None: the clip's own, or 40 for a folder
    as_fast_as_it_goes: bool = False
    loops: bool = False


class WebCamera(Section):
    """A camera that OpenCV can open by number."""

    kind: Literal["webcam"]
    number: int = Field(default=0, ge=0)
    rate_hz: PositiveFloat = 30.0
    exposure_s: PositiveFloat = 0.01


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
    rate_hz: PositiveFloat | None = None  # what is expected; None: what is seen when opening
    trigger: Literal["free", "external"] = "free"
    roi_px: tuple[int, int, int, int] | None = None  # left, top, width, height
    binning: PositiveInt | None = None
    pixel_type: str | None = None
    gain: float | None = None
    properties: dict[str, str | int | float] = {}  # the adapter's own names, in this order
    white_level: PositiveInt | None = None  # counts shown as 255; None: the bit depth's largest
    stamp_tag: str = "ElapsedTime-ms"  # the camera's own clock among a picture's tags
    stamp_unit_s: PositiveFloat = 0.001
    counter_tag: str = "ImageNumber"

    @field_validator("properties", mode="before")
    @classmethod
    def _says_no_yes_or_no(cls, properties: object) -> object:
        if isinstance(properties, dict):
            for name, value in cast(dict[object, object], properties).items():
                if isinstance(value, bool):
                    raise ValueError(
                        f"{name}: YAML reads On, Off, Yes and No as true and false; put the "
                        "adapter's word in quotes"
                    )
        return cast(object, properties)

    @model_validator(mode="after")
    def _has_what_its_backend_needs(self) -> Self:
        if self.backend == "python" and self.config_file is None:
            raise ValueError("config_file is needed: the .cfg that names the camera's adapter")
        if self.trigger == "external" and self.rate_hz is None:
            raise ValueError("rate_hz is needed with an external trigger: nothing else tells it")
        return self


class SimulatedStage(Section):
    """The emulated Ludl MAC6000 of the simulated rig, behind a real serial port."""

    kind: Literal["simulated"]


class NoStage(Section):
    """No stage: look, estimate and record, steer nothing."""

    kind: Literal["none"]


class LudlMac6000Stage(Section):
    """A Ludl or LEP MAC6000 steered by its binary frames."""

    kind: Literal["ludl_mac6000"]
    port: str
    baud: PositiveInt = 115_200
    # 0.1 um/s per count is the likely reading of an undocumented unit: let calibration measure it.
    velocity_unit_um_s: PositiveFloat = 0.1
    servo_lag_s: float = Field(default=0.01, ge=0.0)
    reply_deadline_s: PositiveFloat = 0.05


AnyCamera = Annotated[
    SimulatedCamera | VideoCamera | WebCamera | MicroManagerCamera, Field(discriminator="kind")
]
AnyStage = Annotated[SimulatedStage | NoStage | LudlMac6000Stage, Field(discriminator="kind")]


class Simulation(Section):
    """Which world the simulated parts live in."""

    scenario: str  # the name of a shipped scenario, or the path of a scenario file
    seed: int = Field(default=1, ge=0)


class RigConfig(Section):
    """What the rig is made of."""

    camera: AnyCamera
    stage: AnyStage
    simulation: Simulation | None = None


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that is given twice."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, object]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                line = key_node.start_mark.line + 1
                raise ConfigError(
                    f"{key!r} is given twice (again in line {line}): keep one of them"
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> dict[str, object]:
    """Return the top level mapping of a YAML file.

    Raises:
        ConfigError: there is no such file, or it is not a YAML mapping with each key once.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as text: {error}") from error
    try:
        content = yaml.load(text, _StrictLoader)  # a SafeLoader underneath
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: expected keys and values, got {type(content).__name__}")
    return content


def load_section(path: Path, model: type[SectionT]) -> SectionT:
    """Read a YAML file into its section.

    Raises:
        ConfigError: with one line a fault, each naming the key as the user wrote it.
    """
    return validate(read_yaml(path), model, source=str(path))


def validate(content: object, model: type[SectionT], *, source: str) -> SectionT:
    """Check a mapping against its section.

    Raises:
        ConfigError: with one line a fault.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = [_describe(fault, content) for fault in error.errors(include_url=False)]
        raise ConfigError("\n".join(f"{source}: {fault}" for fault in faults)) from None


def _describe(fault: ErrorDetails, content: object) -> str:
    key, kind, message = _as_written(fault["loc"], content), fault["type"], fault["msg"]
    if kind == "extra_forbidden":
        return f"{key}: there is no such key; check its spelling"
    if kind == "missing":
        return f"{key}: this key is needed and missing"
    if kind == "union_tag_not_found":
        return f"{key}.kind: this key is needed and missing"
    if kind == "union_tag_invalid":
        told = fault.get("ctx", {})
        return f"{key}.kind: expected one of {told['expected_tags']}, got '{told['tag']}'"
    if kind == "value_error":  # our own words, which name keys and values themselves
        # Of a whole section the last step is the union member: no longer last, it is left out.
        key = _as_written((*fault["loc"], ""), content).rstrip(".")
        return f"{key}: {message.removeprefix('Value error, ')}"
    expected = message.removeprefix("Input should be ")
    return f"{key}: expected {expected[0].lower()}{expected[1:]}, got {fault['input']!r}"


def _as_written(location: Sequence[int | str], content: object) -> str:
    """Leave out of a location the union members that pydantic puts in and no user wrote."""
    words: list[str] = []
    here = content
    for place, step in enumerate(location):
        if isinstance(here, dict) and step not in here and place < len(location) - 1:
            continue
        if isinstance(here, (list, tuple)) and not isinstance(step, int):
            continue
        words.append(f"[{step}]" if isinstance(step, int) else f".{step}")
        if isinstance(here, dict):
            here = here.get(step)
        elif isinstance(here, (list, tuple)) and isinstance(step, int):
            here = here[step] if step < len(here) else None
    return "".join(words).lstrip(".") or "the file"
