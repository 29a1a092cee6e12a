"""How control wakes the stage process: an empty datagram on the loopback.

The command itself lies in the posts ring; a datagram that is lost, doubled or forged costs
nothing but a look into that ring.
"""

from __future__ import annotations

import socket
import time
from pathlib import Path

from hardware.errors import RingError

_HOST = "127.0.0.1"


class WakePort:
    """The end that is woken. Its port number is written to a file for the other."""

    def __init__(self, wake_file: Path) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((_HOST, 0))
        self._socket.setblocking(False)
        unfinished = wake_file.with_suffix(".unfinished")
        unfinished.write_text(str(self._socket.getsockname()[1]), encoding="ascii")
        unfinished.replace(wake_file)

    @property
    def descriptor(self) -> int:
        """What `select` waits on."""
        return self._socket.fileno()

    def drain(self) -> None:
        """Forget all calls that have come."""
        try:
            while True:
                self._socket.recv(16)
        except OSError:  # nothing more, or Windows telling that a sender is gone
            return

    def close(self) -> None:
        """Let the port go."""
        self._socket.close()


class WakeCall:
    """The end that wakes."""

    def __init__(self, wake_file: Path, *, within_s: float) -> None:
        """Find the port.

        Raises:
            RingError: nobody waits there within `within_s`.
        """
        until_s = time.perf_counter() + within_s
        while not wake_file.is_file():
            if time.perf_counter() > until_s:
                raise RingError(f"{wake_file} is missing: the stage process did not start")
            time.sleep(0.01)
        self._address = (_HOST, int(wake_file.read_text(encoding="ascii")))
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def ring(self) -> None:
        """Wake; never waits, and does not mind if nobody sleeps there any more."""
        try:
            self._socket.sendto(b"", self._address)
        except OSError:
            return

    def close(self) -> None:
        """Let the socket go."""
        self._socket.close()
