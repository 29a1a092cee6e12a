"""How an emulated Ludl controller hears and speaks its high-level ASCII language.

Formats as the Micro-Manager adapter and python-microscope, which is run against this, demand
them; `hardware.stages.ludl_lines` is not imported. STATUS answers one byte without an end.
"""

from __future__ import annotations

import re

from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.face import LineFace

_STEP_UM = 0.1
_FASTEST_STEPS_S = 250_000
_AXES = "XY"
_HIGH_LEVEL = b"\xffA"
_SETTING = re.compile(r"([A-Z])\s*(?:=\s*(-?\d+\.?\d*))?")
_STORED = {"SPEED": 25_000.0, "STSPEED": 1000.0, "ACCEL": 100.0}
_CONFIGURATION = (
    "Controller Configuration\n"
    "\n"
    "Address  Label  Id  Description  Type\n"
    "-------  -----  --  -----------  ----\n"
    "1  EMOT  X  X Axis Stage  Motor\n"
    "2  EMOT  Y  Y Axis Stage  Motor\n"
    ":A"
)
_OK = ":A "


class _RefusalError(Exception):
    """An error code of the controller's."""


def ludl_face(stage: EmulatedStage) -> LineFace:
    """Return the language over a stage."""
    return LineFace(LudlController(stage).obey, terminator=b"\r")


class LudlController:
    """What the controller keeps: settings by command and axis."""

    def __init__(self, stage: EmulatedStage) -> None:
        self._stage = stage
        self._settings = {name: [value, value] for name, value in _STORED.items()}

    def obey(self, line: bytes, t_s: float) -> tuple[str, bytes]:
        """Carry out one line; return its meaning and the reply."""
        while line.startswith(_HIGH_LEVEL):
            line = line[len(_HIGH_LEVEL) :]
        text = line.decode("ascii", errors="replace").strip().upper()
        if not text:
            return "", b""
        name, _, rest = text.partition(" ")
        try:
            meaning, reply = self._carry_out(name, _settings(rest), t_s)
        except _RefusalError as refusal:
            meaning, reply = "refused", f":N {refusal.args[0]}"
        if name == "STATUS":
            return meaning, reply.encode("ascii")
        return meaning, reply.encode("ascii") + b"\n"

    def _carry_out(
        self, name: str, settings: list[tuple[int, float | None]], t_s: float
    ) -> tuple[str, str]:
        told = " ".join(
            f"{_AXES[axis].lower()}" + ("" if value is None else f"={value:g}")
            for axis, value in settings
        )
        axes = [axis for axis, _ in settings] or [0, 1]
        match name:
            case "VER":
                done = ("version", "Ludl emulator 1.0\n:A")
            case "RCONFIG":
                done = ("configuration", _CONFIGURATION)
            case "STATUS":
                is_busy = any(self._stage.is_moving(axis, t_s) for axis in axes)
                done = ("busy", "B" if is_busy else "N")
            case "RDSTAT":
                done = ("status", f"{_OK}{int(self._stage.is_moving(axes[0], t_s))} ")
            case "HALT":
                for axis in (0, 1):
                    self._stage.halt(axis, t_s)
                done = ("halt", _OK)
            case "WHERE":
                steps = [round(self._stage.position_um(axis, t_s) / _STEP_UM) for axis in axes]
                done = (f"where {told}", _OK + " ".join(map(str, steps)) + " ")
            case "SPIN" | "MOVE" | "MOVREL" | "HERE":
                done = self._move(name, settings, told, t_s)
            case _ if name in self._settings:
                done = self._set_or_tell(name, settings, told)
            case _:
                raise _RefusalError(-1)
        return done

    def _move(
        self, name: str, settings: list[tuple[int, float | None]], told: str, t_s: float
    ) -> tuple[str, str]:
        if not settings or any(value is None for _, value in settings):
            raise _RefusalError(-3)
        if name == "SPIN" and any(abs(value or 0.0) > _FASTEST_STEPS_S for _, value in settings):
            raise _RefusalError(-4)
        for axis, value in settings:
            um = (value or 0.0) * _STEP_UM
            if name == "SPIN":
                self._stage.run_um_s(axis, t_s, um)
            elif name == "MOVREL":
                self._stage.move(axis, t_s, um)
            elif name == "MOVE":
                self._stage.move_to(axis, t_s, um)
            else:
                self._stage.call_position_um(axis, t_s, um)
        words = {"SPIN": "velocity", "MOVREL": "move by", "MOVE": "move to", "HERE": "here"}
        return f"{words[name]} {told}", _OK

    def _set_or_tell(
        self, name: str, settings: list[tuple[int, float | None]], told: str
    ) -> tuple[str, str]:
        kept = self._settings[name]
        if all(value is None for _, value in settings):
            axes = [axis for axis, _ in settings] or [0, 1]
            return f"ask {name}", _OK + " ".join(f"{kept[axis]:.0f}" for axis in axes) + " "
        for axis, value in settings:
            kept[axis] = kept[axis] if value is None else value
        return f"set {name} {told}", _OK


def _settings(rest: str) -> list[tuple[int, float | None]]:
    """Read `X=5 Y` into axis and value.

    >>> _settings("X=5 Y")
    [(0, 5.0), (1, None)]
    """
    found: list[tuple[int, float | None]] = []
    for letter, value in _SETTING.findall(rest):
        if letter not in _AXES:
            raise _RefusalError(-2)
        found.append((_AXES.index(letter), float(value) if value else None))
    return found
