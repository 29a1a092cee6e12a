r"""A Marzhauser Tango, steered by `!speed`. Written from documents; no client of others' was run.

A line ends in CR both ways; what begins with `!` has no reply. Units are set before every
question and every speed (`!dim 1 1`: um, `!dim 9 9`: mm/s), as the Micro-Manager adapter does.
That `!lim` sets what `?lim` tells is the manual's pattern, not seen at work. Replies carry no
number: `?statusaxis` is the fence. A halt (`a x`, `a y`) is confirmed by asking `?err`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from hardware.errors import RefusedError
from hardware.stage import HeldLimits
from hardware.stages.line_dialogue import Piece, Purpose, Request, cut_lines
from hardware.stages.plain_replies import read_numbers, takes_numbers, trimmed
from hardware.types import StageLimits, Vec2

_AXIS_STATES = re.compile(rb"[@MJCSAD.-]{2,}")
_STEPS_PER_UM_S = 10.0  # four decimals of a millimetre a second
HALT = b"a x\ra y\r?err\r"


def encode_velocity(velocity_um_s: Vec2) -> bytes:
    r"""Ask for a steady velocity, in millimetres a second.

    >>> encode_velocity(np.array([123.4, -56.7]))
    b'!dim 9 9\r!speed 0.1234 -0.0567\r'
    """
    x_mm_s, y_mm_s = (velocity_um_s / 1000.0 + 0.0).tolist()
    return f"!dim 9 9\r!speed {x_mm_s:.4f} {y_mm_s:.4f}\r".encode("ascii")


def encode_limits(axis: str, lower_um: float, upper_um: float) -> bytes:
    r"""Write the travel limits of an axis and ask for them.

    >>> encode_limits("x", -25000.0, 25000.0)
    b'!dim 1 1\r!lim x -25000.0 25000.0\r?lim x\r'
    """
    return f"!dim 1 1\r!lim {axis} {lower_um:.1f} {upper_um:.1f}\r?lim {axis}\r".encode("ascii")


def takes_states(line: bytes) -> bool:
    """Say whether a line is the reply to `?statusaxis`.

    >>> takes_states(b"@@--"), takes_states(b"MM--"), takes_states(b"12 -5"), takes_states(b"-5")
    (True, True, False, False)
    """
    return bool(_AXIS_STATES.fullmatch(trimmed(line)))


def decode_position(line: bytes) -> Vec2:
    """Read the reply to `?pos`, in micrometres.

    >>> decode_position(b"12.5 -5.0").tolist()
    [12.5, -5.0]

    Raises:
        UnreadableError: the reply is not one that `?pos` can give.
    """
    return np.array(read_numbers(line, 2, separator=b" ", asked="?pos"))


class TangoLanguage:
    """Fulfils `hardware.stages.stage_language.StageLanguage`."""

    name = "Marzhauser Tango"
    bits_per_byte = 10  # 8N1
    wake = b""

    def __init__(self) -> None:
        self.fence: Request | None = Request(
            purpose="fence", data=b"?statusaxis\r", takes=takes_states
        )

    def cut(self, received: bytes) -> tuple[list[Piece], bytes]:
        """Lines."""
        return cut_lines(received)

    def ask_position(self) -> Sequence[Request]:
        """`?pos`, both axes in one line."""
        return [_question("position", b"!dim 1 1\r?pos\r", 2)]

    def read_position(self, lines: Sequence[bytes]) -> Vec2:
        """Return the position, in micrometres."""
        return decode_position(lines[0])

    def steer(self, velocity_um_s: Vec2) -> tuple[Sequence[Request], Vec2]:
        """`!speed`, both axes in one line; it has no reply."""
        sent_um_s = np.rint(velocity_um_s * _STEPS_PER_UM_S) / _STEPS_PER_UM_S + 0.0
        data = encode_velocity(sent_um_s)
        return [Request(purpose="velocity", data=data, takes=None)], sent_um_s

    def halt(self) -> Sequence[Request]:
        """Abort both axes, and ask whether that went well."""
        return [_question("halt", HALT, 1)]

    def check(self, request: Request, line: bytes) -> None:
        """Make sure that `?err` says 0.

        Raises:
            RefusedError: it says another number.
            UnreadableError: it says none.
        """
        if read_numbers(line, 1, separator=b" ", asked="?err") != (0.0,):
            raise RefusedError("the controller reports an error", reply=line)

    def greet(self, exchange: Callable[[Request], bytes]) -> str:
        """Switch unasked replies off, and make sure that this is a Tango."""
        version = exchange(
            Request(
                purpose="setting",
                data=b"!autostatus 0\r?version\r",
                takes=lambda line: b"TANGO" in line.upper(),
            )
        )
        self.read_position([exchange(self.ask_position()[0])])
        return trimmed(version).decode("ascii", errors="replace")

    def write_limits(
        self, limits: StageLimits, exchange: Callable[[Request], bytes]
    ) -> HeldLimits | None:
        """`!lim`, read back."""
        held_um = np.zeros((2, 2))
        for place, axis in enumerate("xy"):
            lower_um, upper_um = float(limits.lower_um[place]), float(limits.upper_um[place])
            line = exchange(_question("setting", encode_limits(axis, lower_um, upper_um), 2))
            held_um[:, place] = read_numbers(line, 2, separator=b" ", asked="?lim")
        return HeldLimits(lower_um=held_um[0], upper_um=held_um[1])


def _question(purpose: Purpose, data: bytes, count: int) -> Request:
    return Request(purpose=purpose, data=data, takes=takes_numbers(count, separator=b" "))
