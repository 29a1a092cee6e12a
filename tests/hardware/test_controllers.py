"""Sections of config.yaml for every controller, and the limits that controllers hold."""

from typing import get_args

import numpy as np
import pytest

from hardware.config import RigConfig, validate
from hardware.controllers import hold_limits
from hardware.errors import ConfigError, ConfigMismatchError
from hardware.sim.emulator.languages import LANGUAGES
from hardware.sim.scenario import StageDynamics
from hardware.stage import HeldLimits
from hardware.stage_config import ControllerKind
from hardware.types import StageLimits

LIMITS = StageLimits(
    lower_um=np.array([-100.0, -200.0]),
    upper_um=np.array([100.0, 200.0]),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=60_000.0,
)


class HoldingStage:
    limits = LIMITS

    def __init__(self, held):
        self.held = held

    def write_limits(self):
        return self.held


class PlainStage:
    limits = LIMITS


def rig(**stage):
    content = {"camera": {"kind": "webcam"}, "stage": stage}
    return validate(content, RigConfig, source="config.yaml")


@pytest.mark.parametrize("kind", get_args(ControllerKind))
def test_every_kind_has_a_section_and_an_emulated_controller(kind):
    section = LANGUAGES[kind].section(StageDynamics(), "COM3")

    assert rig(**section.model_dump()).stage == section


def test_a_zaber_without_microsteps_is_refused_by_the_keys_name():
    with pytest.raises(ConfigError, match=r"stage\.y\.microstep_um: this key is needed"):
        rig(kind="zaber", port="COM3", x={"axis": 1, "microstep_um": 0.05}, y={"axis": 2})


def test_an_unknown_controller_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"stage\.kind: expected one of .*tango.*corvus"):
        rig(kind="corvus", port="COM3")


def test_limits_that_are_held_are_told_and_rounding_is_allowed():
    held = HeldLimits(lower_um=LIMITS.lower_um + 0.4, upper_um=LIMITS.upper_um)

    assert hold_limits(HoldingStage(held))
    assert not hold_limits(HoldingStage(None))
    assert not hold_limits(PlainStage())


def test_a_controller_that_holds_other_limits_is_named():
    held = HeldLimits(lower_um=LIMITS.lower_um, upper_um=np.array([100.0, 5000.0]))

    with pytest.raises(ConfigMismatchError, match=r"safety\.upper_um.*\[100\.0, 5000\.0\] um"):
        hold_limits(HoldingStage(held))
