"""Basler's pylon by pypylon, given types. The one module that imports it.

It is imported inside functions: it is an optional extra.
"""

# ruff: noqa: D102, N802 - the protocols' methods are pylon's, and documented there
from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Protocol, cast

from hardware.cameras.calls import one_line
from hardware.cameras.features import Node
from hardware.cameras.found import NamedCamera
from hardware.cameras.pixels import Pixels
from hardware.errors import CameraError

_INSTALL = "pip install 'wormlock[basler]'"


class GrabResult(Protocol):
    """A picture, or why there is none; to be released."""

    @property
    def Array(self) -> Pixels: ...
    def IsValid(self) -> bool: ...
    def GrabSucceeded(self) -> bool: ...
    def GetErrorDescription(self) -> str: ...
    def GetTimeStamp(self) -> int: ...
    def GetBlockID(self) -> int: ...
    def Release(self) -> None: ...


class _Parameter(Protocol):
    def GetAccessMode(self) -> int: ...
    def ToString(self) -> str: ...
    def FromString(self, text: str, /) -> None: ...
    def GetNode(self) -> _NamedNode: ...


class _NamedNode(Protocol):
    def GetName(self) -> str: ...


class _Map(Protocol):
    def GetNodes(self) -> Sequence[_Parameter]: ...
    def GetNode(self, name: str, /) -> _Parameter: ...
    def Contains(self, name: str, /) -> bool: ...


class _Count(Protocol):
    Value: int


class InstantCamera(Protocol):
    """One opened camera."""

    MaxNumBuffer: _Count

    def Open(self) -> None: ...
    def Close(self) -> None: ...
    def GetNodeMap(self) -> _Map: ...
    def StartGrabbing(self, strategy: int, /) -> None: ...
    def StopGrabbing(self) -> None: ...
    def IsGrabbing(self) -> bool: ...
    def IsCameraDeviceRemoved(self) -> bool: ...
    def RetrieveResult(self, timeout_ms: int, handling: int, /) -> GrabResult: ...


class _DeviceInfo(Protocol):
    def GetVendorName(self) -> str: ...
    def GetModelName(self) -> str: ...
    def GetSerialNumber(self) -> str: ...


class _Factory(Protocol):
    def EnumerateDevices(self) -> Sequence[_DeviceInfo]: ...
    def CreateDevice(self, info: _DeviceInfo, /) -> object: ...


class Pylon(Protocol):
    """The library."""

    GrabStrategy_OneByOne: int
    TimeoutHandling_Return: int

    def InstantCamera(self, device: object, /) -> InstantCamera: ...


def load_pylon() -> Pylon:
    """Import the library.

    Raises:
        CameraError: it is not installed.
    """
    try:
        with warnings.catch_warnings():
            # SWIG's types have no module, and Python says so; as an error it would end in a crash.
            warnings.simplefilter("ignore", DeprecationWarning)
            from pypylon import pylon
    except ImportError as error:
        raise CameraError(
            f"rig.camera.kind: basler needs the package pypylon ({one_line(error)}): {_INSTALL}"
        ) from error
    return cast(Pylon, pylon)


def listed() -> list[NamedCamera]:
    """Return the cameras that pylon sees, taken ones too.

    Raises:
        CameraError: pylon is not installed, or cannot look.
    """
    return [
        NamedCamera(
            vendor=info.GetVendorName(),
            model=info.GetModelName(),
            serial=info.GetSerialNumber(),
            place=place,
        )
        for place, info in enumerate(_factory().EnumerateDevices())
    ]


def create(named: NamedCamera) -> InstantCamera:
    """Open a camera that was listed a moment ago."""
    factory = _factory()
    info = factory.EnumerateDevices()[named.place]
    camera = load_pylon().InstantCamera(factory.CreateDevice(info))
    camera.Open()
    return camera


def _factory() -> _Factory:
    load_pylon()
    from pypylon import pylon

    return cast(_Factory, pylon.TlFactory.GetInstance())


class PylonNode:
    """A feature; implements `hardware.cameras.features.Node`."""

    def __init__(self, parameter: _Parameter) -> None:
        self._parameter = parameter

    def access(self) -> int:
        """Return GenApi's EAccessMode."""
        return int(self._parameter.GetAccessMode())

    def text(self) -> str:
        """Return the value."""
        from pypylon import pylon

        text = self._parameter.ToString()
        if isinstance(self._parameter, pylon.BooleanParameter):
            return "true" if text.lower() in {"1", "true"} else "false"
        return text

    def set_text(self, value: str, /) -> None:
        """Set the value."""
        self._parameter.FromString(value)

    def choices(self) -> tuple[str, ...]:
        """Return the words of an enumeration."""
        return tuple(str(word) for word in getattr(self._parameter, "Symbolics", ()))

    def limits(self) -> tuple[float, float] | None:
        """Return the limits of a number."""
        lower = getattr(self._parameter, "Min", None)
        upper = getattr(self._parameter, "Max", None)
        return None if lower is None or upper is None else (float(lower), float(upper))


class PylonNodes:
    """All features; implements `hardware.cameras.features.NodeMap`."""

    def __init__(self, camera: InstantCamera) -> None:
        self._map = camera.GetNodeMap()
        self._names: tuple[str, ...] = ()

    def names(self) -> Sequence[str]:
        """Return the names of all nodes."""
        self._names = self._names or tuple(
            parameter.GetNode().GetName() for parameter in self._map.GetNodes()
        )
        return self._names

    def node(self, name: str, /) -> Node | None:
        """Return a node."""
        return PylonNode(self._map.GetNode(name)) if self._map.Contains(name) else None
