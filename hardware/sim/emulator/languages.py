"""Every controller language that can be emulated, by the `kind` of its stage in config.yaml."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hardware.errors import ConfigError
from hardware.focus_config import AsiFocus, PriorFocus, SerialFocusConfig, ZaberFocus
from hardware.sim.emulator.asi import asi_face
from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.face import Face
from hardware.sim.emulator.ludl import ludl_face
from hardware.sim.emulator.mac6000 import Mac6000Face
from hardware.sim.emulator.prior import FOCUS_STEP_UM, prior_face
from hardware.sim.emulator.tango import tango_face
from hardware.sim.emulator.zaber import (
    FOCUS_DEVICE,
    MICROSTEP_UM,
    VELOCITY_UNIT_UM_S,
    zaber_chain_face,
    zaber_face,
)
from hardware.sim.scenario import StageDynamics
from hardware.stage_config import (
    AsiStage,
    ControllerConfig,
    EmulatedKind,
    LudlMac6000Stage,
    LudlStage,
    PriorStage,
    TangoStage,
    ZaberAxis,
    ZaberStage,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How to speak it, and what its controllers are like where a scenario does not say."""

    face: Callable[[EmulatedStage], Face]
    section: Callable[[StageDynamics, str], ControllerConfig]  # for the port that is named
    baud: int = 115_200  # the usual one
    bits_per_byte: int = 10  # 8N1
    velocity_unit_um_s: float | None = None  # None: the scenario's

    def dynamics(self, dynamics: StageDynamics) -> StageDynamics:
        """Return a scenario's stage with the language's own unit of velocity."""
        if self.velocity_unit_um_s is None:
            return dynamics
        return dynamics.model_copy(update={"velocity_unit_um_s": self.velocity_unit_um_s})


def _mac6000(stage: EmulatedStage) -> Face:
    return Mac6000Face(stage, baud=stage.dynamics.baud)


def _mac6000_section(dynamics: StageDynamics, port: str) -> ControllerConfig:
    return LudlMac6000Stage(
        kind="ludl_mac6000",
        port=port,
        baud=dynamics.baud,
        velocity_unit_um_s=dynamics.velocity_unit_um_s,
        servo_lag_s=dynamics.lag_s,
    )


def _asi_section(dynamics: StageDynamics, port: str) -> ControllerConfig:
    return AsiStage(kind="asi", port=port, baud=dynamics.baud, servo_lag_s=dynamics.lag_s)


def _ludl_section(dynamics: StageDynamics, port: str) -> ControllerConfig:
    return LudlStage(kind="ludl", port=port, baud=dynamics.baud, servo_lag_s=dynamics.lag_s)


def _prior_section(dynamics: StageDynamics, port: str) -> ControllerConfig:
    return PriorStage(kind="prior", port=port, baud=dynamics.baud, servo_lag_s=dynamics.lag_s)


def _tango_section(dynamics: StageDynamics, port: str) -> ControllerConfig:
    return TangoStage(kind="tango", port=port, baud=dynamics.baud, servo_lag_s=dynamics.lag_s)


def _zaber_section(
    dynamics: StageDynamics, port: str, y: tuple[int, int] = (1, 2)
) -> ControllerConfig:
    return ZaberStage(
        kind="zaber",
        port=port,
        baud=dynamics.baud,
        servo_lag_s=dynamics.lag_s,
        x=ZaberAxis(device=1, axis=1, microstep_um=MICROSTEP_UM),
        y=ZaberAxis(device=y[0], axis=y[1], microstep_um=MICROSTEP_UM),
    )


def _zaber_chain_section(dynamics: StageDynamics, port: str) -> ControllerConfig:
    return _zaber_section(dynamics, port, (2, 1))


def emulated_focus(language: EmulatedKind, told: dict[str, object]) -> SerialFocusConfig:
    """Return the section of the third axis of an emulated controller, on the stage's own line.

    `told` is what any focus drive is told: its limits.
    """
    match language:
        case "asi":
            return AsiFocus.model_validate({**told, "kind": "asi"})
        case "prior":
            return PriorFocus.model_validate({**told, "kind": "prior", "step_um": FOCUS_STEP_UM})
        case "zaber" | "zaber_chain":
            z = ZaberAxis(device=FOCUS_DEVICE, axis=1, microstep_um=MICROSTEP_UM)
            return ZaberFocus.model_validate({**told, "kind": "zaber", "z": z})
        case _:
            raise ConfigError(f"rig.focus.kind: an emulated {language} has no third axis")


LANGUAGES: dict[EmulatedKind, Language] = {
    "ludl_mac6000": Language(face=_mac6000, section=_mac6000_section),
    "ludl": Language(face=ludl_face, section=_ludl_section, baud=9600, bits_per_byte=11),
    "asi": Language(face=asi_face, section=_asi_section),
    "zaber": Language(
        face=zaber_face, section=_zaber_section, velocity_unit_um_s=VELOCITY_UNIT_UM_S
    ),
    "zaber_chain": Language(
        face=zaber_chain_face, section=_zaber_chain_section, velocity_unit_um_s=VELOCITY_UNIT_UM_S
    ),
    "prior": Language(face=prior_face, section=_prior_section, baud=9600),
    "tango": Language(face=tango_face, section=_tango_section, baud=57_600),
}
