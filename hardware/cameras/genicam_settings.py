"""What config.yaml asks of a camera that describes itself by GenICam, and whether it does it.

Names are those of the Standard Features Naming Convention, and after them what older cameras say.
First everything is set, in an order in which one feature does not undo another; then everything is
read back. Every fault is told at once, with the key as the user wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hardware.cameras.features import Features
from hardware.cameras.settings import Wish, as_text, set_one, undone
from hardware.config import GenApiCamera
from hardware.errors import CameraError

GREY_FORMATS = {"Mono8": 255, "Mono10": 1023, "Mono12": 4095, "Mono14": 16383, "Mono16": 65535}
EXPOSURE = ("ExposureTime", "ExposureTimeAbs")
_BY_NAME = "rig.camera.properties."
_RATE = ("AcquisitionFrameRate", "AcquisitionFrameRateAbs")


@dataclass(frozen=True, slots=True)
class Step:
    """A feature that is to have a value, by the first of its names that the camera has.

    `lacking` is what it means where the camera has none of them. A step without a key is one that
    nobody asked for, and that others may need: it is tried, and no more.
    """

    key: str
    names: tuple[str, ...]
    value: str
    lacking: Literal["fault", "note", "nothing"] = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """How it went: what is wrong, and what the operator should know."""

    faults: tuple[str, ...]
    notes: tuple[str, ...]


def steps(config: GenApiCamera) -> list[Step]:
    """Return what is to be set, in order."""
    return [
        _aid("AcquisitionMode", "Continuous"),
        *_step("binning", "BinningVertical", config.binning),  # on some cameras the other follows
        *_step("binning", "BinningHorizontal", config.binning),
        *_step("pixel_format", "PixelFormat", config.pixel_format),
        *_region(config.roi_px),
        *(
            step
            for name, value in config.properties.items()
            for step in _step(f"properties.{name}", name, value)
        ),
        _aid("ExposureAuto", "Off"),
        _aid("ExposureMode", "Timed"),
        Step("rig.camera.exposure_s", EXPOSURE, as_text(config.exposure_s * 1e6), "note"),
        *([_aid("GainAuto", "Off")] if config.gain is not None else []),
        *_step("gain", ("Gain", "GainRaw"), config.gain),
        *_rate(config),
        *_trigger(config),
        *_exposure_out(config.exposure_out_line),
    ]


def apply(features: Features, config: GenApiCamera) -> Applied:
    """Set everything, read it back, and say what is not as asked."""
    faults: list[str] = []
    notes: list[str] = []
    asked: list[Wish] = []
    for step in steps(config):
        name = next((name for name in step.names if features.has(name)), None)
        if name is None:
            faults += _missing(features, step) if step.lacking == "fault" else []
            notes += [_note(features, step)] if step.lacking == "note" else []
            continue
        wish = Wish(key=step.key, name=name, value=step.value)
        fault = set_one(features, wish, (name,))
        if fault and step.key:
            faults.append(fault)
        elif step.key:
            asked.append(wish)
    faults += [fault for wish in asked for fault in _undone(features, wish)]
    faults += _format_faults(features, config)
    return Applied(faults=tuple(faults), notes=tuple(notes))


def exposure_s(features: Features, config: GenApiCamera) -> float:
    """Return the exposure as read back; as configured where the camera does not say."""
    for name in EXPOSURE:
        exposure_us = features.number(name)
        if exposure_us is not None:
            return exposure_us * 1e-6
    return config.exposure_s


def shape(features: Features) -> tuple[int, int]:
    """Return rows and columns."""
    return int(features.read("Height")), int(features.read("Width"))


def white_level(features: Features, config: GenApiCamera) -> int:
    """Return the count that means white."""
    return config.white_level or GREY_FORMATS[features.read("PixelFormat")]


def depth_bits(features: Features) -> int:
    """Return how many bits a count takes in memory."""
    return 8 if features.read("PixelFormat") == "Mono8" else 16


def _step(key: str, names: str | tuple[str, ...], value: str | float | bool | None) -> list[Step]:
    if value is None:
        return []
    listed = (names,) if isinstance(names, str) else names
    return [Step(f"rig.camera.{key}", listed, as_text(value))]


def _aid(name: str, value: str) -> Step:
    return Step("", (name,), value, "nothing")


def _region(roi_px: tuple[int, int, int, int] | None) -> list[Step]:
    if roi_px is None:
        return []
    left, top, width, height = roi_px
    return [
        _aid("OffsetX", "0"),  # else the old corner may leave no room for the new size
        _aid("OffsetY", "0"),
        *_step("roi_px: Width", "Width", width),
        *_step("roi_px: Height", "Height", height),
        _corner("OffsetX", left),
        _corner("OffsetY", top),
    ]


def _corner(name: str, offset_px: int) -> Step:
    """A camera without offsets has its region in the corner."""
    lacking = "fault" if offset_px else "nothing"
    return Step(f"rig.camera.roi_px: {name}", (name,), str(offset_px), lacking)


def _rate(config: GenApiCamera) -> list[Step]:
    if config.rate_hz is None or config.trigger == "external":
        return []
    return [
        _aid("AcquisitionFrameRateAuto", "Off"),
        _aid("AcquisitionFrameRateEnable", "true"),
        _aid("AcquisitionFrameRateEnabled", "true"),
        Step("rig.camera.rate_hz", _RATE, as_text(config.rate_hz), "note"),
    ]


def _trigger(config: GenApiCamera) -> list[Step]:
    frame_start = _aid("TriggerSelector", "FrameStart")
    if config.trigger == "free":
        return [
            frame_start,
            Step("rig.camera.trigger: TriggerMode", ("TriggerMode",), "Off", "nothing"),
        ]
    return [
        frame_start,
        *_step("trigger_source", "TriggerSource", config.trigger_source),
        *_step("trigger: TriggerMode", "TriggerMode", "On"),
    ]


def _exposure_out(line: str | None) -> list[Step]:
    if line is None:
        return []
    return [
        *_step("exposure_out_line", "LineSelector", line),
        _aid("LineMode", "Output"),  # some lines are outputs and nothing else
        *_step("exposure_out_line: LineSource", "LineSource", "ExposureActive"),
    ]


def _missing(features: Features, step: Step) -> list[str]:
    if step.key.startswith(_BY_NAME):  # the user's own word: say which are like it
        wish = Wish(key=step.key, name=step.names[0], value=step.value)
        return [set_one(features, wish, features.property_names()) or ""]
    return [f"{step.key}: the camera {features.label} has no {' or '.join(step.names)}"]


def _note(features: Features, step: Step) -> str:
    return (
        f"{step.key}: the camera {features.label} has no {' or '.join(step.names)}: it is taken "
        "as config.yaml says, and cannot be set or compared"
    )


def _undone(features: Features, wish: Wish) -> list[str]:
    try:
        return undone(features, wish)
    except CameraError as error:
        return [f"{wish.key}: {wish.name} cannot be read back: {error}"]


def _format_faults(features: Features, config: GenApiCamera) -> Sequence[str]:
    has = features.read("PixelFormat")
    if has in GREY_FORMATS or has != config.pixel_format:
        return ()
    there = [name for name in features.allowed("PixelFormat") if name in GREY_FORMATS]
    return (
        f"rig.camera.pixel_format: {has} is no plain grey of 8 or 16 bits; the camera has "
        f"{', '.join(there) or 'none'}",
    )
