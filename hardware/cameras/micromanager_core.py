"""pycromanager, given types. The one module that imports it.

It is imported inside functions: it takes a second or three, and a rig without Micro-Manager must
not pay for them. Both of its backends give an object with the same method names, but not with
the same answers; `hardware.cameras.micromanager_device` makes them one. The Java bridge is
reached by pycromanager's own wire library, in `hardware.cameras.micromanager_bridge`.
"""

# ruff: noqa: D102 - the methods of `Core` are Micro-Manager's, and documented there
from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from hardware.errors import CameraError

if TYPE_CHECKING:
    from pymmcore import CMMCore


_SMALL_BUFFER_MB = 16  # of pictures: a core without a camera takes none


class Core(Protocol):
    """What of Micro-Manager's MMCore a rig needs, under the names of either backend.

    Answers typed `object` differ between the backends.
    """

    def load_device(self, label: str, library: str, name: str, /) -> None: ...
    def set_parent_label(self, label: str, parent: str, /) -> None: ...
    def get_device_type(self, label: str, /) -> int: ...
    def initialize_device(self, label: str, /) -> None: ...
    def get_loaded_devices(self) -> object: ...
    def set_camera_device(self, label: str, /) -> None: ...
    def get_camera_device(self) -> str: ...
    def get_device_property_names(self, label: str, /) -> object: ...
    def is_property_pre_init(self, label: str, name: str, /) -> bool: ...
    def is_property_read_only(self, label: str, name: str, /) -> bool: ...
    def has_property(self, label: str, name: str, /) -> bool: ...
    def get_property(self, label: str, name: str, /) -> str: ...
    def set_property(self, label: str, name: str, value: str, /) -> None: ...
    def get_allowed_property_values(self, label: str, name: str, /) -> object: ...
    def has_property_limits(self, label: str, name: str, /) -> bool: ...
    def get_property_lower_limit(self, label: str, name: str, /) -> float: ...
    def get_property_upper_limit(self, label: str, name: str, /) -> float: ...
    def get_exposure(self) -> float: ...
    def set_exposure(self, exposure_ms: float, /) -> None: ...
    def get_roi(self) -> object: ...
    def set_roi(self, left: int, top: int, width: int, height: int, /) -> None: ...
    def clear_roi(self) -> None: ...
    def get_image_width(self) -> int: ...
    def get_image_height(self) -> int: ...
    def get_image_bit_depth(self) -> int: ...
    def get_bytes_per_pixel(self) -> int: ...
    def get_number_of_components(self) -> int: ...
    def start_continuous_sequence_acquisition(self, interval_ms: float, /) -> None: ...
    def stop_sequence_acquisition(self) -> None: ...
    def is_sequence_running(self) -> bool: ...
    def get_remaining_image_count(self) -> int: ...
    def pop_next_tagged_image(self) -> TaggedImage: ...
    def stop(self, label: str, /) -> None: ...
    def get_position(self, label: str, /) -> float: ...
    def set_position(self, label: str, z_um: float, /) -> None: ...
    def get_xy_position(self, label: str, /) -> object: ...
    def set_xy_position(self, label: str, x_um: float, y_um: float, /) -> None: ...
    def set_serial_port_command(self, port: str, command: str, end: str, /) -> None: ...
    def get_serial_port_answer(self, port: str, end: str, /) -> str: ...


class XyCore(Protocol):
    """What of it an XY stage is steered by; `get_xy_position` answers with two numbers."""

    def get_device_property_names(self, label: str, /) -> object: ...
    def is_property_pre_init(self, label: str, name: str, /) -> bool: ...
    def set_property(self, label: str, name: str, value: str, /) -> None: ...
    def stop(self, label: str, /) -> None: ...
    def get_xy_position(self, label: str, /) -> object: ...
    def set_xy_position(self, label: str, x_um: float, y_um: float, /) -> None: ...
    def set_serial_port_command(self, port: str, command: str, end: str, /) -> None: ...
    def get_serial_port_answer(self, port: str, end: str, /) -> str: ...


_sharers: list[Core] = []


class TaggedImage(Protocol):
    """A picture with its facts; pixels and tags differ between the backends."""

    @property
    def pix(self) -> object: ...
    @property
    def tags(self) -> object: ...


