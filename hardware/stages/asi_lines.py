r"""The language of ASI's MS-2000 and Tiger controllers, as pure functions of bytes.

A command ends in CR, a reply in CR LF. Positions count in tenths of a micrometre (UM 10000 a
millimetre, which is written when opening: Micro-Manager leaves another sign behind), velocities
and limits in millimetres. Formats from ASI's serial command pages as the Micro-Manager adapters
ASIStage and ASITiger and the independent clients tigerasi and asitiger use them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from hardware.stages.colon_replies import read_numbers
from hardware.types import Vec2

Axes: TypeAlias = tuple[str, str]

HALT = b"HALT\r"
IS_BUSY = b"/\r"
VERSION = b"V\r"

_UNITS_PER_MM = 10_000
_POSITION_UM = 0.1
_STEPS_PER_UM_S = 10.0  # four decimals of a millimetre per second
_BUSY_REPLY = re.compile(rb"[^:]*[NB]\s*")


def encode_where(axes: Axes) -> bytes:
    r"""Ask both axes where they are.

    >>> encode_where(("X", "Y"))
    b'W X Y\r'
    """
    return f"W {axes[0]} {axes[1]}\r".encode("ascii")


def encode_velocity(velocity_um_s: Vec2, axes: Axes) -> bytes:
    r"""Ask for a steady velocity. VECTOR counts in millimetres per second.

    >>> encode_velocity(np.array([250.0, -1000.0]), ("X", "Y"))
    b'VE X=0.2500 Y=-1.0000\r'
    """
    x_mm_s, y_mm_s = (velocity_um_s / 1000.0 + 0.0).tolist()  # no minus before a zero
    return f"VE {axes[0]}={x_mm_s:.4f} {axes[1]}={y_mm_s:.4f}\r".encode("ascii")


def rounded_um_s(velocity_um_s: Vec2) -> Vec2:
    """Return a velocity as its four decimals tell it.

    >>> rounded_um_s(np.array([333.333, -0.04])).tolist()
    [333.3, 0.0]
    """
    return np.rint(velocity_um_s * _STEPS_PER_UM_S) / _STEPS_PER_UM_S + 0.0


def encode_units(axes: Axes) -> bytes:
    r"""Let positions count in tenths of a micrometre, with the sign that the stage was built with.

    >>> encode_units(("X", "Y"))
    b'UM X=10000 Y=10000\r'
    """
    return f"UM {axes[0]}={_UNITS_PER_MM} {axes[1]}={_UNITS_PER_MM}\r".encode("ascii")


def encode_limits(command: str, limits_um: Vec2, axes: Axes) -> bytes:
    r"""Write lower (SL) or upper (SU) travel limits, in millimetres.

    >>> encode_limits("SL", np.array([-25000.0, -12500.0]), ("X", "Y"))
    b'SL X=-25.0000 Y=-12.5000\r'
    """
    x_mm, y_mm = limits_um / 1000.0
    return f"{command} {axes[0]}={x_mm:.4f} {axes[1]}={y_mm:.4f}\r".encode("ascii")


def encode_limits_query(command: str, axes: Axes) -> bytes:
    r"""Ask for lower (SL) or upper (SU) travel limits.

    >>> encode_limits_query("SU", ("X", "Y"))
    b'SU X? Y?\r'
    """
    return f"{command} {axes[0]}? {axes[1]}?\r".encode("ascii")


def decode_position(line: bytes) -> Vec2:
    """Read the reply to WHERE, in micrometres.

    >>> decode_position(b":A 12345 -50 ").tolist()
    [1234.5, -5.0]

    Raises:
        RefusedError: the controller answered with an error code.
        UnreadableError: the reply is not one that WHERE can give.
    """
    return np.array(read_numbers(line, 2, asked="WHERE")) * _POSITION_UM


def decode_limits(line: bytes) -> Vec2:
    """Read the reply to a question for limits, in micrometres.

    >>> decode_limits(b":A X=-25.000 Y=-12.500 ").tolist()
    [-25000.0, -12500.0]

    Raises:
        RefusedError: the controller answered with an error code.
        UnreadableError: the reply is not one that SL or SU can give.
    """
    return np.array(read_numbers(line, 2, asked="SL or SU")) * 1000.0


def takes_busy(line: bytes) -> bool:
    """Say whether a line is the reply to `/`, which is a bare letter and like no other.

    >>> takes_busy(b"N"), takes_busy(b"B"), takes_busy(b":A "), takes_busy(b":N-1")
    (True, True, False, False)
    """
    return bool(_BUSY_REPLY.fullmatch(line))


def version(lines: Sequence[bytes]) -> str:
    """Return what the controller says of its firmware.

    >>> version([b":A Version: USB-9.2n "])
    'USB-9.2n'
    """
    text = b" ".join(lines).decode("ascii", errors="replace")
    return text.rpartition("Version:")[2].replace(":A", "").strip()
