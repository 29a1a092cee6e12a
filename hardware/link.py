"""A serial port: bytes out, whatever has come in, and one clear error when it is gone.

Nothing here waits for a reply, so that whoever owns the port can do something else meanwhile.
`socket://host:port` opens a controller behind a terminal server, or an emulator on TCP.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import sys
import threading
import time
from typing import Protocol

import serial

from hardware.discovery import absent_port
from hardware.errors import LinkLostError
from hardware.platform import claim_terminal

_CHUNK_BYTES = 4096
_ABSENT = (errno.ENOENT, errno.ENODEV, errno.ENXIO)
_TAKEN = (errno.EBUSY, errno.EAGAIN)


class Link(Protocol):
    """What a driver needs of a port."""

    @property
    def fileno(self) -> int | None:
        """A descriptor that `select` can wait on; None where there is none."""
        ...

    def write(self, data: bytes) -> None:
        """Hand all bytes to the port, from any thread.

        Raises:
            LinkLostError: the port is gone, or takes nothing any more.
        """
        ...

    def read_available(self) -> bytes:
        """Return what has come since the last call; never waits.

        Raises:
            LinkLostError: the port is gone.
        """
        ...

    def wait(self, timeout_s: float) -> None:
        """Wait until something may have come, `timeout_s` at most."""
        ...

    def close(self) -> None:
        """Let the port go. Safe to call twice."""
        ...


class SerialLink:
    """A port that is ours alone while it is open."""

    def __init__(
        self, port: str, baud: int, *, stop_bits: int = 1, write_timeout_s: float = 0.2
    ) -> None:
        """Open it, 8 bits without parity, and throw away what it holds from before.

        Raises:
            LinkLostError: it is absent, held by another program, or not ours to open.
        """
        self._name = port
        self._write_timeout_s = write_timeout_s
        self._write_lock = threading.Lock()
        try:
            self._port = serial.serial_for_url(
                port,
                baudrate=baud,
                stopbits=stop_bits,
                timeout=0,
                write_timeout=write_timeout_s,
                exclusive=None if sys.platform == "win32" else True,
            )
        except (OSError, ValueError) as error:
            raise LinkLostError(_why_not_opened(port, error)) from error
        self._descriptor = self._find_descriptor()
        if port.startswith("socket://"):
            _send_at_once(int(self._port.fileno()))
        elif self._descriptor is not None:
            self._claim(self._descriptor)

    @property
    def fileno(self) -> int | None:
        """A descriptor that `select` can wait on; None on Windows."""
        return self._descriptor

    def write(self, data: bytes) -> None:
        """Hand all bytes to the port, from any thread; each call's bytes stay together.

        Raises:
            LinkLostError: the port is gone, or takes nothing any more.
        """
        with self._write_lock:
            try:
                self._write_all(data)
            except serial.SerialTimeoutException as error:
                raise LinkLostError(
                    f"{self._name}: takes no more bytes; is the controller switched on?"
                ) from error
            except OSError as error:
                raise self._lost(error) from error

    def _write_all(self, data: bytes) -> None:
        """Write past pyserial where that is possible.

        It would ask the terminal after each write whether it takes more, and on Linux that
        question waits for a kernel thread: 10 ms and more on a busy computer.
        """
        descriptor = self._descriptor
        if descriptor is None:
            self._port.write(data)
            return
        until_s = time.perf_counter() + self._write_timeout_s
        while data:
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(descriptor, data) :]
            left_s = until_s - time.perf_counter()
            if data and (left_s <= 0.0 or not select.select([], [descriptor], [], left_s)[1]):
                raise serial.SerialTimeoutException("Write timeout")

    def read_available(self) -> bytes:
        """Return what has come since the last call; never waits.

        Raises:
            LinkLostError: the port is gone.
        """
        try:
            return self._read_available()
        except (OSError, TypeError) as error:  # TypeError: pyserial's, when closed meanwhile
            raise self._lost(error) from error

    def _read_available(self) -> bytes:
        """Read past pyserial where that is possible: it would ask the terminal first, as above."""
        descriptor = self._descriptor
        if descriptor is None:
            return bytes(self._port.read(_CHUNK_BYTES))
        try:
            data = os.read(descriptor, _CHUNK_BYTES)
        except BlockingIOError:
            return b""
        if not data and select.select([descriptor], [], [], 0.0)[0]:
            data = os.read(descriptor, _CHUNK_BYTES)  # it may have come just now
            if not data:
                raise OSError("it reads as hung up")
        return data

    def wait(self, timeout_s: float) -> None:
        """Wait until something may have come, `timeout_s` at most."""
        if self._descriptor is None:
            time.sleep(min(timeout_s, 0.001))
        else:
            select.select([self._descriptor], [], [], timeout_s)

    def close(self) -> None:
        """Let the port go. Safe to call twice."""
        self._descriptor = None
        self._port.close()

    def _find_descriptor(self) -> int | None:
        return None if sys.platform == "win32" else int(self._port.fileno())

    def _claim(self, descriptor: int) -> None:
        try:
            claim_terminal(descriptor)
        except OSError as error:
            self._port.close()
            raise LinkLostError(_why_not_opened(self._name, error)) from error

    def _lost(self, error: Exception) -> LinkLostError:
        return LinkLostError(
            f"{self._name}: the port is gone ({error}); check cable and power, then start again"
        )


def _send_at_once(descriptor: int) -> None:
    """Let a short write go out though the one before is not acknowledged (up to 40 ms later)."""
    with socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _why_not_opened(port: str, error: Exception) -> str:
    """Return one line: which port, what is wrong with it, what to do."""
    number = getattr(error, "errno", None)
    text = " ".join(str(error).split())
    if number in _ABSENT or "FileNotFoundError" in text:
        return absent_port(port) or f"{port}: the port is gone; check cable and power"
    if number in _TAKEN or "PermissionError" in text:
        return (
            f"{port}: another program holds it (a second session, Micro-Manager, a terminal "
            "program, ModemManager?); close that one first"
        )
    if number == errno.EACCES:
        return (
            f"{port}: this user may not open it; join the group that owns it "
            "(`sudo usermod -aG dialout $USER`), then log in again"
        )
    if "Could not configure port" in text:
        return f"{port}: this is no serial port; `wormlock devices` lists those that there are"
    if port.startswith("socket://"):
        return f"{port}: nobody answers at that address; is the other side on, the number right?"
    return f"{port}: cannot be opened: {text}"
