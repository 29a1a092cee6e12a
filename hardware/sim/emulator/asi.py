"""How an emulated ASI Tiger (or MS-2000) hears and speaks.

Formats as the Micro-Manager adapters and the independent clients tigerasi and asitiger, which are
run against this, demand them; `hardware.stages.asi_lines` is not imported, so that driver and
emulator do not share a mistake. Positions are told in tenths of a micrometre, times UM's sign.
"""

from __future__ import annotations

import re

from hardware.sim.emulator.device import AXES, EmulatedStage
from hardware.sim.emulator.face import LineFace

_AXES = "XYZ"
_COMMAND = re.compile(r"(\d*)\s*([A-Z]+|[/\\!])\s*(.*)")
_SETTING = re.compile(r"([A-Z])\s*(?:=\s*(-?\d*\.?\d+)|([?+-]))?")
_LONG_NAMES = {
    "WHERE": "W", "MOVE": "M", "MOVREL": "R", "VECTOR": "VE", "HALT": "\\", "STATUS": "/",
    "RDSTAT": "RS", "SPEED": "S", "ACCEL": "AC", "HERE": "H", "ZERO": "Z", "VERSION": "V",
    "SETLOW": "SL", "SETUP": "SU", "UNITS": "UM", "BUILD": "BU", "WHO": "N",
}  # fmt: skip
_STORED = {"B": 0.04, "E": 0.002, "PC": 0.02, "WT": 0.0, "MA": 1.0, "AC": 25.0, "OS": 0.0,
           "J": 2.0, "JS": 1.0, "MC": 1.0, "CD": 0.0, "HM": 1000.0}  # fmt: skip
_TOLD_WITH_A = {"S", "PC", "SL", "SU", "VE", "OS", "HM"}  # the others answer `:X=`
_BUILD = (
    "{head}\rMotor Axes: X Y Z\rAxis Types: x x z\rAxis Addr: 1 1 2\rHex Addr: 31 31 32\r"
    "Axis Props: 10 10 0"
)
_OK = ":A "


class _RefusalError(Exception):
    """An error code of the controller's."""


def asi_face(stage: EmulatedStage) -> LineFace:
    """Return the language over a stage."""
    return LineFace(AsiController(stage).obey, terminator=b"\r")


