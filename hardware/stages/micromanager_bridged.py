"""The MMCore of a Micro-Manager that runs already, for a stage: each call by pycromanager's bridge.

The bridge's objects live on one thread, and a Micro-Manager that has died must not take us along:
every call has a deadline, and what goes wrong is a `RuntimeError`, as with an MMCore of our own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Protocol, TypeVar, cast

from hardware.cameras import micromanager_bridge as bridge
from hardware.cameras.calls import DeadlineCaller
from hardware.cameras.micromanager_core import Core
from hardware.cameras.micromanager_device import texts
from hardware.errors import CameraError

_DEADLINE_S = 1.0
_OPENS_WITHIN_S = 5.0  # pycromanager's own import takes a second or three

_AnswerT = TypeVar("_AnswerT")


class _Point(Protocol):
    x: float
    y: float


class _JavaCore(Protocol):
    """What Micro-Manager's Java core calls otherwise than MMCore."""

    def get_xy_stage_device(self) -> str: ...
    def get_xy_stage_position(self, label: str, /) -> _Point: ...


class BridgedCore:
    """Fulfils `hardware.cameras.micromanager_core.XyCore`."""

    def __init__(self, host: str, port: int) -> None:
        """Reach it.

        Raises:
            CameraError: no Micro-Manager listens there, or it does not answer.
        """
        name = f"Micro-Manager at {host}:{port}"

        def abandon() -> None:
            bridge.abandon(port)

        def open_core() -> Core:
            return bridge.open_java_core(host, port, section="rig.stage")

        self._call = DeadlineCaller(
            deadline_s=_DEADLINE_S, opens_within_s=_OPENS_WITHIN_S, name=name, when_lost=abandon
        )
        self._core = self._call(open_core)
        self._java = cast(_JavaCore, self._core)

    def let_go(self) -> None:
        """Say farewell, if anybody listens."""
        with contextlib.suppress(CameraError):
            self._call(lambda: bridge.close_java_core(self._core))

    def get_xy_stage_device(self) -> str:
        """Return the label of Micro-Manager's own XY stage; empty: it has none."""
        return self._ask(lambda: str(self._java.get_xy_stage_device()))

    def get_loaded_devices(self) -> tuple[str, ...]:
        """Return the labels of all that is loaded."""
        return self._ask(lambda: texts(self._core.get_loaded_devices()))

    def get_device_property_names(self, label: str) -> object:
        """Return what can be set or read by name."""
        return self._ask(lambda: texts(self._core.get_device_property_names(label)))

    def is_property_pre_init(self, label: str, name: str) -> bool:
        """Say whether a property takes effect only before the device is initialized."""
        return self._ask(lambda: bool(self._core.is_property_pre_init(label, name)))

    def set_property(self, label: str, name: str, value: str) -> None:
        """Set a property."""
        self._ask(lambda: self._core.set_property(label, name, value))

    def stop(self, label: str) -> None:
        """Stop a stage."""
        self._ask(lambda: self._core.stop(label))

    def get_xy_position(self, label: str) -> object:
        """Return x and y, in micrometres."""

        def ask() -> tuple[float, float]:  # all of it in one call: the bridge's objects end there
            point = self._java.get_xy_stage_position(label)
            return float(point.x), float(point.y)

        return self._ask(ask)

    def set_xy_position(self, label: str, x_um: float, y_um: float) -> None:
        """Go to a place."""
        self._ask(lambda: self._core.set_xy_position(label, x_um, y_um))

    def set_serial_port_command(self, port: str, command: str, end: str) -> None:
        """Write a line past the adapter."""
        self._ask(lambda: self._core.set_serial_port_command(port, command, end))

    def get_serial_port_answer(self, port: str, end: str) -> str:
        """Return the answer to one."""
        return self._ask(lambda: str(self._core.get_serial_port_answer(port, end)))

    def _ask(self, call: Callable[[], _AnswerT]) -> _AnswerT:
        try:
            return self._call(call)
        except CameraError as error:
            raise RuntimeError(str(error)) from error
