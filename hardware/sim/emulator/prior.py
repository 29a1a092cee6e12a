"""How an emulated Prior ProScan III hears and speaks. No client of others' was run against it.

Formats from documents (see `hardware.stages.prior`, which is not imported). Moves are answered at
once, as Micro-Manager's adapter expects in COMP 0; one manual says at their end.
"""

from __future__ import annotations

from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.face import LineFace

_STEP_UM = 1.0
_UNKNOWN, _OUT_OF_RANGE = 5, 10


class _RefusalError(Exception):
    """An error number of the controller's."""


def prior_face(stage: EmulatedStage) -> LineFace:
    """Return the language over a stage."""

    def obey(line: bytes, t_s: float) -> tuple[str, bytes]:
        words = line.decode("ascii", errors="replace").strip().upper().replace(" ", ",")
        if not words:
            return "", b""
        try:
            meaning, reply = _carry_out(stage, words, t_s)
        except _RefusalError as refusal:
            meaning, reply = "refused", f"E,{refusal.args[0]}"
        return meaning, reply.encode("ascii") + b"\r"

    return LineFace(obey, terminator=b"\r")


def _carry_out(stage: EmulatedStage, line: str, t_s: float) -> tuple[str, str]:
    name, *fields = line.split(",")
    values = [_number(field) for field in fields]
    match name, values:
        case "COMP", [_]:
            done = ("mode", "0")
        case "SERIAL", []:
            done = ("serial", "12345")
        case "$", []:
            moving = [stage.is_moving(axis, t_s) for axis in (0, 1)]
            done = ("busy", str(moving[0] + 2 * moving[1]))
        case "PS" | "P", []:
            steps = [round(stage.position_um(axis, t_s) / _STEP_UM) for axis in (0, 1)]
            done = ("where", ",".join(map(str, steps)) + (",0" if name == "P" else ""))
        case "PS" | "VS" | "G" | "GR", [x, y]:
            for axis, value in enumerate((x, y)):
                _move(stage, name, axis, value, t_s)
            words = {"PS": "here", "VS": "velocity", "G": "move to", "GR": "move by"}
            done = (f"{words[name]} {x:g} {y:g}", "0" if name == "PS" else "R")
        case "I" | "K", []:
            for axis in (0, 1):
                stage.halt(axis, t_s)
            done = ("halt", "R")
        case _:
            raise _RefusalError(_UNKNOWN)
    return done


def _move(stage: EmulatedStage, name: str, axis: int, value: float, t_s: float) -> None:
    if name == "VS":
        if abs(value) > stage.dynamics.max_speed_um_s:
            raise _RefusalError(_OUT_OF_RANGE)
        stage.run_um_s(axis, t_s, value)
    elif name == "PS":
        stage.call_position_um(axis, t_s, value * _STEP_UM)
    else:
        here_um = stage.position_um(axis, t_s) if name == "G" else 0.0
        stage.move(axis, t_s, value * _STEP_UM - here_um)


def _number(field: str) -> float:
    try:
        return float(field)
    except ValueError:
        raise _RefusalError(_UNKNOWN) from None
