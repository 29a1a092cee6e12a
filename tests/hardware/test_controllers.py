"""Sections of config.yaml for every controller, and the limits that controllers hold."""

from typing import get_args

import numpy as np
import pytest

from hardware.config import RigConfig, validate
from hardware.controllers import hold_limits, slow_line, spoken_by
from hardware.errors import ConfigError, ConfigMismatchError
from hardware.sim.emulator.languages import LANGUAGES
from hardware.sim.scenario import StageDynamics
from hardware.stage import HeldLimits
from hardware.stage_config import ControllerKind
from hardware.stages.line_load import rounds_hz, wire_bytes
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


def test_one_question_at_a_time_needs_the_time_of_all_bytes():
    assert wire_bytes([(23, 5), (6, 21)], is_one=False) == 55


def test_in_one_exchange_replies_come_back_while_the_next_question_goes_out():
    assert wire_bytes([(23, 5), (6, 21)], is_one=True) == 50
    assert wire_bytes([(10, 30), (10, 30)], is_one=True) == 70


def test_the_mac6000_answers_for_x_while_it_is_asked_for_y():
    assert wire_bytes([(26, 0), (9, 13), (9, 13)], is_one=True) == 61


@pytest.mark.parametrize("kind", get_args(ControllerKind))
def test_every_line_carries_forty_rounds_a_second_at_the_usual_baud_and_none_at_9600(kind):
    section = LANGUAGES[kind].section(StageDynamics(), "COM3")

    assert rounds_hz(section, spoken_by(section), 115_200) > 40.0
    assert rounds_hz(section, spoken_by(section), 9600) < 40.0


def test_a_line_that_is_too_slow_for_the_frames_is_told_with_what_it_carries():
    slow = rig(kind="asi", port="COM3", baud=9600)
    quick = rig(kind="asi", port="COM3")
    few = validate(
        {
            "camera": {"kind": "webcam", "rate_hz": 15},
            "stage": {"kind": "asi", "port": "COM3", "baud": 9600},
            "focus": {"kind": "asi", "floor_um": 0, "ceiling_um": 9, "max_speed_um_s": 9},
        },
        RigConfig,
        source="config.yaml",
    )
    both = few.model_copy(update={"camera": slow.camera})

    assert slow_line(slow) == (
        "rig.stage.baud: at 9600 baud the line carries 17 velocities and positions a second, of "
        "30 frames; raise it there and in the controller: 115200 carries 209"
    )
    assert slow_line(quick) == slow_line(few) == ""
    assert "30 frames, and the focus drive on it takes its turns too; raise it" in slow_line(both)
