r"""Zaber's ASCII language, as pure functions of bytes.

A command is `/device axis id words:checksum` and ends in LF; a reply is
`@device axis id OK|RJ IDLE|BUSY warning data:checksum` and ends in CR LF. Positions are in
microsteps, velocities in microsteps a second times 1.6384. Formats from Zaber's ASCII protocol
manual (message ids, checksums, warning flags) as its own library zaber-motion uses them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hardware.errors import RefusedError, UnreadableError

SPEED_UNITS = 1.6384  # the manual's "velocity data value" of one microstep a second
NOT_HOMED = "WR"

_REPLY = re.compile(
    r"@(\d\d) (\d) (\d\d) (OK|RJ) (?:IDLE|BUSY) (\S\S)(?: (.*?))?(?::([0-9A-F]{2}))?\s*", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaberReply:
    """What one line says; `data` is a reason where it was rejected."""

    device: int
    axis: int
    message: int
    is_accepted: bool
    warning: str
    data: str


def checksum(content: bytes) -> int:
    """Return the check byte (LRC) of what stands between the first character and the colon.

    >>> f"{checksum(b'01 1 05 OK IDLE WR 0'):02X}"
    'B8'
    """
    return (256 - sum(content) % 256) % 256


def encode(device: int, axis: int, message: int, words: str) -> bytes:
    r"""Return a command with its id and checksum; axis 0 means all axes of the device.

    >>> encode(1, 1, 5, "move vel -12345")
    b'/1 1 05 move vel -12345:6F\n'
    """
    content = f"{device} {axis} {message:02d} {words}".encode("ascii")
    return b"/" + content + f":{checksum(content):02X}\n".encode("ascii")


def speed_data(velocity_um_s: float, microstep_um: float) -> int:
    """Return a velocity in the language's unit.

    >>> speed_data(1000.0, 0.047625)
    34402
    """
    return round(velocity_um_s / microstep_um * SPEED_UNITS)


def speed_um_s(data: int, microstep_um: float) -> float:
    """Return a velocity from the language's unit.

    >>> round(speed_um_s(34402, 0.047625), 3)
    999.997
    """
    return data * microstep_um / SPEED_UNITS


def read_reply(line: bytes) -> ZaberReply | None:
    """Return what a line says; None if it is no reply, or its checksum is wrong.

    >>> read_reply(b"noise@01 0 07 OK BUSY -- 120 -45:C8").data
    '120 -45'
    >>> read_reply(b"@01 0 07 OK BUSY -- 121 -45:C8") is None
    True
    """
    content = line[max(line.rfind(b"@"), 0) :]
    found = _REPLY.fullmatch(content.decode("ascii", errors="replace"))
    if found is None:
        return None
    if found[7] is not None and checksum(content[1 : content.rfind(b":")]) != int(found[7], 16):
        return None
    return ZaberReply(
        device=int(found[1]),
        axis=int(found[2]),
        message=int(found[3]),
        is_accepted=found[4] == "OK",
        warning=found[5],
        data=found[6] or "",
    )


def accepted(line: bytes, *, asked: str) -> ZaberReply:
    """Return the reply to a command that was taken.

    Raises:
        RefusedError: it was rejected; the device's reason is in the reply.
        UnreadableError: this is no reply.
    """
    reply = read_reply(line)
    if reply is None:
        raise UnreadableError(f"not a reply to {asked}", reply=line)
    if not reply.is_accepted:
        raise RefusedError(f"the device rejected {asked}", reply=line)
    return reply


def numbers(line: bytes, *, asked: str) -> tuple[int, ...]:
    """Return the data of a reply.

    >>> numbers(b"@01 0 07 OK IDLE -- 120 -45", asked="get pos")
    (120, -45)

    Raises:
        RefusedError: it was rejected.
        UnreadableError: this is no reply, or its data are no numbers.
    """
    data = accepted(line, asked=asked).data
    try:
        return tuple(int(field) for field in data.split())
    except ValueError:
        raise UnreadableError(f"not a reply to {asked}", reply=line) from None
