"""An edge counter on an Arduino, over its serial port; its language is `counter_bytes`.

Opening the port resets most boards: they are asked who they are until they answer.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import numpy as np

from hardware.clock import Clock
from hardware.errors import ConfigMismatchError, LinesError, LinkLostError
from hardware.line_devices.counter_bytes import (
    DOWN,
    GO,
    HALT,
    UP,
    VERSION,
    WHO,
    CounterRecord,
    LongClock,
    RecordReader,
    ask_time,
)
from hardware.line_devices.ping_clock import PingClock
from hardware.lines import EDGE_ROW, Readings, analog_row
from hardware.link import Link

_BOOTS_WITHIN_S = 5.0
_ASK_AGAIN_S = 0.25
_PINGS_AT_FIRST, _PING_EVERY_S = 20, 0.1
_SILENT_S = 2.0


class ArduinoCounter:
    """Fulfils `hardware.lines.Lines`."""

    def __init__(self, link: Link, inputs: Sequence[str], clock: Clock, *, name: str) -> None:
        """Count the inputs named, in the sketch's order; `name` is the port's, for messages."""
        self._link, self._inputs, self._clock, self._name = link, tuple(inputs), clock, name
        self._reader, self._long, self._host = RecordReader(), LongClock(), PingClock()
        self._asked: dict[int, float] = {}  # when, by token
        self._token = 0
        self._pinged_s = self._heard_s = clock.now_s()
        self._newest_s = float("-inf")
        self._is_open = True

    @property
    def inputs(self) -> tuple[str, ...]:
        """As config.yaml names them."""
        return self._inputs

    @property
    def analog(self) -> tuple[str, ...]:
        """None: 5 kHz are beyond its line."""
        return ()

    @property
    def has_output(self) -> bool:
        """The sketch has one."""
        return True

    @property
    def notes(self) -> tuple[str, ...]:
        """What came garbled, if anything did."""
        count = self._reader.unreadable_bytes
        return (f"{self._name}: {count} bytes were none of its records",) if count else ()

    def start(self) -> None:
        """Wait until it says who it is, compare the clocks, and let it count.

        Raises:
            LinesError: nothing answers in its language.
            ConfigMismatchError: it has another sketch, or other inputs.
            LinkLostError: the port is gone.
        """
        self._link.write(HALT)
        self._check(self._await(lambda: self._link.write(WHO), "I"))
        for _ in range(_PINGS_AT_FIRST):
            self._learn(self._await(self._ping, "T"))
        self._link.write(GO)
        self._heard_s = self._clock.now_s()

    def read(self, timeout_s: float) -> Readings:
        """Return the edges that have come; asks for its time ten times a second.

        Raises:
            LinesError: it has fallen silent.
            LinkLostError: the port is gone.
        """
        now_s = self._clock.now_s()
        if now_s - self._pinged_s >= _PING_EVERY_S:
            self._ping()
        records = self._reader.feed(self._link.read_available())
        if not records:
            self._link.wait(timeout_s)
            records = self._reader.feed(self._link.read_available())
        received_s = self._clock.now_s()
        if records:
            self._heard_s = received_s
        elif received_s - self._heard_s > _SILENT_S:
            raise LinesError(f"{self._name}: the counter has said nothing for {_SILENT_S:.0f} s")
        return self._readings(records, received_s)

    def set_output(self, *, is_high: bool) -> None:
        """Change the output; the counter answers with the time at which it did.

        Raises:
            LinkLostError: the port is gone.
        """
        self._link.write(UP if is_high else DOWN)

    def close(self) -> None:
        """Put the output down, stop counting, let the port go."""
        if self._is_open:
            self._is_open = False
            with contextlib.suppress(LinkLostError):
                self._link.write(DOWN + HALT)
            self._link.close()

    def _check(self, told: CounterRecord) -> None:
        if told.version != VERSION:
            raise ConfigMismatchError(
                f"{self._name}: its sketch speaks version {told.version} of the language, "
                f"expected {VERSION}: upload the sketch of docs/count-edges.md"
            )
        if told.place < len(self._inputs):
            raise ConfigMismatchError(
                f"{self._name}: its sketch has {told.place} inputs, and config.yaml names "
                f"{len(self._inputs)}: {', '.join(self._inputs)}"
            )

    def _await(self, ask: Callable[[], None], kind: str) -> CounterRecord:
        until_s = self._clock.now_s() + _BOOTS_WITHIN_S
        again_s = float("-inf")
        while (now_s := self._clock.now_s()) < until_s:
            if now_s >= again_s:
                ask()
                again_s = now_s + _ASK_AGAIN_S
            for record in self._reader.feed(self._link.read_available()):
                if record.kind == kind:
                    return record
            self._link.wait(0.01)
        raise LinesError(
            f"{self._name}: no edge counter answers: is the sketch of docs/count-edges.md on it, "
            "and the baud rate the sketch's?"
        )

    def _ping(self) -> None:
        self._token = (self._token + 1) % 256
        self._pinged_s = self._asked[self._token] = self._clock.now_s()
        self._link.write(ask_time(self._token))

    def _learn(self, record: CounterRecord) -> None:
        device_s = self._long.seconds(record.clock_us)
        asked_s = self._asked.pop(record.place, None)
        if asked_s is not None:
            self._host.learn(device_s, asked_s=asked_s, heard_s=self._clock.now_s())

    def _readings(self, records: Sequence[CounterRecord], received_s: float) -> Readings:
        edges: list[tuple[float, float, float, int, int]] = []
        changed_s: list[float] = []
        for record in records:
            if record.kind == "T":
                self._learn(record)
                continue
            device_s = self._long.seconds(record.clock_us)
            t_s = min(self._host.host_s(device_s), received_s)
            if record.kind == "M":
                changed_s.append(t_s)
            elif record.kind == "E" and record.place < len(self._inputs):
                # The line between the clocks is drawn anew now and then: rows never step back.
                self._newest_s = max(self._newest_s, t_s)
                edges.append((self._newest_s, received_s, device_s, record.place, record.count))
        return Readings(
            edges=np.array(edges, EDGE_ROW),
            analog=np.empty(0, analog_row(())),
            changed_s=tuple(changed_s),
        )
