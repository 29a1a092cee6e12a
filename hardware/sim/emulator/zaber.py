"""How an emulated Zaber device of two axes, or a chain of two devices, hears and speaks.

A device of one axis, the focus, is at the end of either chain.

Formats as Zaber's own library zaber-motion, which is run against this, demands them:
`hardware.stages.zaber_lines` is not imported. A command with a checksum gets a reply with one; one
whose checksum is wrong gets none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hardware.sim.dynamics import FOCUS
from hardware.sim.emulator.device import AXES, EmulatedStage
from hardware.sim.emulator.face import LineFace

MICROSTEP_UM = 0.047625
VELOCITY_UNIT_UM_S = MICROSTEP_UM / 1.6384
FOCUS_DEVICE = 3

_COMMAND = re.compile(r"/ ?(?:(\d{1,2})\b)?(?: (\d)\b)?(?: (\d{1,2}\b|--))? ?([a-z].*)?")
_DEVICE_SETTINGS = {
    "deviceid": "30222", "device.id": "30222", "version": "7.38", "system.serial": "12345",
    "system.access": "1", "comm.address": "1", "comm.alert": "0", "comm.checksum": "0",
    "device.hw.modified": "0", "system.platform": "0", "system.voltage": "48.0",
    "system.temperature": "30.0", "version.build": "10000",
}  # fmt: skip
_AXIS_SETTINGS = {"resolution": "64", "accel": "2000", "peripheralid": "0", "peripheral.id": "0",
                  "peripheral.serial": "0", "driver.enabled": "1"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Told:
    device: int
    axis: int
    message: str
    is_accepted: bool
    data: str


class _RejectedError(Exception):
    """A reason of the device's."""


def zaber_face(stage: EmulatedStage) -> LineFace:
    """Return one device of two axes at address 1, and the focus."""
    return LineFace(ZaberChain(stage, {1: (0, 1), FOCUS_DEVICE: (FOCUS,)}).obey, terminator=b"\n")


def zaber_chain_face(stage: EmulatedStage) -> LineFace:
    """Return two devices of one axis each, at addresses 1 (x) and 2 (y), and the focus."""
    return LineFace(
        ZaberChain(stage, {1: (0,), 2: (1,), FOCUS_DEVICE: (FOCUS,)}).obey, terminator=b"\n"
    )


