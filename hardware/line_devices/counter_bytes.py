r"""The language of the edge counter on an Arduino, as pure functions of bytes.

We say one byte, or two:

    I        who are you?                    answered by a record of kind I
    T n      what time is it? n is any byte  answered by a record of kind T with n in it
    G        begin: all counts from 0        edges are told from now on
    H        halt: no more edges are told
    1 and 0  output up, output down          answered by a record of kind M

It says records of 13 bytes, little-endian:

    0        0xA5
    1        kind: I, T, E (an edge), M (the output has changed)
    2        E: which input, from 0. I: how many inputs. M: 1 up, 0 down. T: the byte n
    3        I: the language's version, 1; else 0
    4 to 7   E: the number of this edge on its input since G, from 0; else 0
    8 to 11  its clock in microseconds, which begins anew every 71.6 minutes
    12       bytes 1 to 11, exclusive or
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Literal, TypeAlias, cast

Kind: TypeAlias = Literal["I", "T", "E", "M"]

WHO, GO, HALT, UP, DOWN = b"I", b"G", b"H", b"1", b"0"
VERSION = 1
RECORD_BYTES = 13
_START = 0xA5
_KINDS = b"ITEM"
_LAYOUT = struct.Struct("<BBBBII")


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRecord:
    """One record: `place` is byte 2, `clock_us` the low 32 bits of its clock."""

    kind: Kind
    place: int
    clock_us: int
    count: int = 0
    version: int = 0


def ask_time(token: int) -> bytes:
    r"""Ask for its time; the token comes back.

    >>> ask_time(7)
    b'T\x07'
    """
    return b"T" + bytes([token])


def encode_record(record: CounterRecord) -> bytes:
    r"""Spell a record, as the counter does.

    >>> encode_record(CounterRecord(kind="E", place=1, count=2, clock_us=258))
    b'\xa5E\x01\x00\x02\x00\x00\x00\x02\x01\x00\x00E'
    """
    body = _LAYOUT.pack(
        _START, ord(record.kind), record.place, record.version, record.count, record.clock_us
    )
    return body + bytes([reduce(xor, body[1:])])


class RecordReader:
    """Finds records in bytes as they come; what is none is counted and stepped over."""

    def __init__(self) -> None:
        self.unreadable_bytes = 0
        self._held = b""

    def feed(self, data: bytes) -> list[CounterRecord]:
        """Return the records that are whole by now."""
        held, records, place = self._held + data, list[CounterRecord](), 0
        while len(held) - place >= RECORD_BYTES:
            record = _decode(held[place : place + RECORD_BYTES])
            if record is None:
                self.unreadable_bytes += 1
                place += 1
            else:
                records.append(record)
                place += RECORD_BYTES
        self._held = held[place:]
        return records


def _decode(spelling: bytes) -> CounterRecord | None:
    start, kind, place, version, count, clock_us = _LAYOUT.unpack(spelling[:-1])
    if start != _START or kind not in _KINDS or reduce(xor, spelling[1:]):
        return None
    return CounterRecord(
        kind=cast("Kind", chr(kind)), place=place, version=version, count=count, clock_us=clock_us
    )


class LongClock:
    """Makes seconds that only grow from a clock of 32 bits of microseconds."""

    def __init__(self) -> None:
        self._last_us: int | None = None
        self._total_us = 0

    def seconds(self, clock_us: int) -> float:
        """Return the time; a stamp from just before the last one is told as such.

        >>> clock = LongClock()
        >>> clock.seconds(2**32 - 500_000), clock.seconds(500_000)
        (4294.467296, 4295.467296)
        """
        if self._last_us is None:
            self._total_us = clock_us
        else:
            step_us = (clock_us - self._last_us) % 2**32
            self._total_us += step_us - 2**32 if step_us >= 2**31 else step_us
        self._last_us = clock_us
        return 1e-6 * self._total_us
