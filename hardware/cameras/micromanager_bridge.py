"""pycromanager's bridge to a Micro-Manager that runs already; the one module that knows its wire.

The bridge waits for ever: for an answer, for the farewell of an object that is let go, for its
thread at Python's end. A Micro-Manager that has died must not take us along, and the library
offers no door for that: so this module reaches for its private parts, and is the only one to.
"""

# ruff: noqa: SLF001
# pyright: reportPrivateUsage=false
from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Protocol, cast

from hardware.cameras.micromanager_core import Core
from hardware.errors import CameraError

_GREETING = b"\xff"  # the first byte that a ZeroMQ server says, unasked (ZMTP 3.1, 3.2 Greeting)


class _Shadow(Protocol):
    """An object of Java's, as the bridge holds it."""

    _closed: bool

    def _close(self) -> None: ...


class _Event(Protocol):
    def set(self) -> None: ...


class _Bridge(Protocol):
    _closed: bool
    _java_objects: Iterable[_Shadow]
    _shutdown_event: _Event


def open_java_core(host: str, port: int, *, section: str = "rig.camera") -> Core:
    """Reach the MMCore of a running Micro-Manager.

    Call it on the thread that will make the calls, with a deadline. `section` is whose port it is.

    Raises:
        CameraError: no Micro-Manager listens there.
    """
    _be_sure_it_listens(host, port, section)
    from pyjavaz import JavaObject
    from pyjavaz.bridge import Bridge

    # JavaObject always asks for this computer; but it finds a bridge that was made before for
    # the same port, with the host that we gave.
    bridge = Bridge.create_or_get_existing_bridge(port=port, ip_address=host, timeout=2000)
    core = JavaObject("mmcorej.CMMCore", port=port)
    del bridge  # the core holds it
    return cast(Core, core)


def close_java_core(core: Core) -> None:
    """Say farewell to a core, while Micro-Manager still listens."""
    cast(_Shadow, core)._close()


def abandon(port: int) -> None:
    """Wait no more for a Micro-Manager that does not answer; its bridge is useless from here."""
    from pyjavaz.bridge import Bridge

    remembered = Bridge._cached_bridges_by_port.pop(port, None)
    bridge = None if remembered is None else cast(_Bridge | None, remembered())
    if bridge is None:
        return
    for shadow in list(bridge._java_objects):
        shadow._closed = True  # no farewell
    bridge._shutdown_event.set()
    bridge._closed = True  # a call that waits ends within a second


def _be_sure_it_listens(host: str, port: int, section: str) -> None:
    """Knock first: the bridge's own failure is a stack trace on a thread, and a wait."""
    what_to_do = "start it, and tick 'Run server on port' in its Tools > Options"
    try:
        with socket.create_connection((host, port), timeout=1.0) as knock:
            greeting = knock.recv(1)
    except TimeoutError:
        greeting = b""
    except OSError as error:
        raise CameraError(
            f"{section}.port: no Micro-Manager answers at {host}:{port} ({error}); {what_to_do}"
        ) from None
    if greeting != _GREETING:
        raise CameraError(
            f"{section}.port: what listens at {host}:{port} is no Micro-Manager, or is stuck; "
            f"{what_to_do}"
        )