class AsiController:
    """What the firmware keeps: settings by command and axis."""

    def __init__(self, stage: EmulatedStage) -> None:
        self._stage = stage
        axes = [stage.mechanics.dynamics(axis) for axis in AXES]
        stored = {**_STORED, "UM": 10_000.0, "VE": 0.0}
        self._settings = {name: [value for _ in AXES] for name, value in stored.items()}
        self._settings["S"] = [axis.max_speed_um_s / 1000.0 for axis in axes]
        self._settings["SL"] = [
            axis.lower_um[place % 2] / 1000.0 for place, axis in enumerate(axes)
        ]
        self._settings["SU"] = [
            axis.upper_um[place % 2] / 1000.0 for place, axis in enumerate(axes)
        ]

    def obey(self, line: bytes, t_s: float) -> tuple[str, bytes]:
        """Carry out one line; return its meaning and the reply."""
        text = line.decode("ascii", errors="replace").strip().upper()
        if not text:
            return "", b""
        found = _COMMAND.fullmatch(text)
        try:
            if found is None:
                raise _RefusalError(-1)
            address, word, rest = found.groups()
            meaning, reply = self._carry_out(_LONG_NAMES.get(word, word), rest, address, t_s)
        except _RefusalError as refusal:
            meaning, reply = "refused", f":N{refusal.args[0]}"
        return meaning, reply.encode("ascii") + b"\r\n"

    def _carry_out(self, name: str, rest: str, address: str, t_s: float) -> tuple[str, str]:
        match name:
            case "\\":
                done = self._halt(t_s)
            case "/":
                done = "busy", "B" if self._is_moving(t_s) else "N"
            case "V":
                done = "version", ":A Version: USB-9.2n "
            case "N" | "CD":
                done = "who", f"At {address or 30}: Comm v3.40 TIGER_COMM"
            case "BU":
                head = "STD_XY" if address else "TIGER_COMM"
                done = "build", head if rest != "X" else _BUILD.format(head=head)
            case "W" | "RS":
                done = self._tell(name, rest, t_s)
            case "VE" | "M" | "R" | "H" | "Z" if "?" not in rest:
                done = self._move(name, rest, t_s)
            case _ if name in self._settings:
                done = self._set_or_tell(name, rest)
            case _:
                raise _RefusalError(-1)
        return done

    def _halt(self, t_s: float) -> tuple[str, str]:
        was_moving = self._is_moving(t_s)
        for axis in AXES:
            self._stage.halt(axis, t_s)
        return "halt", ":N-21" if was_moving else _OK

    def _tell(self, name: str, rest: str, t_s: float) -> tuple[str, str]:
        wanted = [(axis, how) for axis, _, how in _settings(rest)]
        if not wanted:
            raise _RefusalError(-3)
        if name == "W":
            numbers = [self._units(axis, self._stage.position_um(axis, t_s)) for axis, _ in wanted]
            return "where", _OK + " ".join(f"{number:.1f}" for number in numbers) + " "
        moving = [self._stage.is_moving(axis, t_s) for axis in AXES]
        states = [
            ("B" if moving[axis] else "N") if how == "?" else f"{15 if moving[axis] else 10} "
            for axis, how in wanted
        ]
        return "status", _OK + "".join(states)

    def _move(self, name: str, rest: str, t_s: float) -> tuple[str, str]:
        settings = _settings(rest)
        if name == "Z":
            settings = [(axis, 0.0, "") for axis in AXES]
        if not settings:
            raise _RefusalError(-3)
        if name == "VE":
            fastest_um_s = [self._stage.mechanics.dynamics(axis).max_speed_um_s for axis in AXES]
            if any(abs(value or 0.0) > fastest_um_s[axis] / 1000.0 for axis, value, _ in settings):
                raise _RefusalError(-4)
        for axis, value, _ in settings:
            number = value or 0.0
            um = number * 1000.0 / self._settings["UM"][axis]
            if name == "VE":
                self._settings["VE"][axis] = number
                self._stage.run_um_s(axis, t_s, number * 1000.0)
            elif name == "R":
                self._stage.move(axis, t_s, um)
            elif name == "M":
                self._stage.move_to(axis, t_s, um)
            else:
                self._stage.call_position_um(axis, t_s, um)
        words = {"VE": "velocity", "R": "move by", "M": "move to", "H": "here", "Z": "zero"}
        return f"{words[name]} {rest.lower()}".rstrip(), _OK

    def _set_or_tell(self, name: str, rest: str) -> tuple[str, str]:
        settings, kept = _settings(rest), self._settings[name]
        if not settings:
            raise _RefusalError(-3)
        if any(how == "?" for _, _, how in settings):
            told = " ".join(f"{_AXES[axis]}={kept[axis]:.6g}" for axis, _, _ in settings)
            return f"ask {name}", (f"{_OK}{told} " if name in _TOLD_WITH_A else f":{told} A")
        for axis, value, _ in settings:
            if value is not None:
                kept[axis] = value
        if name in ("SL", "SU"):
            for axis in AXES:
                limits_mm = [self._settings[which][axis] for which in ("SL", "SU")]
                self._stage.hold_limits_um(axis, limits_mm[0] * 1000.0, limits_mm[1] * 1000.0)
        return f"set {name} {rest.lower()}", _OK

    def _units(self, axis: int, position_um: float) -> float:
        return position_um * self._settings["UM"][axis] / 1000.0

    def _is_moving(self, t_s: float) -> bool:
        return any(self._stage.is_moving(axis, t_s) for axis in AXES)


def _settings(rest: str) -> list[tuple[int, float | None, str]]:
    """Read `X=1.5 Y?` into axis, value and what stands instead of one.

    >>> _settings("X=1.5 Y?")
    [(0, 1.5, ''), (1, None, '?')]
    """
    found: list[tuple[int, float | None, str]] = []
    for letter, value, how in _SETTING.findall(rest):
        if letter not in _AXES:
            raise _RefusalError(-2)
        found.append((_AXES.index(letter), float(value) if value else None, how))
    if not found and rest.strip():
        raise _RefusalError(-2)
    return found
