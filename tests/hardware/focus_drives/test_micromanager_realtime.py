"""A real MMCore with its demo focus drive, in the core of its demo stage."""

import time

import mm_test_adapters
import pytest

from hardware.clock import HostClock
from hardware.errors import ConfigError, ConfigMismatchError
from hardware.focus_config import MicroManagerFocus
from hardware.focus_drives.micromanager_opening import open_micromanager_focus
from tracker.safety.focus_guard import take_charge_of_focus

pytestmark = pytest.mark.realtime

CFG = """
Device,Z,DemoCamera,DStage
Device,XY,DemoCamera,DXYStage
Property,Core,Initialize,1
Property,Core,Focus,Z
"""


@pytest.fixture
def open_focus(tmp_path):
    opened = []
    cfg = tmp_path / "rig.cfg"
    cfg.write_text(CFG)

    def run(**keys):
        usual = {
            "kind": "micromanager",
            "config_file": cfg,
            "mm_app_path": mm_test_adapters.device_adapter_path(),
            "floor_um": -10.0,
            "ceiling_um": 50.0,
            "max_speed_um_s": 100.0,
        }
        config = MicroManagerFocus.model_validate(usual | keys)
        opened.append(open_micromanager_focus(config, HostClock()))
        return opened[-1]

    yield run
    for drive in opened:
        drive.close()


def lead(guard, seconds):
    until_s = time.perf_counter() + seconds
    heights_um = []
    guard.ask()
    while time.perf_counter() < until_s:
        if (state := guard.answer()) is not None:
            heights_um.append(state.z_um)
            guard.turn()
            guard.ask()
        time.sleep(0.01)
    return heights_um


def test_the_drive_is_led_to_a_height_and_never_below_its_floor(open_focus):
    guard = take_charge_of_focus(open_focus(), HostClock())

    lead(guard, 0.2)
    guard.go_to(20.0)
    there_um = lead(guard, 0.8)[-1]
    guard.go_to(-400.0)
    heights_um = lead(guard, 0.8)
    guard.close()

    assert there_um == pytest.approx(20.0, abs=0.11)
    assert min(heights_um) >= -10.001
    assert heights_um[-1] == pytest.approx(-10.0, abs=0.11)


def test_what_the_configuration_lacks_is_named(open_focus):
    with pytest.raises(ConfigError, match=r"rig\.focus\.device: .* has no device 'Piezo'"):
        open_focus(device="Piezo")
    with pytest.raises(ConfigMismatchError, match=r"rig\.focus\.properties\.Sped: the drive Z"):
        open_focus(properties={"Sped": 1})


def test_closing_halts_and_may_be_done_twice(open_focus):
    drive = open_focus()
    drive.halt()
    drive.close()
    drive.close()
