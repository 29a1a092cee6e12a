"""A Zaber axis as a focus drive, steered by `move abs`. Bytes are in `hardware.stages.zaber_lines`.

Replies carry the number of their question. Over a line that is shared with a stage the numbers of
both could meet, so each takes its own half of the hundred.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from hardware.focus import FocusLimits
from hardware.focus_config import ZaberFocus
from hardware.stages import zaber_lines as zaber
from hardware.stages.line_dialogue import Purpose, Request

_FIRST_ID, _IDS = 50, 50


class ZaberFocusLanguage:
    """Fulfils `hardware.focus_drives.focus_language.FocusLanguage`."""

    name = "Zaber device"
    bits_per_byte = 10  # 8N1

    def __init__(self, config: ZaberFocus) -> None:
        self.fence: Request | None = None
        self._z = config.z
        self.step_um = config.z.microstep_um
        self._asked = 0

    def ask_position(self) -> Request:
        """`get pos`, of this axis."""
        return self._ask("focus", "get pos")

    def read_position(self, line: bytes) -> float:
        """Return the height, in micrometres."""
        return self._number(line, "get pos") * self.step_um

    def go_to(self, z_um: float) -> Request:
        """`move abs`, in microsteps."""
        return self._ask("focus", f"move abs {round(z_um / self.step_um)}")

    def halt(self) -> Request:
        """`stop`, of this axis alone."""
        return self._ask("focus", "stop")

    def check(self, request: Request, line: bytes) -> None:
        """Make sure that a command was taken."""
        zaber.accepted(line, asked=request.data.decode("ascii").strip())

    def greet(self, exchange: Callable[[Request], bytes]) -> str:
        """Ask for the place; an axis that is not there is rejected."""
        self.read_position(exchange(self._ask("setting", "get pos")))
        return f"device {self._z.device} axis {self._z.axis}"

    def write_limits(
        self, limits: FocusLimits, exchange: Callable[[Request], bytes]
    ) -> tuple[float, float] | None:
        """`limit.min` and `limit.max` in whole microsteps within them, read back."""
        floor = math.ceil(limits.floor_um / self.step_um)
        ceiling = math.floor(limits.ceiling_um / self.step_um)
        held_um: list[float] = []
        for setting, steps in (("limit.min", floor), ("limit.max", ceiling)):
            request = self._ask("setting", f"set {setting} {steps}")
            self.check(request, exchange(request))
            line = exchange(self._ask("setting", f"get {setting}"))
            held_um.append(self._number(line, f"get {setting}") * self.step_um)
        return held_um[0], held_um[1]

    def _number(self, line: bytes, asked: str) -> int:
        return (zaber.numbers(line, asked=asked) or (0,))[0]

    def _ask(self, purpose: Purpose, words: str) -> Request:
        self._asked = (self._asked + 1) % _IDS
        message = _FIRST_ID + self._asked
        device = self._z.device

        def takes(line: bytes) -> bool:
            reply = zaber.read_reply(line)
            return reply is not None and (reply.device, reply.message) == (device, message)

        data = zaber.encode(device, self._z.axis, message, words)
        return Request(purpose=purpose, data=data, takes=takes)
