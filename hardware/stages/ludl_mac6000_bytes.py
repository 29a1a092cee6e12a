r"""The binary language of the Ludl or LEP MAC6000, as pure functions of bytes.

A frame is `23 axis command 00 index 00 length 00 <data> 0D`, data little-endian, axis 1 or 2.
Data may hold 0x23 and 0x0D, so frames are cut by length and never by terminator. Writes have
no reply. Formats as the Flavell lab's StageControl.jl uses them with its stage; they were not
checked against a second client, and no manual of them is public.
"""

from __future__ import annotations

import math
import re
import struct

import numpy as np

from hardware.errors import UnreadableError
from hardware.stages.line_dialogue import Piece
from hardware.types import Vec2

COUNT_UM = 0.05  # position: 20000 counts a millimetre
MOVE_UNIT_UM = 0.1  # relative moves: 10000 units a millimetre
REPLY_BYTES = 26
BAUD_QUESTION = b"CAN 32 84 60 0\r"

_INT32_MAX = 2**31 - 1
_FRAME_BYTES = 13
_X = 1
_COUNTS = struct.Struct("<8xi1x8xi1x")
_LINE_END = b"\n"
_LONGEST_REST_BYTES = 512
_REPLY_SHAPE = (b"\x23", b"\x01\x02", b"\xd4", b"\x00", b"\x05", b"\x00", b"\x04", b"\x00")
_BOTH_AXES = re.compile(
    rb"#\x01\xd4\x00\x05\x00\x04\x00....\r#\x02\xd4\x00\x05\x00\x04\x00....\r", re.S
)
_BAUD_REPLY = re.compile(rb":A\s+CAN 32 212 60 (\d+)\s*\n")


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
    x, y = values.tolist()
    return _whole_count(x, unit), _whole_count(y, unit)


def _whole_count(value: float, unit: float) -> int:
    if not math.isfinite(value):
        return 0
    return round(min(max(value / unit, -_INT32_MAX), _INT32_MAX))


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


def cut_replies(received: bytes) -> tuple[list[Piece], bytes]:
    r"""Cut off whole replies: the frames of X and of Y together, and lines; else what is noise.

    The rest may be the start of a reply: put it before the bytes that come next. A frame of X
    waits there for its Y.

    >>> x = bytes.fromhex("23 01 d4 00 05 00 04 00 0d 23 00 00 0d")
    >>> y = bytes.fromhex("23 02 d4 00 05 00 04 00 02 00 00 00 0d")
    >>> pieces, rest = cut_replies(b"\x00\x23" + x + y + b"\x23\x02")
    >>> [(len(piece.line), piece.began_at) for piece in pieces], rest
    ([(2, 0), (26, 2)], b'#\x02')
    """
    if is_position(received):  # as it nearly always is
        return [Piece(received, 0)], b""
    pieces: list[Piece] = []
    noise_at = place = 0
    x_at: int | None = None
    while place < len(received):
        frame = received[place : place + _FRAME_BYTES]
        if not _may_begin_reply(frame):
            place += 1
            if received[place - 1 : place] == _LINE_END:
                pieces.append(Piece(received[noise_at:place], noise_at))
                noise_at = place
            continue
        if len(frame) < _FRAME_BYTES:
            break
        if noise_at < place:
            pieces.append(Piece(received[noise_at:place], noise_at))
        x_at, joined = _pair(received, x_at, place)
        pieces += joined
        place += _FRAME_BYTES
        noise_at = place
    kept_from = noise_at if x_at is None else x_at
    return pieces, received[kept_from:][-_LONGEST_REST_BYTES:]


def _pair(received: bytes, x_at: int | None, place: int) -> tuple[int | None, list[Piece]]:
    """Join the frame at a place to the X that waits; return the X that waits then, and pieces."""
    frame = received[place : place + _FRAME_BYTES]
    waiting = [] if x_at is None else [Piece(received[x_at : x_at + _FRAME_BYTES], x_at)]
    if frame[1] == _X:
        return place, waiting
    if not waiting:
        return None, [Piece(frame, place)]
    return None, [Piece(waiting[0].line + frame, waiting[0].began_at)]


def is_position(line: bytes) -> bool:
    """Say whether a piece is the replies of both axes."""
    return _BOTH_AXES.fullmatch(line) is not None


def decode_position(line: bytes) -> Vec2:
    """Read the replies of both axes, in micrometres.

    >>> x = bytes.fromhex("23 01 d4 00 05 00 04 00 20 4e 00 00 0d")
    >>> y = bytes.fromhex("23 02 d4 00 05 00 04 00 38 ff ff ff 0d")
    >>> decode_position(x + y).tolist()
    [1000.0, -10.0]

    Raises:
        UnreadableError: this is something else.
    """
    if not is_position(line):
        raise UnreadableError("not the positions of both axes", reply=line)
    return np.array(_COUNTS.unpack(line)) * COUNT_UM


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
