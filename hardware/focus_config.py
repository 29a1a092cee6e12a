"""The sections of config.yaml that name a focus drive: `rig.focus`.

The limits stand here and not in `safety`: they are heights of this drive alone, and whoever
exchanges the objective changes them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from hardware.focus import FocusLimits
from hardware.stage_config import ZaberAxis
from hardware.strict_yaml import Section


class NoFocus(Section):
    """No motorized focus: the operator turns the knob."""

    kind: Literal["none"]


class FocusDrive(Section):
    """What every focus drive is told by. No defaults for limits: a wrong one breaks objectives."""

    floor_um: float
    ceiling_um: float
    max_speed_um_s: PositiveFloat
    poll_hz: float = Field(default=10.0, gt=0.5, le=50.0)  # how often it is asked where it is
    holds_limits: bool = True  # whether the limits are written into a controller that can hold them

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.floor_um >= self.ceiling_um:
            raise ValueError(
                f".ceiling_um: expected more than floor_um, {self.floor_um:g}, got "
                f"{self.ceiling_um:g}"
            )
        return self

    @property
    def limits(self) -> FocusLimits:
        """What the drive may be asked for."""
        return FocusLimits(
            floor_um=self.floor_um,
            ceiling_um=self.ceiling_um,
            max_speed_um_s=self.max_speed_um_s,
        )


class SimulatedFocus(FocusDrive):
    """The third axis of the simulated rig's emulated controller."""

    kind: Literal["simulated"]


class SerialFocus(FocusDrive):
    """A drive whose controller is reached by a serial port."""

    port: str | None = None  # None: an axis of the stage's own controller, on its port
    baud: PositiveInt = 115_200  # of a port of its own
    reply_deadline_s: PositiveFloat = 0.05  # beyond the time that the bytes need on the wire


class AsiFocus(SerialFocus):
    """The Z axis of an ASI MS-2000 or Tiger."""

    kind: Literal["asi"]
    axis: str = Field(default="Z", pattern="^[A-Z]$")


class ZaberFocus(SerialFocus):
    """A Zaber axis that carries the objective or the sample."""

    kind: Literal["zaber"]
    z: ZaberAxis


class PriorFocus(SerialFocus):
    """The focus drive of a Prior ProScan III."""

    kind: Literal["prior"]
    baud: PositiveInt = 9600
    step_um: PositiveFloat  # of PZ: the controller's `RES,Z` says; it differs from drive to drive


class MicroManagerFocus(FocusDrive):
    """A focus drive of Micro-Manager's, by the MMCore of the stage process."""

    kind: Literal["micromanager"]
    config_file: Path  # relative: to the current folder, else to mm_app_path
    mm_app_path: Path | None = None  # the device adapters' folder; None: Windows' usual place
    device: str | None = None  # the drive's label; None: the .cfg's own focus device
    shared_hub: Literal["refuse", "load", "leave"] = "refuse"
    properties: dict[str, str | int | float] = Field(default_factory=dict[str, str | int | float])
    step_um: PositiveFloat = 0.1  # targets are whole numbers of it
    reply_deadline_s: PositiveFloat = 0.5


SerialFocusConfig: TypeAlias = AsiFocus | ZaberFocus | PriorFocus
FocusDriveConfig: TypeAlias = SimulatedFocus | SerialFocusConfig | MicroManagerFocus
AnyFocus = Annotated[NoFocus | FocusDriveConfig, Field(discriminator="kind")]
