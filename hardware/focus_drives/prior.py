r"""The focus drive of a Prior ProScan III. Written from documents; no client of others' was run.

`GZ,n` goes to a height in steps and is answered by R; `P` tells x, y and z in one line, which no
other reply looks like (that of `PZ` alone could be taken for that of `$`). How long a step is, the
drive's own resolution says: Micro-Manager's adapter asks `RES,Z` for it, and so does `greet`. One
manual says that R comes at the *end* of a move; the guard moves in short ways for that too.
"""

from __future__ import annotations

from collections.abc import Callable

from hardware.errors import ConfigMismatchError, UnreadableError
from hardware.focus import FocusLimits
from hardware.focus_config import PriorFocus
from hardware.stages.line_dialogue import Purpose, Request
from hardware.stages.plain_replies import read_numbers, takes_numbers
from hardware.stages.prior import check_done, takes_busy, takes_done

_SAME_STEP = 0.01  # of itself


def encode_go_to(z_um: float, step_um: float) -> bytes:
    r"""Ask for a height, in steps.

    >>> encode_go_to(-12.5, 0.1)
    b'GZ,-125\r'
    """
    return f"GZ,{round(z_um / step_um)}\r".encode("ascii")


def decode_position(line: bytes, step_um: float) -> float:
    """Read z from the reply to P, in micrometres.

    >>> decode_position(b"120,-45,-125", 0.1)
    -12.5

    Raises:
        UnreadableError: the reply is not one that P can give.
    """
    return round(read_numbers(line, 3, separator=b",", asked="P")[2] * step_um, 6)


class PriorFocusLanguage:
    """Fulfils `hardware.focus_drives.focus_language.FocusLanguage`."""

    name = "Prior ProScan"
    bits_per_byte = 10  # 8N1

    def __init__(self, config: PriorFocus) -> None:
        self.step_um = config.step_um
        self.fence: Request | None = Request(purpose="fence", data=b"$\r", takes=takes_busy)

    def ask_position(self) -> Request:
        """P, all axes in one line."""
        takes = takes_numbers(3, separator=b",")
        return Request(purpose="focus", data=b"P\r", takes=takes)

    def read_position(self, line: bytes) -> float:
        """Return the height, in micrometres."""
        return decode_position(line, self.step_um)

    def go_to(self, z_um: float) -> Request:
        """GZ, of the focus alone."""
        return _command("focus", encode_go_to(z_um, self.step_um))

    def halt(self) -> Request:
        """I stops all axes, in order."""
        return _command("focus", b"I\r")

    def check(self, request: Request, line: bytes) -> None:
        """Make sure that a command was taken."""
        check_done(line, asked=request.data.decode("ascii").strip())

    def greet(self, exchange: Callable[[Request], bytes]) -> str:
        """Set the way of answering, and compare the step with what the drive says.

        Raises:
            ConfigMismatchError: a step is of another length: every height would be wrong.
        """
        request = _command("setting", b"COMP 0\r")
        self.check(request, exchange(request))
        takes = takes_numbers(1, separator=b",")
        line = exchange(Request(purpose="setting", data=b"RES,Z\r", takes=takes))
        (told_um,) = read_numbers(line, 1, separator=b",", asked="RES,Z")
        if told_um == 0.0:
            raise UnreadableError("no step length", reply=line)
        if abs(abs(told_um) - self.step_um) > _SAME_STEP * self.step_um:
            raise ConfigMismatchError(
                f"rig.focus.step_um is {self.step_um:g}, but the controller says {told_um:g} um "
                "by RES,Z: set that"
            )
        return f"a step of {told_um:g} um"

    def write_limits(
        self, limits: FocusLimits, exchange: Callable[[Request], bytes]
    ) -> tuple[float, float] | None:
        """None: of soft limits no format is known to us."""
        return None


def _command(purpose: Purpose, data: bytes) -> Request:
    return Request(purpose=purpose, data=data, takes=takes_done)
