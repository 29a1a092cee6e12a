"""The sections of config.yaml that name a stage: which controller, and where it is reached.

Travel, speed and acceleration are not here: they are the `safety` section's, without defaults.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    Field,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from hardware.strict_yaml import Section

ControllerKind: TypeAlias = Literal["ludl_mac6000", "ludl", "asi", "zaber", "prior", "tango"]
EmulatedKind: TypeAlias = ControllerKind | Literal["zaber_chain"]


class SimulatedStage(Section):
    """The emulated controller of the simulated rig, behind a real serial port."""

    kind: Literal["simulated"]
    language: EmulatedKind = "ludl_mac6000"  # what it speaks
    over_tcp: bool = False  # as it always is on Windows, where there are no pseudo terminals


class NoStage(Section):
    """No stage: look, estimate and record, steer nothing."""

    kind: Literal["none"]


def _can_be_opened(port: str) -> str:
    socket = re.fullmatch(r"socket://[^/:\s]+:(\d{1,5})/?", port)
    is_socket = socket is not None and 0 < int(socket[1]) < 65_536
    if not is_socket and ("://" in port or not port.strip() or port != port.strip()):
        raise ValueError(f"expected {_PORTS}, got {port!r}")
    return port


_PORTS = "a port like /dev/ttyUSB0, COM3 or socket://host:4000"
SerialPort = Annotated[str, Field(description=_PORTS), AfterValidator(_can_be_opened)]
AxisLetter = Annotated[str, Field(pattern="^[A-Z]$", description="one capital letter")]


class SerialStage(Section):
    """What every controller on a serial port is told by."""

    port: SerialPort
    baud: PositiveInt = 115_200
    servo_lag_s: float = Field(default=0.01, ge=0.0)
    # Whether `safety`'s limits are written into a controller that can hold limits of its own.
    holds_limits: bool = True
    reply_deadline_s: PositiveFloat = 0.05  # beyond the time that the bytes need on the wire


class AsiStage(SerialStage):
    """An ASI MS-2000 or Tiger, steered by VECTOR."""

    kind: Literal["asi"]
    x_axis: AxisLetter = "X"
    y_axis: AxisLetter = "Y"


class LudlMac6000Stage(SerialStage):
    """A Ludl or LEP MAC6000 steered by its binary frames."""

    kind: Literal["ludl_mac6000"]
    # 0.1 um/s per count is the likely reading of an undocumented unit: let calibration measure it.
    velocity_unit_um_s: PositiveFloat = 0.1


class LudlStage(SerialStage):
    """A Ludl controller in its high-level ASCII language, steered by SPIN."""

    kind: Literal["ludl"]
    baud: PositiveInt = 9600  # the controller's switches say; 30 ms an exchange is slow: raise it
    step_um: PositiveFloat = 0.1
    # SPIN's unit is not documented: one step a second is assumed. Let calibration measure it.
    velocity_unit_um_s: PositiveFloat = 0.1


class ZaberAxis(Section):
    """Which axis of which device it is, and how long a microstep: the stage's data sheet says."""

    device: int = Field(default=1, ge=1, le=99)
    axis: int = Field(ge=1, le=9)
    microstep_um: PositiveFloat


class ZaberStage(SerialStage):
    """Two Zaber axes: of one device, or of two in a chain."""

    kind: Literal["zaber"]
    x: ZaberAxis
    y: ZaberAxis


class PriorStage(SerialStage):
    """A Prior ProScan III, steered by VS."""

    kind: Literal["prior"]
    baud: PositiveInt = 9600
    step_um: PositiveFloat = 1.0  # of PS; the controller's RES says


class TangoStage(SerialStage):
    """A Marzhauser Tango, steered by its speed command."""

    kind: Literal["tango"]
    baud: PositiveInt = 57_600


class SteeringByTargets(Section):
    """Velocities as targets, each overtaken by the next; without a next one the stage stands."""

    by: Literal["targets"]
    travel_s: PositiveFloat = 0.1  # how far ahead a target lies: longer than between two commands
    # The device's own, for its speed: one along the path, or one of x and one of y. Without, the
    # stage goes to each target as fast as it is set to.
    speed_properties: tuple[str, ...] = Field(default=(), max_length=2)
    speed_unit_um_s: PositiveFloat = 1000.0


class SteeringByProperties(Section):
    """Velocities as two properties of the device, `VectorMoveX-VE(mm/s)` for example."""

    by: Literal["properties"]
    x_property: str
    y_property: str
    unit_um_s: PositiveFloat = 1000.0


class SteeringBySerial(Section):
    """Velocities in the controller's own language, past its adapter."""

    by: Literal["serial"]
    port_device: str  # the label of the stage's port in the .cfg
    command: str  # `VE X={x:.4f} Y={y:.4f}`: Python's format, x and y in units of `unit_um_s`
    end: str = "\r"
    answer_end: str = "\r\n"  # empty: there is no answer
    refused_by: str = ":N"  # how an answer begins that means no
    unit_um_s: PositiveFloat = 1000.0

    @field_validator("command")
    @classmethod
    def _takes_x_and_y(cls, command: str) -> str:
        try:
            said = {command.format(x=x, y=y) for x, y in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))}
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"expected a format with {{x}} and {{y}}: {error}") from None
        if len(said) < 3:
            raise ValueError(f"expected a format with {{x}} and {{y}}, got {command!r}")
        return command


AnySteering = Annotated[
    SteeringByTargets | SteeringByProperties | SteeringBySerial, Field(discriminator="by")
]


class MicroManagerStage(Section):
    """An XY stage of Micro-Manager's, reached by pycromanager."""

    kind: Literal["micromanager"]
    backend: Literal["python", "java"] = "python"
    # Python backend: an MMCore of the stage process's own, with the stage alone out of a .cfg.
    config_file: Path | None = None  # relative: to the current folder, else to mm_app_path
    mm_app_path: Path | None = None  # the device adapters' folder; None: Windows' usual place
    device: str | None = None  # the stage's label; None: the .cfg's own XY stage
    shared_hub: Literal["refuse", "load", "leave"] = "refuse"
    # Java backend: a Micro-Manager that runs already, and owns the stage.
    host: str = "127.0.0.1"
    port: int = Field(default=4827, ge=1, le=65535)

    velocity: AnySteering
    servo_lag_s: float = Field(default=0.03, ge=0.0)  # with the adapter's part: measure it
    reply_deadline_s: PositiveFloat = 0.3
    properties: dict[str, str | int | float] = Field(default_factory=dict[str, str | int | float])

    @model_validator(mode="after")
    def _has_what_its_backend_needs(self) -> Self:
        if self.backend == "python" and self.config_file is None:
            raise ValueError(
                ".config_file: this key is needed and missing: the .cfg that names the stage's "
                "adapter"
            )
        return self


ControllerConfig: TypeAlias = (
    LudlMac6000Stage | LudlStage | AsiStage | ZaberStage | PriorStage | TangoStage
)
AnyStage = Annotated[
    SimulatedStage | NoStage | ControllerConfig | MicroManagerStage, Field(discriminator="kind")
]
