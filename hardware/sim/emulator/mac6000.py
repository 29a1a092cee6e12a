"""How an emulated MAC6000 hears and speaks: bytes in, replies out, no clock of its own.

The format is told in `hardware.stages.ludl_mac6000_bytes`, which is not imported here: the
driver and its emulator must not share a mistake. Frames are cut by length; bytes that cannot
be part of one are dropped, and what follows them is understood again.
"""

from __future__ import annotations

import re

from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.face import Exchange

_START, _END, _CARRIAGE_RETURN = 0x23, 0x0D, 0x0D
_HEADER_BYTES = 8
_MOST_DATA_BYTES = 4
_MOVE_UNIT_UM = 0.1
_BAUD_QUESTION = re.compile(rb"CAN 32 84 60 0\r\Z")
_LONGEST_LINE_BYTES = 64


class Mac6000Face:
    """The language; what it commands happens to `stage`."""

    def __init__(self, stage: EmulatedStage, *, baud: int) -> None:
        self._stage = stage
        self._baud = baud
        self._received = b""

    def feed(self, data: bytes, t_s: float) -> list[Exchange]:
        """Take bytes of which the last is here at `t_s`; return what they complete."""
        self._received += data
        exchanges: list[Exchange] = []
        while (cut := self._cut()) > 0:
            heard, self._received = self._received[:cut], self._received[cut:]
            exchanges.append(self._obey(heard, t_s))
        return exchanges

    def _cut(self) -> int:
        """Return how many bytes at the front belong together; 0 for wait and see."""
        received = self._received
        if not received:
            return 0
        if received[0] == _START:
            return _frame_length(received)
        start = received.find(_START)
        line_end = received.find(_CARRIAGE_RETURN)
        if line_end >= 0 and (start < 0 or line_end < start):
            return line_end + 1
        if start > 0:
            return start
        return len(received) if len(received) > _LONGEST_LINE_BYTES else 0

    def _obey(self, heard: bytes, t_s: float) -> Exchange:
        if heard[0] == _START and len(heard) > _HEADER_BYTES:
            meaning, reply = self._obey_frame(heard, t_s)
        elif _BAUD_QUESTION.search(heard):
            meaning, reply = "baud", f":A  CAN 32 212 60 {self._baud}\n".encode("ascii")
        else:
            meaning, reply = "", b""
        return Exchange(t_s, heard, meaning, reply)

    def _obey_frame(self, frame: bytes, t_s: float) -> tuple[str, bytes]:
        axis, name = frame[1] - 1, "xy"[frame[1] - 1]
        value = int.from_bytes(frame[_HEADER_BYTES:-1], "little", signed=True)
        meaning, reply = "unknown", b""
        match frame[2], frame[4], frame[6]:
            case 0x41, 10, 4:
                self._stage.run(axis, t_s, value)
                meaning = f"velocity {name} {value}"
            case 0x41, 9, 4:
                self._stage.move(axis, t_s, value * _MOVE_UNIT_UM)
                meaning = f"move {name} {value}"
            case 0x42, 1, 0:
                self._stage.halt(axis, t_s)
                meaning = f"halt {name}"
            case 0x53, 5, 4:
                self._stage.call_position(axis, t_s, value)
                meaning = f"set position {name} {value}"
            case 0x54, 5, 0:
                meaning = f"where {name}"
                reply = _position_reply(axis, self._stage.position_counts(axis, t_s))
            case _:
                pass
        return meaning, reply


def _frame_length(received: bytes) -> int:
    """Return the length of the frame at the front: 0 if it is not whole, 1 if it is none."""
    has_nonsense = (
        received[1:2] not in (b"", b"\x01", b"\x02")
        or any(received[place : place + 1] not in (b"", b"\x00") for place in (3, 5, 7))
        or (len(received) > 6 and received[6] > _MOST_DATA_BYTES)
    )
    if has_nonsense:
        return 1
    if len(received) < _HEADER_BYTES:
        return 0
    length = _HEADER_BYTES + received[6] + 1
    if len(received) < length:
        return 0
    return length if received[length - 1] == _END else 1


def _position_reply(axis: int, counts: int) -> bytes:
    data = (counts & 0xFFFFFFFF).to_bytes(4, "little")
    return bytes([_START, axis + 1, 0xD4, 0, 5, 0, 4, 0]) + data + bytes([_END])
