"""Opening: what is loaded, what is left alone, and why something cannot be opened."""

import os
import subprocess
import sys
from pathlib import Path

import mm_test_adapters
import pytest

from hardware.cameras.micromanager_load import load_camera
from hardware.errors import CameraError, ConfigError

ADAPTERS = Path(mm_test_adapters.device_adapter_path())
ROOT = Path(__file__).parents[3]
SAYS_75 = b"\xb8\x4b\x00\x00\x00\xc3"  # mov eax, 75; ret


@pytest.fixture
def adapters_of_another_interface(tmp_path):
    """The demo adapter, made to say that it speaks another device interface."""

    def make(number):
        file = next(ADAPTERS.glob("*mmgr_dal_DemoCamera.*"))
        library = file.read_bytes()
        if library.count(SAYS_75) != 1:
            pytest.skip("not a library for x86")
        folder = tmp_path / f"interface-{number}"
        folder.mkdir()
        (folder / file.name).write_bytes(library.replace(SAYS_75, SAYS_75.replace(b"K", number)))
        return folder

    return make


def test_the_stage_of_the_same_cfg_is_not_loaded(load):
    core = load().device._core

    assert sorted(core.get_loaded_devices()) == ["Cam", "Core"]


def test_the_demo_cfg_is_refused_because_its_hub_is_everybodys(section):
    config = section(config_file="MMConfig_demo.cfg")

    with pytest.raises(ConfigError, match="Camera stands on DHub, which Dichroic"):
        load_camera(config)


@pytest.mark.parametrize(
    ("shared_hub", "devices"),
    [("leave", ["Camera", "Core"]), ("load", ["Camera", "Core", "DHub"])],
)
def test_a_shared_hub_is_left_or_loaded_as_the_user_says(load, shared_hub, devices):
    core = load(config_file="MMConfig_demo.cfg", shared_hub=shared_hub).device._core

    assert sorted(core.get_loaded_devices()) == devices


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (b"\x4a", 'interface 74, the pymmcore that is installed 75: pip install "pymmcore==11.10'),
        (b"\x63", "interface 99, .*install a pymmcore whose fourth number is 99"),
    ],
    ids=["74", "99"],
)
def test_adapters_of_another_interface_are_told_with_what_to_install(
    section, adapters_of_another_interface, number, line
):
    config = section(mm_app_path=adapters_of_another_interface(number))

    with pytest.raises(CameraError, match=line) as caught:
        load_camera(config)

    assert "\n" not in str(caught.value)


def test_an_adapter_that_is_not_there_is_named_beside_those_that_are(section, tmp_path):
    cfg = tmp_path / "other.cfg"
    cfg.write_text("Device,Cam,PVCAM,Camera-1\nProperty,Core,Camera,Cam\n")

    with pytest.raises(CameraError, match=r"no device adapter PVCAM in .*: DemoCamera, "):
        load_camera(section(config_file=cfg))


def test_a_library_that_is_no_adapter_is_named(section, tmp_path):
    name = next(ADAPTERS.glob("*mmgr_dal_DemoCamera.*")).name
    (tmp_path / name).write_bytes(b"nothing")

    with pytest.raises(CameraError, match="this adapter cannot be loaded"):
        load_camera(section(mm_app_path=tmp_path))


def test_a_device_that_is_no_camera_is_refused(section):
    with pytest.raises(CameraError, match=r"rig\.camera\.device: XY is no camera"):
        load_camera(section(device="XY"))


def test_a_folder_that_is_not_there_is_named(section, tmp_path):
    with pytest.raises(CameraError, match=r"rig\.camera\.mm_app_path: .*nowhere: no such folder"):
        load_camera(section(mm_app_path=tmp_path / "nowhere"))


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="has a usual place")
def test_on_linux_the_folder_must_be_given(section):
    with pytest.raises(CameraError, match=r"mm_app_path: this key is needed on Linux"):
        load_camera(section(mm_app_path=None))


def test_a_second_camera_in_one_process_is_refused(load, section):
    load()

    with pytest.raises(CameraError, match="holds a Micro-Manager core already"):
        load_camera(section())


def test_a_camera_can_be_opened_again_after_it_was_let_go(load):
    first = load()
    first.let_go()

    assert load().device.read("MaximumExposureMs") == "500.0000"


def test_the_import_is_quiet_even_when_everything_is_compiled_anew(tmp_path):
    program = (
        "from hardware.cameras import micromanager_core as cores\n"
        "with cores.imports_quietly():\n"
        "    import mmpycorex\n"
    )
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONPATH": str(ROOT)}

    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stderr == ""
    assert ended.returncode == 0
