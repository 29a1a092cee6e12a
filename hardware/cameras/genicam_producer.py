"""GenTL producers by harvesters, given types. The one module that imports it.

It is imported inside functions: it is an optional extra. A producer is its vendor's library, a
.cti file, and may do as it likes; what is listed is listed in a process that can be ended.
"""

# ruff: noqa: D102 - the protocols' methods are harvesters' and GenApi's, and documented there
from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Protocol, cast

from hardware.cameras.calls import one_line
from hardware.cameras.features import Node
from hardware.cameras.found import NamedCamera
from hardware.cameras.pixels import Pixels
from hardware.errors import CameraError

_INSTALL = "pip install 'wormlock[genicam]'"


class _DeviceInfo(Protocol):
    @property
    def property_dict(self) -> dict[str, object]: ...


class _Component(Protocol):
    width: int
    height: int
    data_format: str
    data: Pixels


class _Payload(Protocol):
    components: Sequence[_Component]


class _RawBuffer(Protocol):
    frame_id: int
    timestamp: int
    timestamp_ns: int


class Buffer(Protocol):
    """A filled buffer, to be given back by `queue`."""

    payload: _Payload
    module: _RawBuffer

    def queue(self) -> None: ...


class _RemoteDevice(Protocol):
    node_map: _Map


class Acquirer(Protocol):
    """One opened camera."""

    remote_device: _RemoteDevice
    num_buffers: int
    timeout_period_on_update_event_data_call: int
    timestamp_frequency: int

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def destroy(self) -> None: ...
    def is_acquiring(self) -> bool: ...
    def try_fetch(self, *, timeout: float) -> Buffer | None: ...


class Producer(Protocol):
    """harvesters' Harvester, over one .cti file."""

    device_info_list: Sequence[_DeviceInfo]

    def add_file(
        self, file_path: str, /, *, check_existence: bool, check_validity: bool
    ) -> None: ...
    def update(self) -> None: ...
    def create(self, place: int, /) -> Acquirer: ...
    def reset(self) -> None: ...


class _GenApiNode(Protocol):
    @property
    def node(self) -> _Named: ...
    def get_access_mode(self) -> int: ...
    def to_string(self) -> str: ...
    def from_string(self, text: str, /) -> None: ...


class _Named(Protocol):
    name: str


class _Map(Protocol):
    nodes: Sequence[_GenApiNode]

    def has_node(self, name: str, /) -> bool: ...
    def get_node(self, name: str, /) -> _GenApiNode: ...


@contextlib.contextmanager
def load_producer(cti_path: Path) -> Generator[Producer]:
    """Load a producer and list its cameras; it is unloaded if what follows fails.

    Raises:
        CameraError: harvesters is not installed, or the file is no producer.
    """
    producer = _load(cti_path)
    try:
        yield producer
    except BaseException:
        producer.reset()
        raise


def _load(cti_path: Path) -> Producer:
    try:
        with warnings.catch_warnings():  # it shows all of a program's own, from then on
            from harvesters.core import Harvester
    except ImportError as error:
        raise CameraError(
            f"rig.camera.kind: genicam needs the package harvesters ({one_line(error)}): {_INSTALL}"
        ) from error
    if not cti_path.is_file():
        raise CameraError(
            f"rig.camera.cti_path: {cti_path}: no such file; it is the .cti that the vendor's "
            "software has installed"
        )
    # It prints errors with tracebacks; what matters of them is raised, too.
    logging.getLogger("harvesters.core").setLevel(logging.CRITICAL)
    producer = cast(Producer, Harvester())
    try:
        producer.add_file(str(cti_path), check_existence=True, check_validity=True)
        producer.update()
    except Exception as error:  # harvesters' own, the producer's and the system's
        producer.reset()
        raise CameraError(
            f"rig.camera.cti_path: {cti_path} is no GenTL producer that can be loaded: "
            f"{one_line(error)}"
        ) from error
    return producer


def listed(producer: Producer) -> list[NamedCamera]:
    """Return the cameras of a producer that are free."""
    named: list[NamedCamera] = []
    for place, info in enumerate(producer.device_info_list):
        says = {key: str(value or "") for key, value in info.property_dict.items()}
        named.append(
            NamedCamera(
                vendor=says.get("vendor", ""),
                model=says.get("model", ""),
                serial=says.get("serial_number", ""),
                place=place,
            )
        )
    return named


def number_of(buffer: Buffer) -> int:
    """Return a buffer's frame number; -1 where the producer has none."""
    from genicam.gentl import GenericException

    try:
        return int(buffer.module.frame_id)
    except GenericException:
        return -1


def stamp_of(buffer: Buffer) -> tuple[int, bool] | None:
    """Return a buffer's time stamp, and whether it is in nanoseconds; None: there is none."""
    from genicam.gentl import GenericException

    for stamp, is_ns in (("timestamp_ns", True), ("timestamp", False)):
        try:
            ticks = int(getattr(buffer.module, stamp))
        except GenericException:
            continue
        if ticks > 0:
            return ticks, is_ns
    return None


class HarvestersNode:
    """A feature; implements `hardware.cameras.features.Node`."""

    def __init__(self, node: _GenApiNode) -> None:
        self._node = node

    def access(self) -> int:
        """Return GenApi's EAccessMode."""
        return int(self._node.get_access_mode())

    def text(self) -> str:
        """Return the value."""
        from genicam.genapi import IBoolean

        text = self._node.to_string()
        if isinstance(self._node, IBoolean):
            return "true" if text.lower() in {"1", "true"} else "false"
        return text

    def set_text(self, value: str, /) -> None:
        """Set the value."""
        self._node.from_string(value)

    def choices(self) -> tuple[str, ...]:
        """Return the words of an enumeration."""
        return tuple(str(word) for word in getattr(self._node, "symbolics", ()))

    def limits(self) -> tuple[float, float] | None:
        """Return the limits of a number."""
        lower, upper = getattr(self._node, "min", None), getattr(self._node, "max", None)
        return None if lower is None or upper is None else (float(lower), float(upper))


class HarvestersNodes:
    """All features; implements `hardware.cameras.features.NodeMap`."""

    def __init__(self, acquirer: Acquirer) -> None:
        self._map = acquirer.remote_device.node_map
        self._names: tuple[str, ...] = ()

    def names(self) -> Sequence[str]:
        """Return the names of all nodes."""
        self._names = self._names or tuple(node.node.name for node in self._map.nodes)
        return self._names

    def node(self, name: str, /) -> Node | None:
        """Return a node."""
        return HarvestersNode(self._map.get_node(name)) if self._map.has_node(name) else None
