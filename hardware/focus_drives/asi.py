r"""The Z axis of an ASI MS-2000 or Tiger: MOVE and WHERE of one axis, in tenths of a micrometre.

Formats as for the stage (`hardware.stages.asi_lines`), and for one axis as Micro-Manager's ASIStage
adapter sends them to its ZStage. HALT stops every axis of the controller; the stage is told its
velocity again with its next command.
"""

from __future__ import annotations

from collections.abc import Callable

from hardware.focus import FocusLimits
from hardware.focus_config import AsiFocus
from hardware.stages import asi_lines as asi
from hardware.stages.colon_replies import check_done, read_numbers, takes_numbers
from hardware.stages.line_dialogue import Purpose, Request

_UNIT_UM = 0.1
_UNITS_PER_MM = 10_000


def encode_go_to(z_um: float, axis: str) -> bytes:
    r"""Ask for a height.

    >>> encode_go_to(-12.5, "Z")
    b'M Z=-125\r'
    """
    return f"M {axis}={round(z_um / _UNIT_UM)}\r".encode("ascii")


def encode_setting(command: str, axis: str, value: float) -> bytes:
    r"""Write a setting of one axis: SL and SU in millimetres, S in millimetres a second.

    >>> encode_setting("SL", "Z", -0.2)
    b'SL Z=-0.2000\r'
    """
    return f"{command} {axis}={value:.4f}\r".encode("ascii")


def decode_position(line: bytes) -> float:
    """Read the reply to WHERE of one axis, in micrometres.

    >>> decode_position(b":A -125 ")
    -12.5

    Raises:
        RefusedError: the controller answered with an error code: it has no such axis, for one.
        UnreadableError: the reply is not one that WHERE can give.
    """
    return round(read_numbers(line, 1, asked="WHERE")[0] * _UNIT_UM, 3)


class AsiFocusLanguage:
    """Fulfils `hardware.focus_drives.focus_language.FocusLanguage`."""

    name = "ASI MS-2000 or Tiger"
    bits_per_byte = 10  # 8N1
    step_um = _UNIT_UM

    def __init__(self, config: AsiFocus) -> None:
        self._axis = config.axis
        self.fence: Request | None = Request(
            purpose="fence", data=asi.IS_BUSY, takes=asi.takes_busy
        )

    def ask_position(self) -> Request:
        """WHERE, of this axis."""
        data = f"W {self._axis}\r".encode("ascii")
        return Request(purpose="focus", data=data, takes=takes_numbers(1))

    def read_position(self, line: bytes) -> float:
        """Return the height, in micrometres."""
        return decode_position(line)

    def go_to(self, z_um: float) -> Request:
        """MOVE, of this axis."""
        return _command("focus", encode_go_to(z_um, self._axis))

    def halt(self) -> Request:
        """HALT stops all axes."""
        return _command("focus", asi.HALT)

    def check(self, request: Request, line: bytes) -> None:
        """Make sure that a command was taken."""
        check_done(line, asked=request.data.decode("ascii").strip())

    def greet(self, exchange: Callable[[Request], bytes]) -> str:
        """Set the unit: Micro-Manager leaves another sign behind."""
        request = _command("setting", f"UM {self._axis}={_UNITS_PER_MM}\r".encode("ascii"))
        self.check(request, exchange(request))
        return f"axis {self._axis}"

    def write_limits(
        self, limits: FocusLimits, exchange: Callable[[Request], bytes]
    ) -> tuple[float, float] | None:
        """SL and SU, read back; and S, the speed of a move."""
        speed = encode_setting("S", self._axis, limits.max_speed_um_s / 1000.0)
        settings = [("SL", limits.floor_um), ("SU", limits.ceiling_um)]
        writes = [speed, *(encode_setting(word, self._axis, um / 1000.0) for word, um in settings)]
        for data in writes:
            request = _command("setting", data)
            self.check(request, exchange(request))
        held_um: list[float] = []
        for word, _ in settings:
            query = f"{word} {self._axis}?\r".encode("ascii")
            line = exchange(Request(purpose="setting", data=query, takes=takes_numbers(1)))
            held_um.append(read_numbers(line, 1, asked=word)[0] * 1000.0)
        return held_um[0], held_um[1]


def _command(purpose: Purpose, data: bytes) -> Request:
    return Request(purpose=purpose, data=data, takes=takes_numbers(0))
