"""How an emulated Prior ProScan III hears and speaks. No client of others' was run against it.

Formats from documents (see `hardware.stages.prior`, which is not imported). Moves are answered at
once, as Micro-Manager's adapter expects in COMP 0; one manual says at their end.
"""

from __future__ import annotations

from hardware.sim.dynamics import FOCUS
from hardware.sim.emulator.device import AXES, EmulatedStage
from hardware.sim.emulator.face import LineFace

_STEP_UM = 1.0
FOCUS_STEP_UM = 0.1
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
    values = [_number(field) for field in fields if field not in "XYZ"]
    match name, values:
        case "COMP", [_]:
            done = ("mode", "0")
        case "SERIAL", []:
            done = ("serial", "12345")
        case "$", []:
            moving = [stage.is_moving(axis, t_s) << axis for axis in AXES]
            done = ("busy", str(sum(moving)))
        case "RES", []:
            done = ("resolution", f"{FOCUS_STEP_UM if line.endswith('Z') else _STEP_UM:g}")
        case "PS" | "P" | "PZ", []:
            axes = {"PS": AXES[:FOCUS], "P": AXES, "PZ": (FOCUS,)}[name]
            done = ("where", ",".join(str(_steps(stage, axis, t_s)) for axis in axes))
        case "GZ" | "V", [z]:
            stage.move_to(FOCUS, t_s, z * FOCUS_STEP_UM)
            done = (f"focus to {z:g}", "R")
        case "PS" | "VS" | "G" | "GR", [x, y]:
            for axis, value in enumerate((x, y)):
                _move(stage, name, axis, value, t_s)
            words = {"PS": "here", "VS": "velocity", "G": "move to", "GR": "move by"}
            done = (f"{words[name]} {x:g} {y:g}", "0" if name == "PS" else "R")
        case "I" | "K", []:
            for axis in AXES:
                stage.halt(axis, t_s)
            done = ("halt", "R")
        case _:
            raise _RefusalError(_UNKNOWN)
    return done


def _steps(stage: EmulatedStage, axis: int, t_s: float) -> int:
    step_um = FOCUS_STEP_UM if axis == FOCUS else _STEP_UM
    return round(stage.position_um(axis, t_s) / step_um)


def _move(stage: EmulatedStage, name: str, axis: int, value: float, t_s: float) -> None:
    if name == "VS":
        if abs(value) > stage.dynamics.max_speed_um_s:
            raise _RefusalError(_OUT_OF_RANGE)
        stage.run_um_s(axis, t_s, value)
    elif name == "PS":
        stage.call_position_um(axis, t_s, value * _STEP_UM)
    elif name == "G":
        stage.move_to(axis, t_s, value * _STEP_UM)
    else:
        stage.move(axis, t_s, value * _STEP_UM)


def _number(field: str) -> float:
    try:
        return float(field)
    except ValueError:
        raise _RefusalError(_UNKNOWN) from None
