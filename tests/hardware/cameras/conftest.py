"""A real MMCore with its demo camera, in this process."""

from pathlib import Path

import mm_test_adapters
import pytest

from hardware.cameras.grey import GreyCamera
from hardware.cameras.micromanager import let_go, open_micromanager
from hardware.cameras.micromanager_load import load_camera
from hardware.clock import HostClock
from hardware.config import MicroManagerCamera

ADAPTERS = Path(mm_test_adapters.device_adapter_path())
LONE_CAMERA = """
Device,XY,DemoCamera,DXYStage
Device,Cam,DemoCamera,DCam
Property,Cam,MaximumExposureMs,500
Property,Core,Initialize,1
Property,Core,Camera,Cam
"""


@pytest.fixture
def section(tmp_path):
    """Make the config of the demo camera, out of a .cfg that names a stage too."""
    cfg = tmp_path / "rig.cfg"
    cfg.write_text(LONE_CAMERA)

    def make(**keys):
        usual = {
            "kind": "micromanager",
            "mm_app_path": ADAPTERS,
            "config_file": cfg,
            "exposure_s": 0.004,
            "buffer_mb": 64,
        }
        return MicroManagerCamera.model_validate(usual | keys)

    return make


@pytest.fixture
def load(section):
    """Load the demo camera, neither set nor started; let it go afterwards."""
    loaded = []

    def make(**keys):
        loaded.append(load_camera(section(**keys)))
        return loaded[-1]

    yield make
    for camera in loaded:
        let_go(camera)


@pytest.fixture
def open_camera(section):
    """Open the demo camera ready for use; close it afterwards."""
    cameras = []

    def make(**keys):
        cameras.append(GreyCamera(open_micromanager(section(**keys), HostClock())))
        return cameras[-1]

    yield make
    for camera in cameras:
        camera.close()
