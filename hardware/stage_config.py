"""The sections of config.yaml that name a stage: which controller, and where it is reached.

Travel, speed and acceleration are not here: they are the `safety` section's, without defaults.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from hardware.strict_yaml import Section


class SimulatedStage(Section):
    """The emulated Ludl MAC6000 of the simulated rig, behind a real serial port."""

    kind: Literal["simulated"]


class NoStage(Section):
    """No stage: look, estimate and record, steer nothing."""

    kind: Literal["none"]


class LudlMac6000Stage(Section):
    """A Ludl or LEP MAC6000 steered by its binary frames."""

    kind: Literal["ludl_mac6000"]
    port: str
    baud: PositiveInt = 115_200
    # 0.1 um/s per count is the likely reading of an undocumented unit: let calibration measure it.
    velocity_unit_um_s: PositiveFloat = 0.1
    servo_lag_s: float = Field(default=0.01, ge=0.0)
    reply_deadline_s: PositiveFloat = 0.05


AnyStage = Annotated[SimulatedStage | NoStage | LudlMac6000Stage, Field(discriminator="kind")]