def open_python_core(adapters: Path, *, buffer_mb: int) -> Core:
    """Start MMCore in this process, with nothing loaded.

    Raises:
        CameraError: there is one already, or none can be started.
    """
    with imports_quietly():
        from mmpycorex import is_pymmcore_active
        from pycromanager import Core as AnyCore
        from pycromanager import start_headless
    if is_pymmcore_active():
        raise CameraError(
            "this process holds a Micro-Manager core already: close its camera first, or open "
            "the second one in a process of its own"
        )
    if sys.platform == "win32":  # an adapter's own libraries lie beside it
        os.environ["PATH"] = f"{adapters}{os.pathsep}{os.environ.get('PATH', '')}"
    nothing = ""  # no .cfg: what is loaded is for the caller to say
    start_headless(str(adapters), nothing, python_backend=True, buffer_size_mb=buffer_mb)
    return cast(Core, AnyCore())


def join_python_core(adapters: Path) -> Core:
    """Start MMCore in this process, or share the one that is there: each must leave it.

    Raises:
        CameraError: none can be started.
    """
    if not _sharers:
        core = open_python_core(adapters, buffer_mb=_SMALL_BUFFER_MB)
        _sharers.append(core)
    else:
        _sharers.append(_sharers[0])
    return _sharers[-1]


def leave_python_core() -> None:
    """Leave a core that was joined; the last one closes it."""
    _sharers.pop()
    if not _sharers:
        close_python_core()


def is_of_role(core: Core, label: str, role: str) -> bool:
    """Say whether a loaded device of this process's MMCore can have a role: Camera, XYStage..."""
    from pymmcore import CameraDevice, StageDevice, XYStageDevice

    kinds = {"Camera": CameraDevice, "XYStage": XYStageDevice, "Focus": StageDevice}
    return core.get_device_type(label) == kinds[role]


def core_interface() -> int:
    """Return the device interface that MMCore speaks: an adapter must speak the same."""
    from pymmcore import CMMCore

    return CMMCore.getMMDeviceDeviceInterfaceVersion()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterDevices:
    """What one of Micro-Manager's adapters can open; `why_not` where it cannot be loaded."""

    library: str
    cameras: tuple[str, ...] = ()
    xy_stages: tuple[str, ...] = ()
    z_drives: tuple[str, ...] = ()
    why_not: str = ""


def available_devices(adapters: Path) -> list[AdapterDevices]:
    """Load each adapter of a folder and list its devices. Nothing is opened.

    An adapter is its vendor's code: call this in a process that can be ended.
    """
    from pymmcore import CMMCore

    core = CMMCore()
    core.setDeviceAdapterSearchPaths([str(adapters)])
    return [_devices_of(core, library) for library in sorted(core.getDeviceAdapterNames())]


def _devices_of(core: CMMCore, library: str) -> AdapterDevices:
    from pymmcore import CameraDevice, StageDevice, XYStageDevice

    try:
        names = core.getAvailableDevices(library)
        kinds = core.getAvailableDeviceTypes(library)
    except RuntimeError as error:
        return AdapterDevices(library=library, why_not=" ".join(str(error).split())[:200])
    listed = list(zip(names, kinds, strict=True))
    return AdapterDevices(
        library=library,
        cameras=tuple(name for name, kind in listed if kind == CameraDevice),
        xy_stages=tuple(name for name, kind in listed if kind == XYStageDevice),
        z_drives=tuple(name for name, kind in listed if kind == StageDevice),
    )


def close_python_core() -> None:
    """Unload the devices of this process's MMCore and forget it; its sequence must be over."""
    with imports_quietly():
        from pycromanager import stop_headless
    stop_headless()


def default_adapters(section: str = "rig.camera") -> Path:
    """Return where Micro-Manager is usually installed.

    Raises:
        CameraError: it is not there, or this system has no usual place.
    """
    if sys.platform not in ("win32", "darwin"):
        raise CameraError(
            f"{section}.mm_app_path: this key is needed on Linux, where Micro-Manager has no usual "
            "place; give the folder that holds the device adapters (libmmgr_dal_*.so.0)"
        )
    with imports_quietly():
        from pycromanager import find_existing_mm_install
    try:
        return Path(find_existing_mm_install())
    except FileNotFoundError:
        raise CameraError(
            f"{section}.mm_app_path: Micro-Manager is not in its usual place; give its folder"
        ) from None


@contextmanager
def imports_quietly() -> Generator[None, None, None]:
    """Let pass one slip of mmpycorex: a bare backslash in a docstring, told when compiling it."""
    with warnings.catch_warnings():
        for kind in (DeprecationWarning, SyntaxWarning):
            warnings.filterwarnings("ignore", message=".*invalid escape sequence", category=kind)
        yield
