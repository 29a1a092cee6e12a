"""How a stage of Micro-Manager's is given a velocity, for which MMCore itself has no call.

By two properties of its adapter, by a line in the controller's own language past the adapter, or
by targets: each lies `travel_s` ahead on the course that the velocities describe, and is overtaken
by the next. A stage that gets no next one comes to rest at its last target by itself.
"""

from __future__ import annotations

import contextlib
from typing import Protocol

import numpy as np

from hardware.cameras.micromanager_core import XyCore
from hardware.stage_config import (
    MicroManagerStage,
    SteeringByProperties,
    SteeringBySerial,
    SteeringByTargets,
)
from hardware.types import StageLimits, Vec2

_DECIMALS = 4  # of a property
_STRAYED_UM = 50.0


class Steering(Protocol):
    """One way to give a velocity. Its calls may raise a `RuntimeError`: MMCore's own."""

    @property
    def travel_s(self) -> float | None:
        """After which time without a new velocity the stage stands by itself; None: never."""
        ...

    def rounded(self, velocity_um_s: Vec2) -> Vec2:
        """Return a velocity as the device is told it."""
        ...

    def give(self, velocity_um_s: Vec2, now_s: float) -> None:
        """Tell the device a rounded velocity."""
        ...

    def halt(self) -> None:
        """Bring the stage to rest."""
        ...


def steering_of(
    core: XyCore, label: str, config: MicroManagerStage, limits: StageLimits
) -> Steering:
    """Return the way that config.yaml names."""
    match config.velocity:
        case SteeringByTargets():
            return ByTargets(core, label, config.velocity, limits)
        case SteeringByProperties():
            return ByProperties(core, label, config.velocity)
        case SteeringBySerial():
            return BySerial(core, label, config.velocity)


class ByTargets:
    """Fulfils `Steering` with MMCore's own positions. No target lies outside the limits."""

    def __init__(
        self, core: XyCore, label: str, config: SteeringByTargets, limits: StageLimits
    ) -> None:
        self._core, self._label, self._config, self._limits = core, label, config, limits
        self._course: tuple[float, Vec2, Vec2] | None = None  # since when, from where, how fast
        self._told_speed: dict[str, str] = {}

    @property
    def travel_s(self) -> float:
        """How far ahead the targets lie."""
        return self._config.travel_s

    def rounded(self, velocity_um_s: Vec2) -> Vec2:
        """Return it as it is: positions are as fine as the device makes them."""
        return velocity_um_s

    def give(self, velocity_um_s: Vec2, now_s: float) -> None:
        """Send the stage `travel_s` ahead."""
        if not velocity_um_s.any():
            self.halt()
            return
        start_um = self._place_um(now_s)
        self._course = (now_s, start_um, velocity_um_s)
        target_um = start_um + velocity_um_s * self._config.travel_s
        x_um, y_um = np.clip(target_um, self._limits.lower_um, self._limits.upper_um)
        self._set_speed(velocity_um_s)
        self._core.set_xy_position(self._label, float(x_um), float(y_um))

    def halt(self) -> None:
        """Stop it where it is."""
        self._course = None
        self._core.stop(self._label)

    def _place_um(self, now_s: float) -> Vec2:
        """Return where the course is now; a stage that has strayed from it is where it is."""
        here_um = np.array(self._core.get_xy_position(self._label), dtype=np.float64)
        if self._course is None:
            return here_um
        since_s, from_um, velocity_um_s = self._course
        place_um = from_um + velocity_um_s * min(now_s - since_s, self._config.travel_s)
        place_um = np.clip(place_um, self._limits.lower_um, self._limits.upper_um)
        ahead_um = np.abs(velocity_um_s) * self._config.travel_s
        has_strayed = (np.abs(here_um - place_um) > 2.0 * ahead_um + _STRAYED_UM).any()
        return here_um if has_strayed else place_um

    def _set_speed(self, velocity_um_s: Vec2) -> None:
        names = self._config.speed_properties
        along_um_s = [float(np.hypot(*velocity_um_s))] if len(names) == 1 else np.abs(velocity_um_s)
        for name, speed_um_s in zip(names, along_um_s, strict=False):
            value = f"{float(speed_um_s) / self._config.speed_unit_um_s:.{_DECIMALS}f}"
            if float(value) > 0.0 and value != self._told_speed.get(name):
                self._core.set_property(self._label, name, value)
                self._told_speed[name] = value


class ByProperties:
    """Fulfils `Steering` with two properties of the stage's adapter."""

    travel_s = None

    def __init__(self, core: XyCore, label: str, config: SteeringByProperties) -> None:
        self._core, self._label, self._config = core, label, config

    def rounded(self, velocity_um_s: Vec2) -> Vec2:
        """Return it in whole steps of the properties' last decimal."""
        return _rounded(velocity_um_s, self._config.unit_um_s)

    def give(self, velocity_um_s: Vec2, now_s: float) -> None:
        """Set both properties."""
        names = (self._config.x_property, self._config.y_property)
        for name, value in zip(names, velocity_um_s / self._config.unit_um_s + 0.0, strict=True):
            self._core.set_property(self._label, name, f"{value:.{_DECIMALS}f}")

    def halt(self) -> None:
        """Stop it, and set both to zero: not every adapter has a stop."""
        with contextlib.suppress(RuntimeError):
            self._core.stop(self._label)
        self.give(np.zeros(2), 0.0)


class BySerial:
    """Fulfils `Steering` with a line in the controller's own language."""

    travel_s = None

    def __init__(self, core: XyCore, label: str, config: SteeringBySerial) -> None:
        self._core, self._label, self._config = core, label, config

    def rounded(self, velocity_um_s: Vec2) -> Vec2:
        """Return it in whole steps of a unit's fourth decimal: no finer than a usual command."""
        return _rounded(velocity_um_s, self._config.unit_um_s)

    def give(self, velocity_um_s: Vec2, now_s: float) -> None:
        """Write the line, and take its answer where there is one."""
        config = self._config
        x, y = velocity_um_s / config.unit_um_s + 0.0
        self._core.set_serial_port_command(
            config.port_device, config.command.format(x=float(x), y=float(y)), config.end
        )
        if config.answer_end:
            answer = self._core.get_serial_port_answer(config.port_device, config.answer_end)
            if answer.startswith(config.refused_by):
                raise RuntimeError(f"the controller refused a velocity: {answer!r}")

    def halt(self) -> None:
        """Stop it, and ask for no velocity: not every adapter has a stop."""
        with contextlib.suppress(RuntimeError):
            self._core.stop(self._label)
        self.give(np.zeros(2), 0.0)


def _rounded(velocity_um_s: Vec2, unit_um_s: float) -> Vec2:
    return np.round(velocity_um_s / unit_um_s, _DECIMALS) * unit_um_s + 0.0
