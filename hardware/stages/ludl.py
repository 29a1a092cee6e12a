"""A Ludl controller in its high-level ASCII language, steered by SPIN. Bytes are in `ludl_lines`.

Replies carry no number, so one exchange is outstanding at a time; RDSTAT, which is answered by
one number, is the fence. At its usual 9600 baud an exchange takes 30 ms: raise the baud.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from hardware.stage import HeldLimits
from hardware.stage_config import LudlStage
from hardware.stages import ludl_lines as ludl
from hardware.stages.colon_replies import check_done, refusal_code, takes_numbers
from hardware.stages.line_dialogue import Piece, Purpose, Request, cut_lines
from hardware.types import StageLimits, Vec2


class LudlLanguage:
    """Fulfils `hardware.stages.stage_language.StageLanguage`."""

    name = "Ludl controller"
    bits_per_byte = 11  # 8N2
    wake = ludl.HIGH_LEVEL

    def __init__(self, config: LudlStage) -> None:
        self._step_um = config.step_um
        self._unit_um_s = config.velocity_unit_um_s
        self.fence: Request | None = Request(
            purpose="fence",
            data=ludl.MOTOR_STATUS,
            takes=lambda line: takes_numbers(1)(line) and refusal_code(line) is None,
        )

    def cut(self, received: bytes) -> tuple[list[Piece], bytes]:
        """Lines."""
        return cut_lines(received)

    def ask_position(self) -> Sequence[Request]:
        """WHERE, both axes in one line."""
        return [Request(purpose="position", data=ludl.WHERE, takes=takes_numbers(2))]

    def read_position(self, lines: Sequence[bytes]) -> Vec2:
        """Return the position, in micrometres."""
        return ludl.decode_position(lines[0], self._step_um)

    def steer(self, velocity_um_s: Vec2) -> tuple[Sequence[Request], Vec2]:
        """SPIN, both axes in one line."""
        counts = ludl.spin_counts(velocity_um_s, self._unit_um_s)
        return [_command("velocity", ludl.encode_spin(counts))], np.array(counts) * self._unit_um_s

    def halt(self) -> Sequence[Request]:
        """HALT stops all axes."""
        return [_command("halt", ludl.HALT)]

    def check(self, request: Request, line: bytes) -> None:
        """Make sure that a command was taken."""
        check_done(line, asked=request.data.decode("ascii").strip())

    def greet(self, exchange: Callable[[Request], bytes]) -> str:
        """Make sure that SPIN and WHERE are understood."""
        still = self.steer(np.zeros(2))[0][0]
        self.check(still, exchange(still))
        self.read_position([exchange(self.ask_position()[0])])
        return "understands SPIN and WHERE"

    def write_limits(
        self, limits: StageLimits, exchange: Callable[[Request], bytes]
    ) -> HeldLimits | None:
        """None: no command for travel limits is documented."""
        return None


def _command(purpose: Purpose, data: bytes) -> Request:
    return Request(purpose=purpose, data=data, takes=takes_numbers(0))
