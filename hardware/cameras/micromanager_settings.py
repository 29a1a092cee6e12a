"""What config.yaml asks of a Micro-Manager camera, and whether the camera does it.

First everything is set, then everything is read back, because one property may change another.
Every fault is told, with the key as the user wrote it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hardware.cameras.micromanager_config import Setting
from hardware.cameras.micromanager_device import MicroManagerDevice, RoiPx
from hardware.config import MicroManagerCamera
from hardware.errors import CameraError

_CLOSE_ENOUGH = 0.01  # cameras round exposures and gains to their own steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A property that is to have a value, and the key that says so.

    A wish of the .cfg's may be undone by a later one; one of config.yaml's must hold.
    """

    key: str
    name: str
    value: str
    must_hold: bool = True


def wishes(config: MicroManagerCamera, from_cfg: Sequence[Setting] = ()) -> list[Wish]:
    """Return the properties to be set, in order: the .cfg's, then config.yaml's over them."""
    asked = [  # the kind of pixel first: others depend on it; and a gain on its mode
        *_wish("binning", "Binning", config.binning),
        *_wish("pixel_type", "PixelType", config.pixel_type),
        *(
            wish
            for name, value in config.properties.items()
            for wish in _wish(f"properties.{name}", name, value)
        ),
        *_wish("gain", "Gain", config.gain),
    ]
    over = {wish.name for wish in asked}
    last = dict(from_cfg)  # of two lines for one property the later one counts
    file = f"rig.camera.config_file: {config.config_file}"
    return [
        Wish(key=f"{file}: {name}", name=name, value=value, must_hold=False)
        for name, value in last.items()
        if name not in over
    ] + asked


def apply(
    device: MicroManagerDevice, asked: Sequence[Wish], config: MicroManagerCamera
) -> list[str]:
    """Set everything, read it back, and return the faults."""
    names = device.property_names()
    faults = {wish.key: fault for wish in asked if (fault := _set(device, wish, names))}
    told = list(faults.values())
    roi_px = config.roi_px
    told += _tried("rig.camera.roi_px", lambda: _set_roi(device, roi_px)) if roi_px else []
    told += _tried("rig.camera.exposure_s", lambda: device.expose_for(config.exposure_s))
    told += [
        fault
        for wish in asked
        if wish.must_hold and wish.key not in faults
        for fault in _differs(wish.key, wish.value, device.read(wish.name))
    ]
    told += _differs("rig.camera.exposure_s", str(config.exposure_s), f"{device.exposure_s():.6g}")
    if roi_px and "rig.camera.roi_px" not in " ".join(told):
        told += _differs("rig.camera.roi_px", str(list(roi_px)), str(list(device.roi_px())))
    return told + list(_pixel_faults(device))


def agree(asked: str, got: str) -> bool:
    """Say whether a value that was read back is the one that was asked for.

    >>> agree("0.5", "0.5000"), agree("On", "Off"), agree("10", "10.6")
    (True, False, False)
    """
    try:
        return math.isclose(float(asked), float(got), rel_tol=_CLOSE_ENOUGH, abs_tol=1e-9)
    except ValueError:
        return asked == got


def _set(device: MicroManagerDevice, wish: Wish, names: Sequence[str]) -> str | None:
    """Set one property; return what is wrong with it."""
    if wish.name not in names:
        close = difflib.get_close_matches(wish.name, names, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        return f"{wish.key}: the camera {device.label} has no property {wish.name}{hint}"
    if device.is_pre_init(wish.name):
        return None  # was set before the device was initialized, and is compared with the rest
    if device.is_read_only(wish.name):
        return f"{wish.key}: {wish.name} can be read only; it is {device.read(wish.name)}"
    try:
        device.write(wish.name, wish.value)
    except CameraError as error:
        return f"{wish.key}: the camera refuses {wish.value!r}{_choice(device, wish.name, error)}"
    return None


def _choice(device: MicroManagerDevice, name: str, error: CameraError) -> str:
    allowed, limits = device.allowed(name), device.limits(name)
    if allowed:
        return f"; it takes {', '.join(sorted(allowed))}"
    if limits:
        return f"; it takes {limits[0]:g} to {limits[1]:g}"
    return f": {error}"


def _set_roi(device: MicroManagerDevice, roi_px: RoiPx) -> None:
    device.read_all_of_the_sensor()
    rows, columns = device.shape()
    left, top, width, height = roi_px
    fits = 0 <= left < left + width <= columns and 0 <= top < top + height <= rows
    if not fits:  # some adapters take anything, and give pictures of nothing
        raise CameraError(
            f"{list(roi_px)} (left, top, width, height) does not lie on the sensor, which has "
            f"{columns} x {rows} px"
        )
    device.read_only_roi(roi_px)


def _tried(key: str, set_it: Callable[[], None]) -> list[str]:
    try:
        set_it()
    except CameraError as error:
        return [f"{key}: {error}"]
    return []


def _differs(key: str, asked: str, got: str) -> list[str]:
    return [] if agree(asked, got) else [f"{key}: asked for {asked}, the camera took {got}"]


def _pixel_faults(device: MicroManagerDevice) -> Iterator[str]:
    size, colours = device.bytes_per_pixel(), device.colours()
    if colours != 1 or size not in (1, 2):
        yield (
            f"rig.camera.pixel_type: pixels of {colours} components and {size} bytes, expected "
            "grey of 8 or 16 bits: choose such a type"
        )


def _wish(key: str, name: str, value: str | float | None) -> list[Wish]:
    return (
        [] if value is None else [Wish(key=f"rig.camera.{key}", name=name, value=_as_text(value))]
    )


def _as_text(value: str | float) -> str:
    return f"{value:.9g}" if isinstance(value, float) else str(value)
