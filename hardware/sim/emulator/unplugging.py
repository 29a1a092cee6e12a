"""A port that is pulled out and plugged in again, as a scenario's `unplugged` faults say.

The controller behind it goes on as it was told. A pseudo terminal comes back under another name,
as a USB adapter may; so the name is announced each time, and taken back while there is none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hardware.clock import Clock
from hardware.sim.emulator.port import EmulatedPort

_LOOKS_EVERY_S = 0.02


class PluggablePort:
    """Fulfils `hardware.sim.emulator.port.EmulatedPort`; the times are host seconds."""

    def __init__(
        self,
        open_port: Callable[[], EmulatedPort],
        port_file: Path,
        unplugged: Sequence[tuple[float, float]],
        clock: Clock,
    ) -> None:
        self._open, self._file, self._unplugged, self._clock = (
            open_port,
            port_file,
            unplugged,
            clock,
        )
        self._port: EmulatedPort | None = None
        self._look()

    @property
    def name(self) -> str:
        """What a client opens; empty while it is pulled out."""
        return "" if self._port is None else self._port.name

    @property
    def client_baud(self) -> int | None:
        """How fast the client believes the line to be."""
        return None if self._port is None else self._port.client_baud

    def wait(self, timeout_s: float) -> None:
        """Wait until bytes may have come, `timeout_s` at most."""
        self._look()
        slice_s = min(timeout_s, _LOOKS_EVERY_S) if self._unplugged else timeout_s
        if self._port is None:
            time.sleep(slice_s)
        else:
            self._port.wait(slice_s)

    def read(self) -> bytes:
        """Return what has come."""
        return b"" if self._port is None else self._port.read()

    def write(self, data: bytes) -> None:
        """Send, if there is a line."""
        if self._port is not None:
            self._port.write(data)

    def close(self) -> None:
        """Hang up."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def _look(self) -> None:
        now_s = self._clock.now_s()
        is_out = any(from_s <= now_s < to_s for from_s, to_s in self._unplugged)
        if is_out and self._port is not None:
            self._file.unlink(missing_ok=True)
            self.close()
        elif not is_out and self._port is None:
            self._port = self._open()
            _announce(self._port.name, self._file)


def _announce(name: str, port_file: Path) -> None:
    """Write the file in one step, so that nobody reads half a name."""
    draft = port_file.with_suffix(".draft")
    draft.write_text(name, encoding="utf-8")
    draft.replace(port_file)
