"""A Ludl or LEP MAC6000, steered by its binary frames. They are in `ludl_mac6000_bytes`.

Velocities and halts have no reply, so they are written at any time; only positions are asked and
answered, both axes in one exchange.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from hardware.errors import ConfigMismatchError, LinkTimeoutError
from hardware.stage import HeldLimits
from hardware.stage_config import LudlMac6000Stage
from hardware.stages import ludl_mac6000_bytes as mac6000
from hardware.stages.line_dialogue import Piece, Request
from hardware.types import StageLimits, Vec2


class LudlMac6000Language:
    """Fulfils `hardware.stages.stage_language.StageLanguage`."""

    name = "MAC6000"
    bits_per_byte = 10  # 8N1
    wake = b""

    def __init__(self, config: LudlMac6000Stage) -> None:
        self._config = config
        self.fence: Request | None = None

    def cut(self, received: bytes) -> tuple[list[Piece], bytes]:
        """Frames, by their length."""
        return mac6000.cut_replies(received)

    def ask_position(self) -> Sequence[Request]:
        """Both axes in one write."""
        data = mac6000.encode_position_query()
        return [Request(purpose="position", data=data, takes=mac6000.is_position)]

    def read_position(self, lines: Sequence[bytes]) -> Vec2:
        """Return the position, in micrometres."""
        return mac6000.decode_position(lines[0])

    def steer(self, velocity_um_s: Vec2) -> tuple[Sequence[Request], Vec2]:
        """Both axes in one write, in whole counts; it has no reply."""
        unit_um_s = self._config.velocity_unit_um_s
        counts = mac6000.whole_counts(velocity_um_s, unit_um_s)
        data = mac6000.encode_velocity(counts)
        return [Request(purpose="velocity", data=data, takes=None)], np.array(counts) * unit_um_s

    def halt(self) -> Sequence[Request]:
        """Both axes in one write; it has no reply."""
        return [Request(purpose="halt", data=mac6000.encode_halt(), takes=None)]

    def check(self, request: Request, line: bytes) -> None:
        """Nothing to check: no command is answered."""

    def greet(self, exchange: Callable[[Request], bytes]) -> str:
        """Make sure that positions are answered, and that the baud is the one configured.

        Raises:
            LinkTimeoutError: nobody speaks this language there.
            ConfigMismatchError: the controller names another baud.
        """
        self.read_position([exchange(self.ask_position()[0])])
        question = Request(
            purpose="setting",
            data=mac6000.BAUD_QUESTION,
            takes=lambda line: mac6000.decode_baud_reply(line) is not None,
        )
        try:
            said_baud = mac6000.decode_baud_reply(exchange(question))
        except LinkTimeoutError:
            return "does not say its baud"
        if said_baud != self._config.baud:
            raise ConfigMismatchError(
                f"{self._config.port}: the controller says that it runs at {said_baud} baud; "
                f"rig.stage.baud says {self._config.baud}: make them equal"
            )
        return f"says {said_baud} baud"

    def write_limits(
        self, limits: StageLimits, exchange: Callable[[Request], bytes]
    ) -> HeldLimits | None:
        """None: no command for travel limits is documented."""
        return None
