"""Two Zaber axes, of one device or of a chain, steered by `move vel`. Bytes are in `zaber_lines`.

Every command carries a number and a checksum and so does its reply: replies are told apart, and
a velocity is written while a position is still on its way.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import numpy as np

from hardware.errors import UnreadableError
from hardware.stage import HeldLimits
from hardware.stage_config import ZaberAxis, ZaberStage
from hardware.stages import zaber_lines as zaber
from hardware.stages.line_dialogue import Piece, Purpose, Request, cut_lines
from hardware.types import StageLimits, Vec2

_log = logging.getLogger(__name__)

_IDS = 50  # the upper half of the numbers is a focus drive's on the same line
_ALL_AXES = 0


class ZaberLanguage:
    """Fulfils `hardware.stages.stage_language.StageLanguage`."""

    name = "Zaber device"
    bits_per_byte = 10  # 8N1
    wake = b""

    def __init__(self, config: ZaberStage) -> None:
        self.fence: Request | None = None
        self._axes = (config.x, config.y)
        self._microsteps_um = np.array([axis.microstep_um for axis in self._axes])
        self._last_id = 0
        self._warning = ""

    def cut(self, received: bytes) -> tuple[list[Piece], bytes]:
        """Lines."""
        return cut_lines(received)

    def ask_position(self) -> Sequence[Request]:
        """One question for all axes of a device, or one for each device of a chain."""
        return [self._ask("position", device, _ALL_AXES, "get pos") for device in self._devices()]

    def read_position(self, lines: Sequence[bytes]) -> Vec2:
        """Return the position, in micrometres."""
        told = {
            device: zaber.numbers(line, asked="get pos")
            for device, line in zip(self._devices(), lines, strict=True)
        }
        self._note_warnings(lines)
        try:
            steps = [told[axis.device][axis.axis - 1] for axis in self._axes]
        except IndexError:
            raise UnreadableError("an axis is missing", reply=lines[0]) from None
        return np.array(steps) * self._microsteps_um

    def steer(self, velocity_um_s: Vec2) -> tuple[Sequence[Request], Vec2]:
        """`move vel`, one line an axis."""
        requests: list[Request] = []
        sent_um_s = np.zeros(2)
        for place, axis in enumerate(self._axes):
            data = zaber.speed_data(float(velocity_um_s[place]), axis.microstep_um)
            words = f"move vel {data}"
            requests.append(self._ask("velocity", axis.device, axis.axis, words))
            sent_um_s[place] = zaber.speed_um_s(data, axis.microstep_um)
        return requests, sent_um_s

    def halt(self) -> Sequence[Request]:
        """`stop`, which slows down as fast as the axes may."""
        return [self._ask("halt", device, _ALL_AXES, "stop") for device in self._devices()]

    def check(self, request: Request, line: bytes) -> None:
        """Make sure that a command was taken."""
        zaber.accepted(line, asked=request.data.decode("ascii").strip())

    def greet(self, exchange: Callable[[Request], bytes]) -> str:
        """Ask every device for its firmware, and every axis for its place."""
        told: list[str] = []
        for device in self._devices():
            line = exchange(self._ask("setting", device, _ALL_AXES, "get version"))
            version = zaber.accepted(line, asked="get version").data
            told.append(f"device {device} firmware {version}")
        self.read_position([exchange(request) for request in self.ask_position()])
        return ", ".join(told)

    def write_limits(
        self, limits: StageLimits, exchange: Callable[[Request], bytes]
    ) -> HeldLimits | None:
        """`limit.min` and `limit.max`, read back."""
        held_um = np.zeros((2, 2))
        for row, (setting, limits_um) in enumerate(
            (("limit.min", limits.lower_um), ("limit.max", limits.upper_um))
        ):
            for place, axis in enumerate(self._axes):
                steps = round(float(limits_um[place]) / axis.microstep_um)
                held = self._write(axis, setting, steps, exchange)
                held_um[row, place] = held * axis.microstep_um
        return HeldLimits(lower_um=held_um[0], upper_um=held_um[1])

    def _write(
        self, axis: ZaberAxis, setting: str, steps: int, exchange: Callable[[Request], bytes]
    ) -> int:
        request = self._ask("setting", axis.device, axis.axis, f"set {setting} {steps}")
        self.check(request, exchange(request))
        query = self._ask("setting", axis.device, axis.axis, f"get {setting}")
        line = exchange(query)
        (held,) = zaber.numbers(line, asked=f"get {setting}")[:1] or (0,)
        return held

    def _devices(self) -> list[int]:
        return list(dict.fromkeys(axis.device for axis in self._axes))

    def _ask(self, purpose: Purpose, device: int, axis: int, words: str) -> Request:
        self._last_id = (self._last_id + 1) % _IDS
        message = self._last_id

        def takes(line: bytes) -> bool:
            reply = zaber.read_reply(line)
            return reply is not None and (reply.device, reply.message) == (device, message)

        data = zaber.encode(device, axis, message, words)
        return Request(purpose=purpose, data=data, takes=takes)

    def _note_warnings(self, lines: Sequence[bytes]) -> None:
        """Log a warning flag when it is new; `WR` says that zero is where it was switched on."""
        flags = {reply.warning for line in lines if (reply := zaber.read_reply(line)) is not None}
        warning = " ".join(sorted(flags - {"--"}))
        if warning != self._warning:
            _log.warning("flags: %s", warning or "none")
            self._warning = warning
