"""A whole session whose camera really dies: the stage halts first, whatever comes after.

The camera is that of a running Micro-Manager (the stand-in for its server, over a real MMCore with
its demo camera), and dies with it. The witness is the emulated stage controller.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

pytest.importorskip("mm_test_adapters")
pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="the emulated controller needs a pseudo terminal"),
]

SERVER = Path(__file__).parents[1] / "hardware" / "cameras" / "java_bridge.py"
DEADMAN_S = 0.2
MARGIN_S = 0.05
CALIBRATION = {
    "kind": "measured",
    "stage_from_image_um_per_px": [[5.0, 0.0], [0.0, 5.0]],
    "target_px": [80.0, 64.0],
    "field_size_um": [200.0, 200.0],
    "field_rotation_deg": 0.0,
    "measured_on": "2026-01-01",
    "residual_um": 1.0,
}


class MicroManager:
    """A Micro-Manager that can be killed and started again at the same port."""

    def __init__(self):
        self.port = ""
        self.start()

    def start(self):
        import mm_test_adapters

        adapters = mm_test_adapters.device_adapter_path()
        command = [sys.executable, str(SERVER), adapters, *filter(None, [self.port])]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip()

    def kill(self):
        """Kill it; return when, at the earliest, it was gone."""
        now_s = time.perf_counter()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        return now_s


@pytest.fixture
def micro_manager():
    server = MicroManager()
    yield server
    if server.process.poll() is None:
        server.kill()


@pytest.fixture
def lose_camera(micro_manager, cheap_config, run_session):
    """Start a session that records a moving stage, and kill its camera."""

    def lose(reconnect_s):
        config = yaml.safe_load(cheap_config.read_text())
        config["rig"]["camera"] = {
            "kind": "micromanager",
            "backend": "java",
            "port": int(micro_manager.port),
            "exposure_s": 0.02,
            "roi_px": [0, 0, 160, 128],
            "reconnect_s": reconnect_s,
        }
        config["calibration"] = CALIBRATION
        cheap_config.write_text(yaml.safe_dump(config))
        session = run_session()
        session.await_motion(with_world=False)
        return session, micro_manager.kill()

    return lose


def wait_until(is_so, within_s, session=None):
    until_s = time.perf_counter() + within_s
    while time.perf_counter() < until_s:
        if found := is_so():
            return found
        time.sleep(0.02)
    raise AssertionError(session.said() if session else "it never came to be so")


def test_a_session_whose_camera_dies_halts_the_stage_and_ends_in_one_line(lose_camera):
    session, died_s = lose_camera(reconnect_s=0.0)

    status = session.await_end(within_s=30.0)

    assert status == 1
    assert session.stands_since(died_s) - died_s < DEADMAN_S + MARGIN_S
    assert "control: Micro-Manager at 127.0.0.1" in session.said()
    assert "Traceback" not in session.said()


def test_a_camera_that_comes_back_is_followed_again(lose_camera, micro_manager):
    session, died_s = lose_camera(reconnect_s=30.0)
    stood_s = wait_until(lambda: session.stands_since(died_s), within_s=2.0)
    wait_until(lambda: "the camera is waited for" in session.said(), within_s=15.0)
    assert not [one for one in session.motions() if one.t_s > stood_s and one.counts]

    back_s = time.perf_counter()
    micro_manager.start()

    wait_until(
        lambda: [one for one in session.motions() if one.t_s > back_s and one.counts],
        within_s=40.0,
        session=session,
    )
    assert stood_s - died_s < DEADMAN_S + MARGIN_S
    assert "the camera is back after" in session.said()
