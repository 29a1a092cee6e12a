"""What a scenario's faults do to a serial line, byte by byte.

`serial_silence`: what is said in either direction is lost. `stall`: the controller hears
nothing until the stall is over, then works through what its buffer could hold.
`garbled_replies`: some bytes of replies are changed, lost or doubled. `truncated_replies`: every
second one ends early. `noisy_replies`: bytes that mean nothing come before each. `late_replies`:
each comes 0.12 s late, when nobody waits for it any more. `unplugged` is the port's own affair
(`hardware.sim.emulator.unplugging`). Times are host seconds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from hardware.sim.scenario import Fault

_BUFFER_BYTES = 256  # what a stalled controller's port holds; the rest is lost
_GARBLED_FRACTION = 0.15
_TRUNCATED_FRACTION = 0.5
_LATE_S = 0.12
_NOISE = (0x00, 0x80, 0xF8, 0xFE, 0xFF)  # what a floating line and a wrong baud look like


class SerialFaults:
    """The faults of a scenario, shifted to host time."""

    def __init__(self, faults: Sequence[Fault], *, epoch_s: float, seed: int = 1) -> None:
        self._windows = [
            (fault.kind, epoch_s + fault.from_s, epoch_s + fault.to_s) for fault in faults
        ]
        self._random = random.Random(seed)
        self._held_until_s = 0.0
        self._held_bytes = 0

    def windows(self, kind: str) -> list[tuple[float, float]]:
        """Return from when to when there are faults of a kind."""
        return [(from_s, to_s) for what, from_s, to_s in self._windows if what == kind]

    def heard(self, data: bytes, *, first_s: float, byte_s: float) -> Iterator[tuple[bytes, float]]:
        """Yield what the controller gets of a stretch of bytes, and when it looks at it.

        The first byte is through the wire at `first_s`, each further one `byte_s` later.
        """
        for place in range(len(data)):
            arrives_s = first_s + place * byte_s
            if self._until_s("serial_silence", arrives_s) is not None:
                continue
            stalled_until_s = self._until_s("stall", arrives_s)
            if stalled_until_s is None:
                yield data[place : place + 1], arrives_s
            elif self._has_room(stalled_until_s):
                yield data[place : place + 1], stalled_until_s

    def said(self, reply: bytes, t_s: float) -> bytes:
        """Return what is left of a reply that the controller sends at `t_s`."""
        if self._until_s("serial_silence", t_s) is not None:
            return b""
        if self._until_s("truncated_replies", t_s) is not None:
            is_cut = self._random.random() < _TRUNCATED_FRACTION
            return reply[: self._random.randrange(len(reply))] if is_cut else reply
        if self._until_s("noisy_replies", t_s) is not None:
            return bytes(self._random.choices(_NOISE, k=self._random.randint(1, 4))) + reply
        if self._until_s("garbled_replies", t_s) is not None:
            return b"".join(self._garble(reply[place : place + 1]) for place in range(len(reply)))
        return reply

    def late_s(self, t_s: float) -> float:
        """Return how much later than it could a reply comes that is due at `t_s`."""
        return 0.0 if self._until_s("late_replies", t_s) is None else _LATE_S

    def _garble(self, byte: bytes) -> bytes:
        if self._random.random() >= _GARBLED_FRACTION:
            return byte
        other = bytes([self._random.randrange(256)])
        return self._random.choice((other, b"", byte + other))

    def _has_room(self, stalled_until_s: float) -> bool:
        if stalled_until_s != self._held_until_s:
            self._held_until_s, self._held_bytes = stalled_until_s, 0
        self._held_bytes += 1
        return self._held_bytes <= _BUFFER_BYTES

    def _until_s(self, kind: str, t_s: float) -> float | None:
        ends_s = [to_s for what, from_s, to_s in self._windows if what == kind and t_s >= from_s]
        return max((to_s for to_s in ends_s if t_s < to_s), default=None)
