"""An emulated edge counter: what the sketch on an Arduino does, for edges of a simulated rig."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

from hardware.clock import Clock
from hardware.line_devices.counter_bytes import VERSION, CounterRecord, encode_record
from hardware.sim.emulator.port import EmulatedPort

_TURN_S = 0.002
# Edges from one time to another: when, and of which input.
Schedule: TypeAlias = Callable[[float, float], Sequence[tuple[float, int]]]


class EmulatedCounter:
    """Hears bytes, and says them; its clock drifts and begins anew as a real one does."""

    def __init__(
        self, inputs: int, schedule: Schedule, *, since_s: float, drift: float, clock_us: int
    ) -> None:
        """Switch it on at `since_s` of the host, its clock showing `clock_us`, fast by `drift`."""
        self._inputs, self._schedule = inputs, schedule
        self._since_s, self._drift, self._first_us = since_s, drift, clock_us
        self._told_s = since_s
        self._counts: list[int] | None = None  # None: it does not count
        self._awaits_token = False
        self._said: deque[bytes] = deque()
        self.is_high = False

    def clock_us(self, t_s: float) -> int:
        """Return what its clock shows at a time of the host, in 32 bits."""
        since_us = 1e6 * (1.0 + self._drift) * (t_s - self._since_s)
        return (self._first_us + round(since_us)) % 2**32

    def hear(self, data: bytes, t_s: float) -> None:
        """Obey what has come at a time of the host."""
        self._note_edges(t_s)
        for byte in data:
            if self._awaits_token:
                self._awaits_token = False
                self._say("T", byte, t_s)
            elif byte == ord("T"):
                self._awaits_token = True
            elif byte == ord("I"):
                self._say("I", self._inputs, t_s, version=VERSION)
            elif byte == ord("G"):
                self._counts = [0] * self._inputs
            elif byte == ord("H"):
                self._counts = None
            elif byte in b"01":
                self.is_high = byte == ord("1")
                self._say("M", int(self.is_high), t_s)

    def take(self, t_s: float) -> bytes:
        """Return what it has to say by now."""
        self._note_edges(t_s)
        said = b"".join(self._said)
        self._said.clear()
        return said

    def _note_edges(self, t_s: float) -> None:
        if t_s <= self._told_s:
            return
        for at_s, place in self._schedule(self._told_s, t_s):
            if self._counts is not None:
                self._say("E", place, at_s, count=self._counts[place])
                self._counts[place] += 1
        self._told_s = t_s

    def _say(self, kind: str, place: int, t_s: float, *, count: int = 0, version: int = 0) -> None:
        assert kind in ("I", "T", "E", "M")
        clock_us = self.clock_us(t_s)
        record = CounterRecord(
            kind=kind, place=place, clock_us=clock_us, count=count, version=version
        )
        self._said.append(encode_record(record))


class CounterOnAPort:
    """The counter at its end of a line, served by a thread until it is closed."""

    def __init__(self, counter: EmulatedCounter, port: EmulatedPort, clock: Clock) -> None:
        self._counter, self._port, self._clock = counter, port, clock
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True, name="edge counter")
        self._thread.start()

    def close(self) -> None:
        """Hang up. Safe to call twice."""
        self._is_over.set()
        self._thread.join(1.0)
        self._port.close()

    def _serve(self) -> None:
        while not self._is_over.is_set():
            self._port.wait(_TURN_S)
            if data := self._port.read():
                self._counter.hear(data, self._clock.now_s())
            if said := self._counter.take(self._clock.now_s()):
                self._port.write(said)
