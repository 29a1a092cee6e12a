"""The ports that an emulated controller can be reached at: a pseudo terminal, or TCP.

Neither waits when written to: what nobody takes is lost, as at a real serial port.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
from typing import Protocol

_CHUNK_BYTES = 4096


class EmulatedPort(Protocol):
    """The controller's end of a line."""

    @property
    def name(self) -> str:
        """What a client opens: a device, or a `socket://` address."""
        ...

    @property
    def client_baud(self) -> int | None:
        """How fast the client believes the line to be; None where there is no such thing."""
        ...

    def wait(self, timeout_s: float) -> None:
        """Wait until bytes may have come, `timeout_s` at most."""
        ...

    def read(self) -> bytes:
        """Return what has come; never waits."""
        ...

    def write(self, data: bytes) -> None:
        """Send, if somebody takes it."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


class TcpPort:
    """One client at a time on the loopback address."""

    def __init__(self, port: int = 0) -> None:
        """Listen on a port; 0 takes any that is free.

        Raises:
            OSError: it is taken.
        """
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.setblocking(False)
        self._client: socket.socket | None = None

    @property
    def name(self) -> str:
        """The address as pyserial's `serial_for_url` takes it."""
        host, port = self._listener.getsockname()
        return f"socket://{host}:{port}"

    @property
    def client_baud(self) -> None:
        """None: TCP has no baud."""
        return

    def wait(self, timeout_s: float) -> None:
        """Wait until bytes or a client may have come, `timeout_s` at most."""
        sources = [self._listener] if self._client is None else [self._listener, self._client]
        select.select(sources, [], [], timeout_s)

    def read(self) -> bytes:
        """Return what has come; a second client is turned away."""
        with contextlib.suppress(BlockingIOError):
            client, _ = self._listener.accept()
            if self._client is not None:
                client.close()
            else:
                client.setblocking(False)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._client = client
        if self._client is None:
            return b""
        try:
            data = self._client.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._client.close()
            self._client = None
        return data

    def write(self, data: bytes) -> None:
        """Send, if there is a client that takes it."""
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.send(data)

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()
        self._listener.close()


if sys.platform != "win32":
    import pty
    import termios
    import tty

    _BAUDS = {
        getattr(termios, f"B{baud}"): baud
        for baud in (9600, 19_200, 38_400, 57_600, 115_200, 230_400)
    }

    class PseudoTerminal:
        """A serial device that is really this process.

        The client's end is held open here too: a terminal that nobody has open reads as hung
        up, over and over, and would have to be polled. That is why a client may not mark it
        exclusive (`hardware.platform.claim_terminal`); the advisory lock works all the same.
        """

        def __init__(self) -> None:
            self._master, self._slave = pty.openpty()
            tty.setraw(self._slave)
            os.set_blocking(self._master, False)

        @property
        def name(self) -> str:
            """The device that a client opens."""
            return os.ttyname(self._slave)

        @property
        def client_baud(self) -> int | None:
            """What the client has set the terminal to; None for a speed that is not usual."""
            return _BAUDS.get(termios.tcgetattr(self._slave)[5])

        def wait(self, timeout_s: float) -> None:
            """Wait until bytes may have come, `timeout_s` at most."""
            select.select([self._master], [], [], timeout_s)

        def read(self) -> bytes:
            """Return what has come; never waits."""
            try:
                return os.read(self._master, _CHUNK_BYTES)
            except BlockingIOError:
                return b""

        def write(self, data: bytes) -> None:
            """Send; what does not fit into the terminal's 4 kB is lost."""
            with contextlib.suppress(BlockingIOError):
                os.write(self._master, data)

        def close(self) -> None:
            """Hang up: whoever has the device open loses it."""
            os.close(self._slave)
            os.close(self._master)


def open_port(*, over_tcp: bool = False, tcp_port: int = 0) -> EmulatedPort:
    """Open a pseudo terminal where there are any, else (or if asked) a TCP port."""
    if sys.platform == "win32" or over_tcp:
        return TcpPort(tcp_port)
    return PseudoTerminal()
