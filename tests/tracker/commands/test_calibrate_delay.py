"""What `wormlock calibrate delay` prints to be pasted."""

import pytest

from hardware.stage_config import LudlMac6000Stage
from tracker.calibrate.motion import MotionFit
from tracker.commands.calibrate_delay import _stage_keys
from tracker.commands.run import default_config
from tracker.config import load_config

MOTION = MotionFit(
    unit_ratio=1.25,
    delay_s=0.0143,
    delay_by_axis_s=(0.0137, 0.0149),
    acceleration_um_s2=60_000.0,
    settle_s=0.0,
    unit_ratio_error=0.001,
    delay_error_s=0.0001,
    residual_um=0.1,
)


def at(stage):
    config = load_config(default_config())
    return config.model_copy(update={"rig": config.rig.model_copy(update={"stage": stage})})


def test_the_keys_of_a_controller_are_corrected_by_what_was_found():
    stage = LudlMac6000Stage(
        kind="ludl_mac6000", port="/dev/null", velocity_unit_um_s=0.1, servo_lag_s=0.01
    )

    keys = _stage_keys(at(stage), MOTION, believed_s=0.0123)

    assert keys == pytest.approx({"velocity_unit_um_s": 0.125, "servo_lag_s": 0.012})


def test_a_lag_is_never_negative():
    stage = LudlMac6000Stage(kind="ludl_mac6000", port="/dev/null", servo_lag_s=0.001)

    assert _stage_keys(at(stage), MOTION, believed_s=0.02)["servo_lag_s"] == 0.0


def test_a_simulated_stage_has_no_such_keys():
    assert _stage_keys(load_config(default_config()), MOTION, believed_s=0.01) == {}
