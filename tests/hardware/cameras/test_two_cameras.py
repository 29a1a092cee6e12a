"""A second camera in a process of its own, with its own MMCore and its own counts."""

import subprocess
import sys
import time
from pathlib import Path

import mm_test_adapters
import numpy as np
import pytest
import yaml

from hardware.cameras.opening import open_neural_camera
from hardware.clock import HostClock
from hardware.config import RigConfig
from hardware.errors import ConfigError, ConfigMismatchError
from hardware.ring import attach_ring, frame_record
from hardware.strict_yaml import validate

ROOT = Path(__file__).parents[3]
ADAPTERS = Path(mm_test_adapters.device_adapter_path())
CAMERA = """
import sys
from pathlib import Path
import yaml
from hardware.cameras.opening import open_neural_camera
from hardware.clock import HostClock
from hardware.config import RigConfig
from hardware.ring import RingWriter, frame_record
folder = Path(sys.argv[1])
rig = RigConfig.model_validate(yaml.safe_load((folder / "rig.yaml").read_text()))
camera = open_neural_camera(rig, 0, HostClock())
record = frame_record(camera.shape, depth_bits=camera.depth_bits)
ring = RingWriter(folder / "neural.ring", record, slots=64)
camera.start()
while True:
    for frame in camera.grab(0.1):
        ring.append(frame.index, frame.t_s, frame.received_s, frame.camera_t_s,
                    frame.camera_counter, frame.image)
"""


def rig(folder, **keys):
    (folder / "cam.cfg").write_text(
        "Device,Cam,DemoCamera,DCam\nProperty,Core,Initialize,1\nProperty,Core,Camera,Cam\n"
    )
    neural = {
        "kind": "micromanager",
        "mm_app_path": str(ADAPTERS),
        "config_file": str(folder / "cam.cfg"),
        "exposure_s": 0.005,
        "pixel_type": "16bit",
        "properties": {"BitDepth": "14"},
    }
    return {
        "camera": {"kind": "webcam"},
        "neural_cameras": [{"name": "green", "camera": neural | keys}],
        "stage": {"kind": "none"},
    }


@pytest.mark.realtime
def test_it_runs_beside_the_first_and_hands_on_sixteen_bits(open_camera, tmp_path):
    (tmp_path / "rig.yaml").write_text(yaml.safe_dump(rig(tmp_path)))
    first = open_camera()
    first.start()
    command = [sys.executable, "-c", CAMERA, str(tmp_path)]

    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            record = frame_record((512, 512), depth_bits=16)
            ring = attach_ring(tmp_path / "neural.ring", record, within_s=20.0)
            ring.rewind()
            until_s = time.perf_counter() + 20.0
            while ring.count < 40:
                assert time.perf_counter() < until_s
                time.sleep(0.01)
            rows = ring.take().rows
            ring.close()
        finally:
            process.kill()

    assert len(first.grab(0.5)) > 0
    assert rows["pixels"].dtype == np.uint16
    assert rows["pixels"].max() > 255
    assert (np.diff(rows["index"]) >= 1).all()
    assert (np.diff(rows["t_s"]) > 0.0).all()


def test_its_faults_are_told_by_its_own_keys(tmp_path):
    config = RigConfig.model_validate(rig(tmp_path, binning=3))

    with pytest.raises(ConfigMismatchError, match=r"rig\.neural_cameras\[0\]\.camera\.binning: "):
        open_neural_camera(config, 0, HostClock())


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"name": "a/b"}, r"neural_cameras\[0\]\.name: "),
        ({"camera": {"kind": "micromanager", "exposure": 1}}, r"neural_cameras\[0\]\.camera\.expo"),
        ({"camera": {"kind": "video"}}, r"neural_cameras\[0\]\.camera\.kind: expected one of"),
        ({"camera": {"kind": "simulated"}}, r"\[0\]\.camera\.kind: got simulated: it sees"),
    ],
)
def test_a_wrong_section_is_refused_by_its_key(tmp_path, change, line):
    told = rig(tmp_path)
    told["neural_cameras"][0] |= change

    with pytest.raises(ConfigError, match=line):
        validate(told, RigConfig, source="rig.yaml")


def test_two_of_one_name_are_refused(tmp_path):
    told = rig(tmp_path)
    told["neural_cameras"] *= 2

    with pytest.raises(ConfigError, match="a name of its own for each, got green twice"):
        validate(told, RigConfig, source="rig.yaml")


def test_a_simulated_neural_camera_exposes_within_a_frames_time(tmp_path):
    camera = {"kind": "simulated", "rate_hz": 200.0, "exposure_s": 0.01}
    told = rig(tmp_path) | {
        "camera": {"kind": "simulated"},
        "neural_cameras": [{"name": "green", "camera": camera}],
        "simulation": {"scenario": "roam"},
    }

    with pytest.raises(ConfigError, match=r"exposure_s: expected no more than a frame's time"):
        validate(told, RigConfig, source="rig.yaml")
