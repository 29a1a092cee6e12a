"""The sections of config.yaml that name a device with input lines, and an output to mark time with.

`hardware.config` hands them on.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    PositiveFloat,
    PositiveInt,
    ValidationInfo,
    field_validator,
)

from hardware.stage_config import SerialPort
from hardware.strict_yaml import Section

LineName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_RateHz = Annotated[float, Field(ge=1000.0, le=100_000.0)]


class NoLines(Section):
    """No device: edges are aligned afterwards, from a logger's file."""

    kind: Literal["none"]


class ArduinoLines(Section):
    """An Arduino that counts edges, with the sketch of docs/count-edges.md on it."""

    kind: Literal["arduino"]
    port: SerialPort
    baud: PositiveInt = 115_200
    inputs: tuple[LineName, ...] = Field(min_length=1, max_length=8)  # in the sketch's order

    @field_validator("inputs")
    @classmethod
    def _differ(cls, inputs: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(inputs)) < len(inputs):
            raise ValueError(f"expected a name of its own for each, got {', '.join(inputs)}")
        return inputs


class SampledLines(Section):
    """A card that samples volts: lines that are up or down, and others that are recorded so."""

    inputs: dict[LineName, str] = Field(min_length=1)  # each with its channel
    analog: dict[LineName, str] = Field(default_factory=dict[str, str])
    rate_hz: _RateHz = 5000.0
    threshold_v: PositiveFloat = 1.5  # above it a line is up; it is down below half of it
    range_v: PositiveFloat = 10.0  # each channel's, to both sides of zero

    @field_validator("analog")
    @classmethod
    def _differ(cls, analog: dict[str, str], told: ValidationInfo) -> dict[str, str]:
        inputs: dict[str, str] = told.data.get("inputs", {})
        if both := sorted({*inputs} & {*analog}):
            raise ValueError(f".{both[0]}: this name is one of inputs already")
        channels = [*inputs.values(), *analog.values()]
        if twice := sorted({name for name in channels if channels.count(name) > 1}):
            raise ValueError(f"expected a channel for each, got {', '.join(twice)} twice")
        return analog


class NiDaqLines(SampledLines):
    """An NI card, through NI-DAQmx; channels such as `ai0`."""

    kind: Literal["nidaq"]
    device: str  # as NI MAX calls it: Dev1
    output: str | None = None  # a digital line such as `port0/line0`


class LabJackLines(SampledLines):
    """A LabJack T4, T7 or T8, through LJM; channels such as `AIN0`."""

    kind: Literal["labjack"]
    device: str = "ANY"  # its serial number, name or address
    output: str | None = None  # a digital line such as `FIO4`


class SimulatedLines(Section):
    """What a counter sees on the simulated rig: its camera, and a confocal that comes and goes.

    The lines are `camera` and `confocal`, the analog channel is `piezo`: a saw tooth of `planes`
    planes and two of flyback, a volt for 10 um.
    """

    kind: Literal["simulated"]
    confocal_hz: Annotated[float, Field(gt=0.0, le=1000.0)] = 20.0
    confocal_exposure_s: PositiveFloat = Field(default=0.005, validate_default=True)
    confocal_from_s: Annotated[float, Field(ge=0.0)] = 1.0  # of the world's time
    confocal_lasts_s: PositiveFloat = 1e6
    # Of fewer the two frames of flyback would be no faster than a scan.
    planes: Annotated[int, Field(ge=6, le=1000)] = 10
    over_serial: bool = False  # through an emulated Arduino, which has no analog channel

    @field_validator("confocal_exposure_s")
    @classmethod
    def _fits_into_a_period(cls, exposure_s: float, told: ValidationInfo) -> float:
        rate_hz: float = told.data.get("confocal_hz", 1.0 / exposure_s)
        if exposure_s * rate_hz > 1.0:
            raise ValueError(
                f"expected no more than a plane's time, {1.0 / rate_hz:g}, got {exposure_s:g}"
            )
        return exposure_s


AnyLines = Annotated[
    NoLines | ArduinoLines | NiDaqLines | LabJackLines | SimulatedLines,
    Field(discriminator="kind"),
]


class NoMarker(Section):
    """Nobody is told when a recording starts."""

    kind: Literal["none"]


class OutputMarker(Section):
    """The output line of `rig.lines`: up while a recording is made, or a pulse for each frame."""

    kind: Literal["output"]
    each_frame: bool = False


class SerialMarker(Section):
    """Words to another program or device on a serial port, as they are."""

    kind: Literal["serial"]
    port: SerialPort
    baud: PositiveInt = 115_200
    start: str = "S"
    stop: str = "E"
    frame: str = ""  # said for each frame; empty: for none


AnyMarker = Annotated[NoMarker | OutputMarker | SerialMarker, Field(discriminator="kind")]


def input_names(lines: AnyLines) -> tuple[str, ...]:
    """Return the names of the input lines, in their order."""
    if isinstance(lines, NoLines):
        return ()
    if isinstance(lines, SimulatedLines):
        return ("camera", "confocal")
    return tuple(lines.inputs)


def analog_names(lines: AnyLines) -> tuple[str, ...]:
    """Return the names of the analog channels, in their order."""
    if isinstance(lines, SimulatedLines):
        return () if lines.over_serial else ("piezo",)
    return tuple(lines.analog) if isinstance(lines, SampledLines) else ()


def analog_hz(lines: AnyLines) -> float:
    """Return how often the analog channels are sampled."""
    return lines.rate_hz if isinstance(lines, SampledLines) else 5000.0


def has_output(lines: AnyLines) -> bool:
    """Say whether the device has an output line."""
    if isinstance(lines, SampledLines):
        return getattr(lines, "output", None) is not None
    return not isinstance(lines, NoLines)


def _are_of_this_rig(lines: AnyLines, told: ValidationInfo) -> AnyLines:
    """Compare with the camera, which stands before it in the same section."""
    camera_kind = getattr(told.data.get("camera"), "kind", "simulated")
    if isinstance(lines, SimulatedLines) and camera_kind != "simulated":
        raise ValueError(
            ".kind: got simulated: it counts the exposures of a simulated rig, and "
            f"rig.camera.kind is {camera_kind}"
        )
    return lines


def _has_an_output(marker: AnyMarker, told: ValidationInfo) -> AnyMarker:
    """Compare with the lines, which stand before it in the same section."""
    lines: AnyLines | None = told.data.get("lines")
    if isinstance(marker, OutputMarker) and lines is not None and not has_output(lines):
        raise ValueError(
            ".kind: got output, and rig.lines has none: name its output, or a serial marker"
        )
    return marker


RigLines = Annotated[AnyLines, AfterValidator(_are_of_this_rig)]
RigMarker = Annotated[AnyMarker, AfterValidator(_has_an_output)]
