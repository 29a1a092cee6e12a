"""The Java bridge: another Micro-Manager owns the camera, and may die.

No Java Micro-Manager is at hand here: `java_bridge.py` speaks the wire of its server over a real
MMCore in a process of its own, so that the client's side, pycromanager's, is the real one.
"""

import gc
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import mm_test_adapters
import numpy as np
import pytest

from hardware.cameras.micromanager import open_micromanager
from hardware.clock import HostClock
from hardware.config import MicroManagerCamera
from hardware.errors import CameraError, ConfigMismatchError

pytestmark = [
    pytest.mark.realtime,
    # pyjavaz leaves its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore:.*nclosed socket <zmq:ResourceWarning"),
]

SERVER = Path(__file__).with_name("java_bridge.py")


@pytest.fixture
def server():
    command = [sys.executable, str(SERVER), mm_test_adapters.device_adapter_path()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()
    gc.collect()  # pyjavaz's sockets, while their warning is let pass


@pytest.fixture
def section(server):
    port = int(server.stdout.readline())

    def make(**keys):
        usual = {"kind": "micromanager", "backend": "java", "port": port, "exposure_s": 0.01}
        return MicroManagerCamera.model_validate(usual | keys)

    return make


@pytest.fixture
def open_camera(section):
    cameras = []

    def make(**keys):
        cameras.append(open_micromanager(section(**keys), HostClock()))
        return cameras[-1]

    yield make
    for camera in cameras:
        camera.close()


def take(camera, frames):
    taken = []
    until_s = time.perf_counter() + 9.0
    while len(taken) < frames:
        assert time.perf_counter() < until_s, f"{len(taken)} frames only"
        taken += camera.grab(0.5)
    return taken


@pytest.mark.parametrize(
    ("pixel_type", "counts"), [("8bit", np.uint8), ("16bit", np.uint16)], ids=["8", "16"]
)
def test_frames_come_over_the_bridge_as_they_do_in_process(open_camera, pixel_type, counts):
    camera = open_camera(pixel_type=pixel_type, roi_px=[8, 16, 96, 64], binning=2, gain=2)
    camera.start()

    frames = take(camera, 10)

    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert frames[0].image.shape == camera.shape == (64, 96)
    assert frames[0].image.dtype == counts
    assert (np.diff([frame.t_s for frame in frames]) > 0.0).all()


def test_faults_are_told_all_at_once_over_the_bridge_too(section):
    with pytest.raises(ConfigMismatchError) as caught:
        open_micromanager(section(binning=3, gain=99), HostClock())

    first, second = str(caught.value).splitlines()
    assert first == "rig.camera.binning: the camera refuses '3'; it takes 1, 2, 4, 8"
    assert second == "rig.camera.gain: the camera refuses '99'; it takes -5 to 8"


def test_a_camera_in_live_view_is_left_alone(open_camera, section):
    open_camera().start()

    with pytest.raises(CameraError, match="runs already: switch off Micro-Manager's live view"):
        open_micromanager(section(), HostClock())


UNTIL_IT_DIES = """
from hardware.cameras import micromanager_load
from hardware.cameras.micromanager import open_micromanager
from hardware.clock import HostClock
from hardware.config import MicroManagerCamera
from hardware.errors import CameraError
micromanager_load._BRIDGE_DEADLINE_S = 2.0
camera = open_micromanager(MicroManagerCamera(
    kind="micromanager", backend="java", port={port}, exposure_s=0.01), HostClock())
camera.start()
print("running", flush=True)
try:
    while True:
        camera.grab(0.1)
except CameraError as error:
    print(error)
{last}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be frozen by a signal")
@pytest.mark.parametrize(
    ("blow", "last"),
    [("SIGKILL", "camera.close()"), ("SIGKILL", ""), ("SIGSTOP", "camera.close()")],
    ids=["killed", "killed-and-not-closed", "frozen"],
)
def test_a_micro_manager_that_dies_or_freezes_ends_in_one_line_and_so_do_we(
    section, server, blow, last
):
    program = UNTIL_IT_DIES.format(port=section().port, last=last)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as ours:  # fmt: skip
        started = ours.stdout.readline()
        server.send_signal(getattr(signal, blow))
        try:
            told, complaints = ours.communicate(timeout=9.0)
        finally:
            ours.kill()

    assert started == "running\n", complaints
    assert ours.returncode == 0, complaints
    assert re.fullmatch(r"Micro-Manager at .* has not answered for 2 s: .*\n", told)


def test_a_micro_manager_that_does_not_run_is_told_with_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    config = MicroManagerCamera(kind="micromanager", backend="java", port=port, exposure_s=0.01)

    with pytest.raises(CameraError, match=r"no Micro-Manager answers at .*Run server on port"):
        open_micromanager(config, HostClock())


def test_something_else_on_the_port_is_no_hang():
    with socket.create_server(("127.0.0.1", 0)) as other:
        config = MicroManagerCamera(
            kind="micromanager",
            backend="java",
            port=other.getsockname()[1],
            exposure_s=0.01,
        )

        with pytest.raises(CameraError, match="is no Micro-Manager, or is stuck"):
            open_micromanager(config, HostClock())
