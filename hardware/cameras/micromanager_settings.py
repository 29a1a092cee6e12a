"""What config.yaml asks of a Micro-Manager camera, and whether the camera does it.

First everything is set, then everything is read back, because one property may change another.
Every fault is told, with the key as the user wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hardware.cameras.micromanager_config import Setting
from hardware.cameras.micromanager_device import MicroManagerDevice, RoiPx
from hardware.cameras.settings import Wish, as_text, differs, set_one, undone
from hardware.config import MicroManagerCamera
from hardware.errors import CameraError


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
        for fault in undone(device, wish)
    ]
    told += differs("rig.camera.exposure_s", str(config.exposure_s), f"{device.exposure_s():.6g}")
    if roi_px and "rig.camera.roi_px" not in " ".join(told):
        told += differs("rig.camera.roi_px", str(list(roi_px)), str(list(device.roi_px())))
    return told + list(_pixel_faults(device))


def _set(device: MicroManagerDevice, wish: Wish, names: Sequence[str]) -> str | None:
    """Set one property; return what is wrong with it."""
    if wish.name in names and device.is_pre_init(wish.name):
        return None  # was set before the device was initialized, and is compared with the rest
    return set_one(device, wish, names)


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


def _pixel_faults(device: MicroManagerDevice) -> Iterator[str]:
    size, colours = device.bytes_per_pixel(), device.colours()
    if colours != 1 or size not in (1, 2):
        yield (
            f"rig.camera.pixel_type: pixels of {colours} components and {size} bytes, expected "
            "grey of 8 or 16 bits: choose such a type"
        )


def _wish(key: str, name: str, value: str | float | None) -> list[Wish]:
    return [] if value is None else [Wish(key=f"rig.camera.{key}", name=name, value=as_text(value))]
