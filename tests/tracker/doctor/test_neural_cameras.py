"""The doctor looks at the neural cameras as at the tracking camera, a line each."""

from pathlib import Path

import pytest
import yaml

from hardware.camera import RawCamera
from hardware.errors import CameraError
from hardware.registry import OpenedNeuralCamera
from tracker.config import parse_config
from tracker.doctor import neural_cameras
from tracker.doctor.case import Case

SHIPPED = (Path(__file__).parents[3] / "config.yaml").read_text(encoding="utf-8")
TRIGGERED = {"trigger": "external", "rate_hz": 20.0}


class Still:
    """A camera that opens and gives nothing."""

    shape, period_s, notes = (4, 6), 0.05, ()

    def start(self):
        pass

    def grab(self, timeout_s):
        return []

    def close(self):
        pass


def examined(cameras):
    told = yaml.safe_load(SHIPPED)
    told["rig"]["neural_cameras"] = [
        {"name": name, "camera": camera} for name, camera in cameras.items()
    ]
    config = parse_config(yaml.safe_dump(told), source="rig.yaml")
    return neural_cameras.examine(Case(config_file=Path("rig.yaml"), config=config, facts={}))


def micro_manager(folder, **more):
    settings = {"mm_app_path": str(folder), "config_file": "a.cfg", "exposure_s": 0.01}
    return {"kind": "micromanager", **settings, **more}


def test_each_camera_has_a_line_and_a_missing_folder_is_named_by_its_key(tmp_path):
    gone = micro_manager(tmp_path / "gone")

    blue, green = examined({"blue": {"kind": "simulated"}, "green": gone})

    assert (blue.verdict, green.verdict) == ("ok", "fault")
    assert blue.says.startswith("blue: simulated, ")
    assert green.says.startswith("green: rig.neural_cameras[1].camera.mm_app_path: ")
    assert green.remedy == "correct the path in the config"


def test_a_rig_without_neural_cameras_is_sound():
    assert [finding.verdict for finding in examined({})] == ["ok"]


def test_a_camera_that_is_gone_has_its_cable_checked(tmp_path, monkeypatch):
    def refuse(*told, **more):
        raise CameraError("the camera does not answer")

    monkeypatch.setattr(neural_cameras, "open_neural_camera", refuse)

    (found,) = examined({"green": micro_manager(tmp_path)})

    assert found.says == "green: the camera does not answer"
    assert "cable" in found.remedy


@pytest.mark.parametrize(("more", "verdict"), [({}, "fault"), (TRIGGERED, "warning")])
def test_no_frame_is_a_fault_unless_triggers_are_waited_for(tmp_path, monkeypatch, more, verdict):
    camera: RawCamera = Still()
    monkeypatch.setattr(
        neural_cameras,
        "open_neural_camera",
        lambda *told, **more: OpenedNeuralCamera(camera=camera),
    )
    monkeypatch.setattr("tracker.doctor.camera._FIRST_FRAME_WITHIN_S", 0.0)

    (found,) = examined({"green": micro_manager(tmp_path, **more)})

    assert found.verdict == verdict
