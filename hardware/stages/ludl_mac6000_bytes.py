r"""The binary language of the Ludl or LEP MAC6000, as pure functions of bytes.

A frame is `23 axis command 00 index 00 length 00 <data> 0D`, data little-endian, axis 1 or 2.
Data may hold 0x23 and 0x0D, so frames are cut by length and never by terminator. Writes have
no reply. Formats as the Flavell lab's StageControl.jl uses them with its stage; they were not
checked against a second client, and no manual of them is public.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

import numpy as np

from hardware.types import Vec2

COUNT_UM = 0.05  # position: 20000 counts a millimetre
MOVE_UNIT_UM = 0.1  # relative moves: 10000 units a millimetre
VELOCITY_BYTES = 26
QUESTION_BYTES = 18
REPLY_BYTES = 26
BAUD_QUESTION = b"CAN 32 84 60 0\r"

_INT32_MAX = 2**31 - 1
_FRAME_BYTES = 13
_REPLY_SHAPE = (b"\x23", b"\x01\x02", b"\xd4", b"\x00", b"\x05", b"\x00", b"\x04", b"\x00")
_BAUD_REPLY = re.compile(rb":A\s+CAN 32 212 60 (\d+)\s*\n")


@dataclass(frozen=True, slots=True)
class Replies:
    """What a stretch of bytes holds: counts by axis (0 or 1), the start of more, and noise."""

    counts: dict[int, int]
    rest: bytes
    noise: bytes


def _write(axis: int, command: int, index: int, value: int) -> bytes:
    return struct.pack("<BBBBBBBBiB", 0x23, axis, command, 0, index, 0, 4, 0, value, 0x0D)


def _query(axis: int, command: int, index: int) -> bytes:
    return bytes([0x23, axis, command, 0, index, 0, 0, 0, 0x0D])


def whole_counts(values: Vec2, unit: float) -> tuple[int, int]:
    """Return x and y in whole units that fit 32 bits; what is no number becomes 0.

    >>> whole_counts(np.array([12.34, -1e12]), 0.1)
    (123, -2147483647)
    >>> whole_counts(np.array([float("nan"), float("inf")]), 0.1)
    (0, 0)
    """
    finite = np.where(np.isfinite(values), values, 0.0) / unit
    x, y = np.clip(np.rint(finite), -_INT32_MAX, _INT32_MAX)
    return int(x), int(y)


def encode_velocity(counts: tuple[int, int]) -> bytes:
    """Ask both axes for a steady velocity. The unit of a count is not documented.

    >>> encode_velocity((1234, -1)).hex(" ")
    '23 01 41 00 0a 00 04 00 d2 04 00 00 0d 23 02 41 00 0a 00 04 00 ff ff ff ff 0d'
    """
    return _write(1, 0x41, 10, counts[0]) + _write(2, 0x41, 10, counts[1])


def encode_relative_move(delta_um: Vec2) -> bytes:
    """Ask both axes to go a way and come to rest.

    >>> encode_relative_move(np.array([100.0, 0.0]))[:13].hex(" ")
    '23 01 41 00 09 00 04 00 e8 03 00 00 0d'
    """
    x, y = whole_counts(delta_um, MOVE_UNIT_UM)
    return _write(1, 0x41, 9, x) + _write(2, 0x41, 9, y)


def encode_set_position(position_um: Vec2) -> bytes:
    """Tell both axes that where they stand is called `position_um`.

    >>> encode_set_position(np.array([1.0, 0.0]))[:13].hex(" ")
    '23 01 53 00 05 00 04 00 14 00 00 00 0d'
    """
    x, y = whole_counts(position_um, COUNT_UM)
    return _write(1, 0x53, 5, x) + _write(2, 0x53, 5, y)


def encode_position_query() -> bytes:
    """Ask both axes where they are.

    >>> encode_position_query().hex(" ")
    '23 01 54 00 05 00 00 00 0d 23 02 54 00 05 00 00 00 0d'
    """
    return _query(1, 0x54, 5) + _query(2, 0x54, 5)


def encode_halt() -> bytes:
    """Halt both axes.

    >>> encode_halt().hex(" ")
    '23 01 42 00 01 00 00 00 0d 23 02 42 00 01 00 00 00 0d'
    """
    return _query(1, 0x42, 1) + _query(2, 0x42, 1)


def decode_position_reply(received: bytes) -> Replies:
    r"""Find the replies to position questions among whatever came.

    Of several replies of one axis the last counts. `rest` may be the start of a reply: put it
    before the bytes that come next.

    >>> reply = bytes.fromhex("23 01 d4 00 05 00 04 00 0d 23 00 00 0d")
    >>> decode_position_reply(b"\x00\x23" + reply + b"\x23\x02")
    Replies(counts={0: 8973}, rest=b'#\x02', noise=b'\x00#')
    """
    counts: dict[int, int] = {}
    noise = bytearray()
    place = 0
    while place < len(received):
        frame = received[place : place + _FRAME_BYTES]
        if not _may_begin_reply(frame):
            noise.append(received[place])
            place += 1
        elif len(frame) < _FRAME_BYTES:
            break
        else:
            counts[frame[1] - 1] = struct.unpack_from("<i", frame, 8)[0]
            place += _FRAME_BYTES
    return Replies(counts, received[place:], bytes(noise))


def _may_begin_reply(frame: bytes) -> bool:
    if any(byte not in allowed for byte, allowed in zip(frame, _REPLY_SHAPE, strict=False)):
        return False
    return len(frame) < _FRAME_BYTES or frame[-1] == 0x0D


def decode_baud_reply(received: bytes) -> int | None:
    r"""Return the baud that the controller says it runs at; None if it did not say.

    >>> decode_baud_reply(b":A  CAN 32 212 60 115200\n")
    115200
    """
    found = _BAUD_REPLY.search(received)
    return int(found.group(1)) if found else None


def position_um(counts: dict[int, int]) -> Vec2:
    """Return the position in micrometres, shape (2,).

    >>> position_um({0: 20000, 1: -200})
    array([1000.,  -10.])
    """
    return np.array([counts[0], counts[1]]) * COUNT_UM
