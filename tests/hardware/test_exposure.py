"""An exposure longer than the time between two frames is refused, by the key as it was written."""

import pytest

from hardware.config import RigConfig, validate
from hardware.errors import ConfigError

CAMERAS = [
    {"kind": "micromanager", "config_file": "a.cfg"},
    {"kind": "genicam", "cti_path": "a.cti"},
    {"kind": "basler"},
    {"kind": "webcam"},
]


def rig(camera, name="green"):
    told = {
        "camera": {"kind": "webcam"},
        "stage": {"kind": "none"},
        "neural_cameras": [{"name": name, "camera": camera}],
    }
    return validate(told, RigConfig, source="rig.yaml")


@pytest.mark.parametrize("camera", CAMERAS, ids=[camera["kind"] for camera in CAMERAS])
def test_an_exposure_longer_than_a_frames_time_is_refused(camera):
    with pytest.raises(ConfigError) as caught:
        rig({**camera, "exposure_s": 0.1, "rate_hz": 20.0})

    assert "neural_cameras[0].camera.exposure_s: expected no more than a frame's time" in str(
        caught.value
    )
    assert "0.05, got 0.1" in str(caught.value)


@pytest.mark.parametrize("camera", CAMERAS, ids=[camera["kind"] for camera in CAMERAS])
def test_an_exposure_as_long_as_a_frames_rounded_time_passes(camera):
    rig({**camera, "exposure_s": 0.0333, "rate_hz": 30.1})


def test_an_exposure_that_nobody_wrote_forbids_no_rate():
    rig({"kind": "webcam", "rate_hz": 120.0})


def test_a_neural_camera_is_not_called_as_the_tracking_camera_is():
    with pytest.raises(ConfigError, match=r"neural_cameras\[0\]\.name: tracking is what"):
        rig({"kind": "webcam"}, name="tracking")
