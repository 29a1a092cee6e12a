"""A real MMCore with its demo stage, steered by targets."""

import time
from pathlib import Path

import mm_test_adapters
import numpy as np
import pytest

from hardware.clock import HostClock
from hardware.controllers import hold_limits
from hardware.errors import ConfigError, ConfigMismatchError, LinkLostError, LinkTimeoutError
from hardware.stage import StandsBySelf
from hardware.stage_config import MicroManagerStage
from hardware.stages.micromanager_opening import open_micromanager_stage
from hardware.types import StageLimits

pytestmark = pytest.mark.realtime

CFG = """
Device,Cam,DemoCamera,DCam
Device,Z,DemoCamera,DStage
Device,XY,DemoCamera,DXYStage
Property,Core,Initialize,1
Property,Core,Camera,Cam
Property,Core,XYStage,XY
Property,XY,Velocity,5
"""
SMOOTH = {"by": "targets", "travel_s": 0.1, "speed_properties": ["Velocity"]}


def limits(half_um=20_000.0):
    return StageLimits(
        lower_um=np.full(2, -half_um),
        upper_um=np.full(2, half_um),
        max_speed_um_s=3000.0,
        max_acceleration_um_s2=60_000.0,
    )


@pytest.fixture
def open_stage(tmp_path):
    """Open the demo stage of a .cfg that names a camera and a Z drive too."""
    cfg = tmp_path / "rig.cfg"
    opened = []

    def make(*, text=CFG, half_um=20_000.0, velocity=SMOOTH, **keys):
        cfg.write_text(text)
        usual = {
            "kind": "micromanager",
            "config_file": cfg,
            "mm_app_path": mm_test_adapters.device_adapter_path(),
            "velocity": velocity,
        }
        config = MicroManagerStage.model_validate(usual | keys)
        opened.append(open_micromanager_stage(config, limits(half_um), HostClock()))
        return opened[-1]

    yield make
    for stage in opened:
        stage.close()


def test_both_axes_run_at_their_velocities_and_the_newest_one_holds(open_stage, steer, rate_um_s):
    stage = open_stage()

    steer(stage, [400.0, -300.0], 0.2)
    first_um_s = rate_um_s(stage, [400.0, -300.0], 0.4)
    steer(stage, [-200.0, 100.0], 0.2)
    second_um_s = rate_um_s(stage, [-200.0, 100.0], 0.4)

    assert first_um_s == pytest.approx([400.0, -300.0], rel=0.05)
    assert second_um_s == pytest.approx([-200.0, 100.0], rel=0.05)


def test_a_halt_stops_the_stage_at_once(open_stage, where, steer):
    stage = open_stage()
    steer(stage, [1000.0, 0.0], 0.2)

    stage.stop()
    first = where(stage)
    time.sleep(0.1)

    assert where(stage).position_um == pytest.approx(first.position_um, abs=0.02)
    assert 100.0 < first.position_um[0] < 400.0


def test_without_a_next_command_the_stage_comes_to_rest_by_itself(open_stage, where, steer):
    stage = open_stage()
    steer(stage, [1000.0, 0.0], 0.2)
    last = where(stage)

    time.sleep(0.3)
    stood = where(stage)
    time.sleep(0.1)

    assert isinstance(stage, StandsBySelf)
    assert stage.travel_s == 0.1
    assert stood.position_um[0] - last.position_um[0] < 150.0
    assert where(stage).position_um == pytest.approx(stood.position_um)


def test_no_target_lies_outside_the_limits(open_stage, where, steer):
    stage = open_stage(half_um=150.0)

    steer(stage, [1000.0, -1000.0], 0.5)

    assert where(stage).position_um == pytest.approx([150.0, -150.0], abs=0.5)
    assert not hold_limits(stage)


def test_a_stage_as_fast_as_it_likes_still_goes_the_way_that_was_asked(
    open_stage, steer, rate_um_s
):
    stage = open_stage(velocity={"by": "targets", "travel_s": 0.05})

    steer(stage, [1000.0, 500.0], 0.2)
    seen_um_s = rate_um_s(stage, [1000.0, 500.0], 0.4)

    assert seen_um_s == pytest.approx([1000.0, 500.0], rel=0.15)  # it goes in steps


def test_settings_of_the_cfg_are_made_and_those_of_config_yaml_over_them(open_stage, where):
    stage = open_stage(properties={"Velocity": 2.0}, velocity={"by": "targets"})

    stage.set_velocity(np.array([3000.0, 0.0]))
    where(stage)
    first = where(stage)
    time.sleep(0.05)
    second = where(stage)

    seen_um_s = (second.position_um - first.position_um) / (second.t_s - first.t_s)
    assert seen_um_s[0] == pytest.approx(2000.0, rel=0.05)


def test_only_the_stage_is_loaded(open_stage):
    stage = open_stage()

    assert "Cam" not in stage._core.get_loaded_devices()
    assert "Z" not in stage._core.get_loaded_devices()


def test_a_device_that_is_lost_while_it_runs_is_a_lost_link(open_stage, where):
    stage = open_stage()
    where(stage)
    stage._core.unload_device("XY")

    with pytest.raises(LinkTimeoutError, match="XY"):
        where(stage)
    time.sleep(0.55)
    with pytest.raises(LinkLostError, match="Micro-Manager has lost the stage"):
        where(stage)
    with pytest.raises(LinkLostError, match="could not be halted"):
        stage.stop()


def test_a_stage_can_be_opened_again_when_it_was_closed(open_stage, where):
    open_stage().close()

    assert where(open_stage()).position_um == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"velocity": {"by": "targets", "speed_properties": ["Velocty"]}},
         r"velocity\.speed_properties: the stage XY has no property Velocty; did you mean"),
        ({"velocity": {"by": "properties", "x_property": "VX", "y_property": "VY"}},
         r"velocity\.x_property: the stage XY has no property VX"),
        ({"velocity": {"by": "serial", "port_device": "COM1", "command": "VE X={x} Y={y}"}},
         r"velocity\.port_device: the stage XY stands on no COM1"),
    ],
)  # fmt: skip
def test_what_the_stage_lacks_is_named(open_stage, keys, fault):
    with pytest.raises(ConfigMismatchError, match=fault):
        open_stage(**keys)


def test_a_hub_that_the_camera_uses_too_is_refused(open_stage, where):
    on_a_hub = CFG.replace("Device,Cam", "Device,Hub,DemoCamera,DHub\nDevice,Cam")
    on_a_hub += "Parent,Cam,Hub\nParent,XY,Hub\n"

    with pytest.raises(ConfigError, match=r"rig\.stage\.config_file.*XY stands on Hub.*Cam use"):
        open_stage(text=on_a_hub)

    assert where(open_stage(text=on_a_hub, shared_hub="load")).position_um[0] == 0.0


@pytest.mark.parametrize(
    ("keys", "error", "fault"),
    [
        ({"device": "Cam"}, LinkLostError, r"rig\.stage\.device: Cam is no XY stage"),
        ({"device": "YX"}, ConfigError, r"rig\.stage\.device: .* has no device 'YX'; it has"),
        ({"text": CFG.replace("Core,XYStage,XY", "Core,XYStage,")}, ConfigError, "name one"),
        ({"mm_app_path": Path("/nowhere")}, LinkLostError, r"rig\.stage\.mm_app_path: /nowhere"),
    ],
)
def test_a_stage_that_cannot_be_loaded_is_refused_by_the_keys_name(open_stage, keys, error, fault):
    with pytest.raises(error, match=fault):
        open_stage(**keys)
