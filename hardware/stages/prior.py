r"""A Prior ProScan III, steered by VS. Written from documents; no client of others' was run.

A command and its reply end in CR; `COMP 0` makes a controller answer at once. PS and I as the
Micro-Manager adapter uses them; VS (um/s, answered by R) is the manual's and was not seen at work
anywhere. Replies carry no number: one exchange is outstanding at a time, `$` is the fence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from hardware.errors import RefusedError, UnreadableError
from hardware.stage import HeldLimits
from hardware.stage_config import PriorStage
from hardware.stages.line_dialogue import Piece, Purpose, Request, cut_lines
from hardware.stages.plain_replies import read_numbers, takes_numbers, trimmed
from hardware.types import StageLimits, Vec2

_DONE = (b"R", b"0")
_ERROR = re.compile(rb"E,\d+")
_STEPS_PER_UM_S = 10.0  # one decimal


def encode_velocity(velocity_um_s: Vec2) -> bytes:
    r"""Ask for a steady velocity, in micrometres a second.

    >>> encode_velocity(np.array([123.4, -56.7]))
    b'VS,123.4,-56.7\r'
    """
    x_um_s, y_um_s = velocity_um_s.tolist()
    return f"VS,{x_um_s:.1f},{y_um_s:.1f}\r".encode("ascii")


def takes_done(line: bytes) -> bool:
    """Say whether a line is R, or 0 after a setting, or an error.

    >>> takes_done(b"R"), takes_done(b"E,5"), takes_done(b"1,2")
    (True, True, False)
    """
    said = trimmed(line)
    return said in _DONE or bool(_ERROR.fullmatch(said))


def takes_busy(line: bytes) -> bool:
    """Say whether a line is the reply to `$`: one bit an axis, so no piece of a position.

    >>> takes_busy(b"3"), takes_busy(b"67")
    (True, False)
    """
    said = trimmed(line)
    return len(said) == 1 and said in b"01234567"


def check_done(line: bytes, *, asked: str) -> None:
    """Make sure that a command was taken.

    Raises:
        RefusedError: the controller answered with an error.
        UnreadableError: the reply is neither.
    """
    if _ERROR.fullmatch(trimmed(line)):
        raise RefusedError(f"the controller refused {asked}", reply=line)
    if trimmed(line) not in _DONE:
        raise UnreadableError(f"not a reply to {asked}", reply=line)


def decode_position(line: bytes, step_um: float) -> Vec2:
    """Read the reply to PS, in micrometres.

    >>> decode_position(b"120,-45", 0.1).round(3).tolist()
    [12.0, -4.5]

    Raises:
        UnreadableError: the reply is not one that PS can give.
    """
    return np.array(read_numbers(line, 2, separator=b",", asked="PS")) * step_um


class PriorLanguage:
    """Fulfils `hardware.stages.stage_language.StageLanguage`."""

    name = "Prior ProScan"
    bits_per_byte = 10  # 8N1
    wake = b""

    def __init__(self, config: PriorStage) -> None:
        self._step_um = config.step_um
        self.fence: Request | None = Request(purpose="fence", data=b"$\r", takes=takes_busy)

    def cut(self, received: bytes) -> tuple[list[Piece], bytes]:
        """Lines."""
        return cut_lines(received)

    def ask_position(self) -> Sequence[Request]:
        """PS, both axes in one line."""
        takes = takes_numbers(2, separator=b",")
        return [Request(purpose="position", data=b"PS\r", takes=takes)]

    def read_position(self, lines: Sequence[bytes]) -> Vec2:
        """Return the position, in micrometres."""
        return decode_position(lines[0], self._step_um)

    def steer(self, velocity_um_s: Vec2) -> tuple[Sequence[Request], Vec2]:
        """VS, both axes in one line."""
        sent_um_s = np.rint(velocity_um_s * _STEPS_PER_UM_S) / _STEPS_PER_UM_S + 0.0
        return [_command("velocity", encode_velocity(sent_um_s))], sent_um_s

    def halt(self) -> Sequence[Request]:
        """I, which slows down in order."""
        return [_command("halt", b"I\r")]

    def check(self, request: Request, line: bytes) -> None:
        """Make sure that a command was taken."""
        check_done(line, asked=request.data.decode("ascii").strip())

    def greet(self, exchange: Callable[[Request], bytes]) -> str:
        """Set the way of answering, and make sure that VS and PS are understood."""
        for request in (_command("setting", b"COMP 0\r"), self.steer(np.zeros(2))[0][0]):
            self.check(request, exchange(request))
        self.read_position([exchange(self.ask_position()[0])])
        return "understands VS and PS"

    def write_limits(
        self, limits: StageLimits, exchange: Callable[[Request], bytes]
    ) -> HeldLimits | None:
        """None: of soft limits no format is known to us."""
        return None


def _command(purpose: Purpose, data: bytes) -> Request:
    return Request(purpose=purpose, data=data, takes=takes_done)