class ZaberChain:
    """Devices by address, each with its axes (0 or 1 of the stage, 2 of the focus)."""

    def __init__(self, stage: EmulatedStage, devices: dict[int, tuple[int, ...]]) -> None:
        self._stage = stage
        self._devices = devices
        self._is_homed = [False for _ in AXES]
        self._limits = [
            [round(limit_um / MICROSTEP_UM) for limit_um in _travel_um(stage, axis)]
            for axis in AXES
        ]

    def obey(self, line: bytes, t_s: float) -> tuple[str, bytes]:
        """Carry out one line; return its meaning and the replies of the devices addressed."""
        text = line.decode("ascii", errors="replace").strip()
        text = text[max(text.rfind("/"), 0) :]
        body, colon, check = text.partition(":")
        found = _COMMAND.fullmatch(body)
        if found is None or (colon and check.upper() != f"{_checksum(body[1:].encode()):02X}"):
            return "", b""
        address, axis, message = int(found[1] or 0), int(found[2] or 0), found[3] or ""
        words = (found[4] or "").strip()
        asked = [address] if address else sorted(self._devices)
        told = [
            self._carry_out(device, axis, message, words, t_s)
            for device in asked
            if device in self._devices
        ]
        replies = [self._spell(one, t_s, has_checksum=bool(colon)) for one in told]
        meaning = words or "ping"
        if told and not told[0].is_accepted:
            meaning = f"refused {words}"
        return meaning, b"".join(replies)

    def _carry_out(self, device: int, axis: int, message: str, words: str, t_s: float) -> _Told:
        try:
            axes = self._devices[device]
            if axis > len(axes):
                raise _RejectedError("BADAXIS")
            wanted = axes if axis == 0 else (axes[axis - 1],)
            data = self._do(device, axis, wanted, words.split(), t_s) if words else "0"
        except _RejectedError as rejection:
            return _Told(device, axis, message, False, str(rejection.args[0]))
        return _Told(device, axis, message, True, data)

    def _do(
        self, device: int, axis: int, axes: tuple[int, ...], words: list[str], t_s: float
    ) -> str:
        data = "0"
        match words:
            case ["get", "system.axiscount"]:
                data = str(len(self._devices[device]))
            case ["get", name] if name in _DEVICE_SETTINGS and axis == 0:
                data = _DEVICE_SETTINGS[name] if name != "comm.address" else str(device)
            case ["get", name]:
                data = " ".join(self._setting(name, one, t_s) for one in axes)
            case ["set", name, value]:
                self._set(name, axes, value, t_s)
            case ["stop"] | ["estop"]:
                for one in axes:
                    self._stage.halt(one, t_s)
            case ["home"]:
                for one in axes:
                    self._move_to(one, 0, t_s)
                    self._is_homed[one] = True
            case ["move", how, value]:
                for one in axes:
                    self._move(one, how, _whole(value), t_s)
            case ["warnings"] | ["warnings", "clear"]:
                data = self._flags(axes)
            case _:
                raise _RejectedError("BADCOMMAND")
        return data

    def _setting(self, name: str, axis: int, t_s: float) -> str:
        fastest = self._stage.mechanics.dynamics(axis).max_speed_um_s
        settings = {
            "pos": lambda: str(self._position(axis, t_s)),
            "limit.min": lambda: str(self._limits[axis][0]),
            "limit.max": lambda: str(self._limits[axis][1]),
            "maxspeed": lambda: str(round(fastest / VELOCITY_UNIT_UM_S)),
            "limit.home.triggered": lambda: str(int(self._is_homed[axis])),
        }
        if name in settings:
            return settings[name]()
        if name in _AXIS_SETTINGS:
            return _AXIS_SETTINGS[name]
        raise _RejectedError("BADCOMMAND")

    def _set(self, name: str, axes: tuple[int, ...], value: str, t_s: float) -> None:
        for axis in axes:
            if name == "pos":
                self._stage.call_position_um(axis, t_s, _whole(value) * MICROSTEP_UM)
            elif name in ("limit.min", "limit.max"):
                self._limits[axis][name == "limit.max"] = _whole(value)
                lower, upper = self._limits[axis]
                self._stage.hold_limits_um(axis, lower * MICROSTEP_UM, upper * MICROSTEP_UM)
            elif name not in _AXIS_SETTINGS and name not in _DEVICE_SETTINGS:
                raise _RejectedError("BADCOMMAND")

    def _move(self, axis: int, how: str, value: int, t_s: float) -> None:
        if how == "vel":
            velocity_um_s = value * VELOCITY_UNIT_UM_S
            if abs(velocity_um_s) > self._stage.mechanics.dynamics(axis).max_speed_um_s:
                raise _RejectedError("BADDATA")
            self._stage.run_um_s(axis, t_s, velocity_um_s)
        elif how == "rel":
            self._stage.move(axis, t_s, value * MICROSTEP_UM)
        elif how == "abs":
            if not self._limits[axis][0] <= value <= self._limits[axis][1]:
                raise _RejectedError("BADDATA")
            self._move_to(axis, value, t_s)
        else:
            raise _RejectedError("BADCOMMAND")

    def _move_to(self, axis: int, steps: int, t_s: float) -> None:
        self._stage.move_to(axis, t_s, steps * MICROSTEP_UM)

    def _position(self, axis: int, t_s: float) -> int:
        return round(self._stage.position_um(axis, t_s) / MICROSTEP_UM)

    def _flags(self, axes: tuple[int, ...]) -> str:
        return "00" if all(self._is_homed[axis] for axis in axes) else "01 WR"

    def _spell(self, told: _Told, t_s: float, *, has_checksum: bool) -> bytes:
        axes = self._devices[told.device]
        asked = axes if told.axis == 0 or told.axis > len(axes) else (axes[told.axis - 1],)
        is_busy = any(self._stage.is_moving(axis, t_s) for axis in asked)
        warning = "--" if all(self._is_homed[axis] for axis in asked) else "WR"
        message = f" {told.message}" if told.message and told.message != "--" else ""
        said = (
            f"{told.device:02d} {told.axis}{message} {'OK' if told.is_accepted else 'RJ'} "
            f"{'BUSY' if is_busy else 'IDLE'} {warning} {told.data}"
        ).encode("ascii")
        check = f":{_checksum(said):02X}".encode("ascii") if has_checksum else b""
        return b"@" + said + check + b"\r\n"


def _travel_um(stage: EmulatedStage, axis: int) -> tuple[float, float]:
    own = stage.mechanics.dynamics(axis)
    return own.lower_um[axis % 2], own.upper_um[axis % 2]


def _whole(value: str) -> int:
    try:
        return int(float(value))
    except ValueError:
        raise _RejectedError("BADDATA") from None


def _checksum(content: bytes) -> int:
    """Return the longitudinal redundancy check.

    >>> f"{_checksum(b'01 1 05 OK IDLE WR 0'):02X}"
    'B8'
    """
    return (256 - sum(content) % 256) % 256
