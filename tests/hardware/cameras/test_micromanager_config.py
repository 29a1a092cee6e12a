"""One camera out of a .cfg that names the whole microscope, and nothing that others stand on."""

import pytest

from hardware.cameras.micromanager_config import devices_of, read_cfg
from hardware.errors import ConfigError

LONE = """
# Devices
Property,Core,Initialize,0
Device,XY,ASITiger,XYStage:XY:31
Device,COM3,SerialManager,COM3
Device,TigerHub,ASITiger,TigerCommHub
Device,Cam,SpinnakerC,Spinnaker Camera
Property,TigerHub,SerialPort,COM3
Property,Cam,Serial Number,1234
Parent,XY,TigerHub
Property,Core,Initialize,1
Property,Core,Camera,Cam
Property,Cam,Trigger,Off, please
ConfigGroup,System,Startup,Cam,Binning,2
ConfigGroup,System,Startup,XY,Speed,3
ConfigGroup,Camera,Fast,Cam,Binning,4
Label,Wheel,0,Closed
"""

BY_PORT = """
Device,COM3,SerialManager,COM3
Device,Box,Arduino,Arduino-Hub
Device,Cam,OldCam,OldCam
Device,XY,Prior,XYStage
Property,COM3,BaudRate,9600
Property,Box,Port,COM3
Parent,Cam,Box
Property,XY,Port,{stage_port}
Property,Core,Initialize,1
"""


def write(tmp_path, text):
    file = tmp_path / "rig.cfg"
    file.write_text(text)
    return file


def test_the_camera_is_loaded_and_the_stage_is_left_to_its_owner(tmp_path):
    cfg = read_cfg(write(tmp_path, LONE))

    (camera,) = devices_of(cfg, None, "refuse")

    assert (camera.label, camera.library, camera.name) == ("Cam", "SpinnakerC", "Spinnaker Camera")
    assert camera.before == (("Serial Number", "1234"),)
    assert camera.after == (("Trigger", "Off,please"), ("Binning", "2"))


def test_a_port_of_the_cameras_own_comes_with_it_and_first(tmp_path):
    cfg = read_cfg(write(tmp_path, BY_PORT.format(stage_port="COM4")))

    loaded = devices_of(cfg, "Cam", "refuse")

    assert [device.label for device in loaded] == ["COM3", "Box", "Cam"]
    assert loaded[0].before == (("BaudRate", "9600"),)
    assert loaded[-1].parent == "Box"


def test_a_port_that_the_stage_uses_too_is_refused_by_name(tmp_path):
    cfg = read_cfg(write(tmp_path, BY_PORT.format(stage_port="COM3")))

    with pytest.raises(ConfigError, match="Cam stands on COM3, which XY use too") as caught:
        devices_of(cfg, "Cam", "refuse")

    assert "\n" not in str(caught.value)


def test_a_shared_port_is_left_together_with_what_names_it(tmp_path):
    cfg = read_cfg(write(tmp_path, BY_PORT.format(stage_port="COM3")))

    box, camera = devices_of(cfg, "Cam", "leave")

    assert (box.label, box.before) == ("Box", ())
    assert camera.parent == "Box"


def test_what_lies_below_a_hub_that_is_left_is_left_too(tmp_path):
    text = BY_PORT.format(stage_port="COM4") + "Parent,XY,Box\n"
    cfg = read_cfg(write(tmp_path, text))

    (camera,) = devices_of(cfg, "Cam", "leave")

    assert (camera.label, camera.parent) == ("Cam", None)


def test_a_shared_port_is_loaded_when_the_user_says_that_nobody_else_opens_it(tmp_path):
    cfg = read_cfg(write(tmp_path, BY_PORT.format(stage_port="COM3")))

    loaded = devices_of(cfg, "Cam", "load")

    assert [device.label for device in loaded] == ["COM3", "Box", "Cam"]


@pytest.mark.parametrize(
    ("text", "camera", "line"),
    [
        (LONE, "Camera-1", "has no device 'Camera-1'; it has XY, COM3, TigerHub, Cam"),
        ("Device,Cam,A,B\n", None, "gives no device the role of camera: name one"),
        ("Device,Cam,A\n", "Cam", "line 1 is cut short: 'Device,Cam,A'"),
        ("Device,Cam,A,B\nParent,Cam,Cam\n", "Cam", "Cam stands on itself"),
    ],
    ids=["no-such-label", "no-role", "cut-short", "circle"],
)
def test_a_cfg_that_cannot_be_meant_is_refused_in_one_line(tmp_path, text, camera, line):
    with pytest.raises(ConfigError) as caught:
        devices_of(read_cfg(write(tmp_path, text)), camera, "refuse")

    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_cfg_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"rig\.camera\.config_file: .*nowhere\.cfg: No such"):
        read_cfg(tmp_path / "nowhere.cfg")
