"""Neural cameras in whole sessions: recorded beside the tracking camera, and killed beside it."""

import json
import os
import signal
import time

import numpy as np
import pytest
import yaml

import wormlock
from tracker.record.check import check_recording
from tracker.record.summary import read_summary

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="kills processes by POSIX signals"),
]

CAMERA = {"kind": "simulated", "rows": 64, "columns": 48, "rate_hz": 50.0}


@pytest.fixture
def with_cameras(cheap_config):
    """Give the cheap rig neural cameras of these names."""

    def give(*names):
        config = yaml.safe_load(cheap_config.read_text())
        config["rig"]["neural_cameras"] = [{"name": name, "camera": CAMERA} for name in names]
        cheap_config.write_text(yaml.safe_dump(config))

    return give


def test_a_neural_camera_is_recorded_beside_the_tracking_camera(with_cameras, run_to_the_end):
    with_cameras("green")

    session = run_to_the_end("--duration", "4s")

    recording = wormlock.open_recording(session.out / "0001")
    green = recording.neural("green")
    streams = read_summary(recording.folder)["streams"]
    index, t_s = green.frames.index, green.frames.t_s
    assert session.process.returncode == 0, session.said()
    assert recording.neural_names == ["green"]
    assert green.frames.shape[1:] == (64, 48)
    assert green.frames[0].dtype == np.uint16
    assert streams["green"]["recorded"] == len(index)
    assert streams["green"]["lost"] == 0
    assert streams["green"]["rate_hz"] == pytest.approx(50.0, rel=1e-6)
    assert 3.5 < t_s[-1] - t_s[0] < 4.1
    assert recording.header.started_s <= t_s[0] < recording.header.started_s + 0.1
    assert green.truth["index"].tolist() == index.tolist()
    assert 0.0 <= streams["green"]["in_field"] <= 1.0
    assert " green " in session.said()
    assert not check_recording(recording.folder).faults


def test_a_killed_neural_camera_and_a_killed_recorder_of_one_end_only_their_own_streams(
    with_cameras, run_session
):
    with_cameras("green", "red")
    session = run_session().await_motion()
    folder = session.out / "0001"
    while not all((folder / f"neural_{name}.json").exists() for name in ("green", "red")):
        time.sleep(0.02)
    time.sleep(0.5)

    struck_s = time.perf_counter()
    os.kill(session.pids["camera.green"], signal.SIGKILL)
    os.kill(session.pids["recorder.red"], signal.SIGKILL)
    time.sleep(2.0)
    session.process.send_signal(signal.SIGINT)
    status = session.await_end()

    recording = wormlock.open_recording(folder)
    green, red = recording.neural("green"), recording.neural("red")
    told = [event.detail for event in recording.events if event.kind == "neural_stream_lost"]
    found = check_recording(folder)
    assert status == 1
    assert recording.was_closed
    assert np.diff(recording.frames.index).max() <= 3
    assert recording.frames.t_s[-1] > struck_s + 1.5
    assert struck_s - 0.2 < green.frames.t_s[-1] < struck_s + 0.1
    assert struck_s - 1.0 < red.frames.t_s[-1] < struck_s + 0.1
    assert sorted(line.partition(":")[0] for line in told) == ["camera.green", "recorder.red"]
    assert "tracking and the other streams go on" in session.said()
    assert found.state == "closed in order"
    assert {fault.file for fault in found.faults} <= {"frames_red.bin", "truth_red.bin"}
    assert set(json.loads((folder / "summary.json").read_text())["streams"]) == {"green", "red"}


def test_a_neural_camera_that_cannot_be_opened_is_told_before_anything_moves(
    cheap_config, run_session
):
    config = yaml.safe_load(cheap_config.read_text())
    camera = {"kind": "webcam", "number": 93}
    config["rig"]["neural_cameras"] = [{"name": "green", "camera": camera}]
    cheap_config.write_text(yaml.safe_dump(config))

    session = run_session()
    status = session.await_end()

    assert status == 2
    assert "camera.green: rig.neural_cameras[0].camera" in session.said()
    assert not (session.out / "0001").exists()


def test_b_puts_what_was_before_into_a_recording_of_all_streams(
    with_cameras, cheap_config, keyboard, track_at_a_keyboard
):
    with_cameras("green")
    config = yaml.safe_load(cheap_config.read_text())
    config["record"]["keep_s"] = 30.0
    config["start"] = "tracking"
    cheap_config.write_text(yaml.safe_dump(config))
    session = track_at_a_keyboard()
    time.sleep(3.0)

    pressed_s = time.perf_counter()
    os.write(keyboard[0], b"b")
    time.sleep(1.0)
    os.write(keyboard[0], b"q")
    status = session.await_end()

    recording = wormlock.open_recording(session.out / "0001")
    green = recording.neural("green")
    before_s = pressed_s - 2.0
    assert status == 0, session.said()
    assert recording.frames.t_s[0] < before_s
    assert green.frames.t_s[0] < before_s
    assert recording.table("ticks")["t_s"][0] < before_s
    assert recording.table("truth")["t_s"][0] < before_s
    assert recording.frames.t_s[-1] > pressed_s + 0.5
    assert np.diff(green.frames.index).max() == 1


def test_a_real_core_with_its_demo_camera_is_recorded_in_its_own_counts(
    cheap_config, run_to_the_end, tmp_path
):
    adapters = pytest.importorskip("mm_test_adapters").device_adapter_path()
    (tmp_path / "demo.cfg").write_text(
        "Device,Cam,DemoCamera,DCam\nProperty,Core,Initialize,1\nProperty,Core,Camera,Cam\n"
    )
    camera = {
        "kind": "micromanager",
        "mm_app_path": str(adapters),
        "config_file": str(tmp_path / "demo.cfg"),
        "exposure_s": 0.02,
        "pixel_type": "16bit",
        "properties": {"BitDepth": "14"},
    }
    config = yaml.safe_load(cheap_config.read_text())
    config["rig"]["neural_cameras"] = [{"name": "demo", "camera": camera}]
    cheap_config.write_text(yaml.safe_dump(config))

    session = run_to_the_end("--duration", "3s")

    recording = wormlock.open_recording(session.out / "0001")
    demo = recording.neural("demo")
    assert session.process.returncode == 0, session.said()
    assert demo.header.depth_bits == 16
    assert demo.frames[5].dtype == np.uint16
    assert demo.frames[5].max() > 255
    assert demo.truth is None
    assert len(demo.frames) > 60
    assert (np.diff(demo.frames.t_s) > 0.0).all()
    assert not check_recording(recording.folder).faults
