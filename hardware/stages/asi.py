"""An ASI MS-2000 or Tiger that steers an XY stage by VECTOR. Its bytes are in `asi_lines`.

Replies carry no number, so one exchange is outstanding at a time and `/`, which is answered by a
bare letter, is the fence. The travel limits SL and SU are the controller's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from hardware.stage import HeldLimits
from hardware.stage_config import AsiStage
from hardware.stages import asi_lines as asi
from hardware.stages.colon_replies import check_done, takes_numbers
from hardware.stages.line_dialogue import Piece, Purpose, Request, cut_lines
from hardware.types import StageLimits, Vec2


class AsiLanguage:
    """Fulfils `hardware.stages.stage_language.StageLanguage`."""

    name = "ASI MS-2000 or Tiger"
    bits_per_byte = 10  # 8N1
    wake = b""

    def __init__(self, config: AsiStage) -> None:
        self._axes = (config.x_axis, config.y_axis)
        self.fence: Request | None = Request(
            purpose="fence", data=asi.IS_BUSY, takes=asi.takes_busy
        )

    def cut(self, received: bytes) -> tuple[list[Piece], bytes]:
        """Lines."""
        return cut_lines(received)

    def ask_position(self) -> Sequence[Request]:
        """WHERE, both axes in one line."""
        return [
            Request(purpose="position", data=asi.encode_where(self._axes), takes=takes_numbers(2))
        ]

    def read_position(self, lines: Sequence[bytes]) -> Vec2:
        """Return the position, in micrometres."""
        return asi.decode_position(lines[0])

    def steer(self, velocity_um_s: Vec2) -> tuple[Sequence[Request], Vec2]:
        """VECTOR, both axes in one line."""
        rounded_um_s = asi.rounded_um_s(velocity_um_s)
        return [_command("velocity", asi.encode_velocity(rounded_um_s, self._axes))], rounded_um_s

    def halt(self) -> Sequence[Request]:
        """HALT stops all axes."""
        return [_command("halt", asi.HALT)]

    def check(self, request: Request, line: bytes) -> None:
        """Make sure that a command was taken."""
        check_done(line, asked=request.data.decode("ascii").strip())

    def greet(self, exchange: Callable[[Request], bytes]) -> str:
        """Set the units, and make sure that VECTOR and WHERE are understood."""
        told = exchange(
            Request(purpose="setting", data=asi.VERSION, takes=lambda line: b":" in line)
        )
        settings = [asi.encode_units(self._axes), asi.encode_velocity(np.zeros(2), self._axes)]
        for data in settings:
            request = _command("setting", data)
            self.check(request, exchange(request))
        self.read_position([exchange(self.ask_position()[0])])
        return asi.version([told])

    def write_limits(
        self, limits: StageLimits, exchange: Callable[[Request], bytes]
    ) -> HeldLimits | None:
        """SL and SU, read back."""
        held_um: list[Vec2] = []
        for command, limits_um in (("SL", limits.lower_um), ("SU", limits.upper_um)):
            request = _command("setting", asi.encode_limits(command, limits_um, self._axes))
            self.check(request, exchange(request))
            query = asi.encode_limits_query(command, self._axes)
            reply = exchange(Request(purpose="setting", data=query, takes=takes_numbers(2)))
            held_um.append(asi.decode_limits(reply))
        return HeldLimits(lower_um=held_um[0], upper_um=held_um[1])


def _command(purpose: Purpose, data: bytes) -> Request:
    return Request(purpose=purpose, data=data, takes=takes_numbers(0))
