"""How an emulated Marzhauser Tango hears and speaks. No client of others' was run against it.

Formats from documents (see `hardware.stages.tango`, which is not imported). Lines with `!` have no
reply; an error is kept until `?err` asks for it.
"""

from __future__ import annotations

from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.face import LineFace

_UM, _MM = 1, 9  # of `!dim`
_UNKNOWN, _WRONG_VALUE = 4, 5


def tango_face(stage: EmulatedStage) -> LineFace:
    """Return the language over a stage."""
    return LineFace(TangoController(stage).obey, terminator=b"\r")


class TangoController:
    """What the controller keeps: units, limits, the last error."""

    def __init__(self, stage: EmulatedStage) -> None:
        self._stage = stage
        self._dimension = _UM
        self._error = 0
        own = stage.dynamics
        self._limits_um = [[own.lower_um[axis], own.upper_um[axis]] for axis in (0, 1)]

    def obey(self, line: bytes, t_s: float) -> tuple[str, bytes]:
        """Carry out one line; return its meaning and the reply, if it has one."""
        words = line.decode("ascii", errors="replace").strip().lower().split()
        if not words:
            return "", b""
        try:
            meaning, reply = self._carry_out(words, t_s)
        except (ValueError, IndexError):
            self._error, meaning, reply = _WRONG_VALUE, "refused", ""
        return meaning, reply.encode("ascii") + (b"\r" if reply else b"")

    def _carry_out(self, words: list[str], t_s: float) -> tuple[str, str]:
        match words:
            case ["?version"]:
                done = ("version", "TANGO-DESKTOP, Version 1.73")
            case ["?det"]:
                done = ("axes", "32")
            case ["?err"]:
                done, self._error = ("error", str(self._error)), 0
            case ["?statusaxis"]:
                states = ["M" if self._stage.is_moving(axis, t_s) else "@" for axis in (0, 1)]
                done = ("busy", "".join(states) + "--")
            case ["?pos"]:
                places = [self._stage.position_um(axis, t_s) / self._unit_um for axis in (0, 1)]
                done = ("where", " ".join(f"{place:.4f}" for place in places))
            case ["?lim", axis]:
                limits = [limit / self._unit_um for limit in self._limits_um["xy".index(axis)]]
                done = ("ask lim", f"{limits[0]:.4f} {limits[1]:.4f}")
            case ["a", axis]:
                self._stage.halt("xy".index(axis), t_s)
                done = (f"halt {axis}", "")
            case [name, *fields] if name.startswith("!"):
                self._set(name[1:], fields, t_s)
                done = (" ".join(["velocity" if name == "!speed" else name[1:], *fields]), "")
            case _:
                self._error, done = _UNKNOWN, ("unknown", "")
        return done

    @property
    def _unit_um(self) -> float:
        return 1000.0 if self._dimension == _MM else 1.0

    def _set(self, name: str, fields: list[str], t_s: float) -> None:
        if name == "lim":
            axis = "xy".index(fields[0])
            self._limits_um[axis] = [float(field) * self._unit_um for field in fields[1:3]]
            self._stage.hold_limits_um(axis, *self._limits_um[axis])
            return
        values = [float(field) for field in fields]
        if name == "dim":
            self._dimension = int(values[0])
        elif name in ("speed", "pos", "moa", "mor"):
            for axis, value in enumerate(values[:2]):
                self._move(name, axis, value * self._unit_um, t_s)
        elif name != "autostatus":
            self._error = _UNKNOWN

    def _move(self, name: str, axis: int, value_um: float, t_s: float) -> None:
        if name == "speed":
            self._stage.run_um_s(axis, t_s, value_um)
        elif name == "pos":
            self._stage.call_position_um(axis, t_s, value_um)
        else:
            here_um = self._stage.position_um(axis, t_s) if name == "moa" else 0.0
            self._stage.move(axis, t_s, value_um - here_um)
