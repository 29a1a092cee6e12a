"""The driver and the emulated controller, each a process of its own, over a real serial port."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from hardware.clock import HostClock
from hardware.config import LudlMac6000Stage
from hardware.errors import LinkLostError, LinkTimeoutError
from hardware.sim.emulator.process import wait_for_port
from hardware.sim.emulator.transcript import read_transcript
from hardware.sim.motion_log import MotionReader
from hardware.stages.ludl_mac6000 import open_ludl_mac6000
from hardware.types import StageLimits

pytestmark = pytest.mark.realtime

CONTROLLER = """
import sys, time
from pathlib import Path
from hardware.sim.emulator.process import run_emulator
from hardware.sim.scenario import load_scenario
folder = Path(sys.argv[1])
run_emulator(
    load_scenario(str(folder / "world.yaml")),
    epoch_s=float(sys.argv[2]),
    port_file=folder / "port",
    transcript_file=folder / "transcript",
    motion_ring=folder / "motion.ring",
    over_tcp=sys.argv[3] == "tcp",
)
"""
WORLD = """
title: a stage on its own
worm: {kind: gait}
faults:
"""
LIMITS = StageLimits(
    lower_um=np.array([-3e4, -3e4]),
    upper_um=np.array([3e4, 3e4]),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=60_000.0,
)


class Controller:
    """An emulated controller in a process of its own."""

    def __init__(self, folder, *, fault=None, over="pty"):
        self.folder = folder
        entry = f"  - {{kind: {fault}, from_s: 0.8, to_s: 1.3}}\n" if fault else "  []\n"
        (folder / "world.yaml").write_text(WORLD + entry)
        self.epoch_s = time.perf_counter() + (2.0 if fault else 0.0)  # well after opening
        self.process = subprocess.Popen(
            [sys.executable, "-c", CONTROLLER, str(folder), repr(self.epoch_s), over]
        )
        self.port = wait_for_port(folder / "port", within_s=20.0)

    def open(self):
        config = LudlMac6000Stage(kind="ludl_mac6000", port=self.port)
        return open_ludl_mac6000(config, LIMITS, HostClock())

    def true_um(self, t_s):
        reader = MotionReader(self.folder / "motion.ring")
        where_um = reader.stage_um(t_s)
        reader.close()
        return where_um

    def heard(self, meaning):
        lines = read_transcript(self.folder / "transcript")
        return [line.t_s for line in lines if line.meaning.startswith(meaning)]

    def end(self):
        self.process.terminate()
        return self.process.wait(10.0)


@pytest.fixture
def start(tmp_path):
    started = []

    def start_one(**how):
        started.append(Controller(tmp_path, **how))
        return started[-1]

    yield start_one
    for controller in started:
        controller.end()


def where(stage, *, tries=1):
    for left in reversed(range(tries)):
        stage.ask()
        try:
            while (state := stage.answer()) is None:
                time.sleep(0.0002)
        except LinkTimeoutError:
            if not left:
                raise
        else:
            return state
    raise AssertionError("no tries")


@pytest.mark.parametrize("over", ["pty", "tcp"])
def test_a_velocity_moves_the_stage_and_the_driver_sees_where(start, over):
    controller = start(over=over)
    stage = controller.open()

    stage.set_velocity(np.array([1000.0, -400.0]))
    time.sleep(0.3)
    first = where(stage, tries=3)
    time.sleep(0.2)
    second = where(stage, tries=3)

    assert (second.position_um - first.position_um) / (second.t_s - first.t_s) == pytest.approx(
        [1000.0, -400.0], rel=0.05
    )
    assert second.position_um == pytest.approx(controller.true_um(second.t_s), abs=10.0)
    stage.close()


def test_a_halt_is_heard_at_once_and_the_stage_stands(start):
    controller = start()
    stage = controller.open()
    stage.set_velocity(np.array([1000.0, 0.0]))
    time.sleep(0.1)

    told_s = time.perf_counter()
    stage.stop()
    time.sleep(0.2)

    assert controller.heard("halt x")[0] - told_s < 0.1
    assert where(stage, tries=3).position_um == pytest.approx(where(stage, tries=3).position_um)
    stage.close()


def test_a_client_that_vanishes_leaves_the_stage_running_until_another_halts_it(start):
    controller = start()
    killed = (
        "import os, signal, sys; from hardware.link import SerialLink;"
        "from hardware.stages.ludl_mac6000_bytes import encode_velocity;"
        "SerialLink(sys.argv[1], 115200).write(encode_velocity((5000, 0)));"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )

    subprocess.run([sys.executable, "-c", killed, controller.port], check=False)
    time.sleep(0.1)
    now_s = time.perf_counter()
    runs_on_um = controller.true_um(now_s) - controller.true_um(now_s - 0.02)
    stage = controller.open()  # which halts before it asks anything
    time.sleep(0.2)

    assert runs_on_um[0] > 5.0
    assert where(stage, tries=3).position_um == pytest.approx(where(stage, tries=3).position_um)
    stage.close()


@pytest.mark.parametrize("fault", ["serial_silence", "garbled_replies", "stall"])
def test_a_bad_half_second_costs_positions_and_then_all_is_well(start, fault):
    controller = start(fault=fault)
    stage = controller.open()
    stage.set_velocity(np.array([500.0, 0.0]))
    timeouts, errors_um = 0, []

    while time.perf_counter() < controller.epoch_s + 1.6:
        try:
            state = where(stage)
        except LinkTimeoutError:
            timeouts += 1
        else:
            errors_um.append(abs(state.position_um - controller.true_um(state.t_s)).max())

    assert timeouts >= 3
    assert where(stage, tries=3).position_um[0] > 100.0
    assert max(errors_um) < 60.0  # no checksum: a changed low byte is a position like any other
    stage.close()


def test_a_controller_that_vanishes_is_a_lost_link(start):
    controller = start()
    stage = controller.open()
    os.kill(controller.process.pid, signal.SIGKILL)
    controller.process.wait(10.0)

    with pytest.raises(LinkLostError, match="the port is gone"):
        stage.set_velocity(np.array([100.0, 0.0]))
    with pytest.raises(LinkLostError, match="the port is gone"):
        stage.ask()
    stage.close()


def test_a_second_session_is_refused(start):
    controller = start()
    stage = controller.open()

    with pytest.raises(LinkLostError, match="another program holds it"):
        controller.open()
    stage.close()


def test_the_controller_ends_when_told_and_ignores_ctrl_c(start):
    controller = start()

    controller.process.send_signal(signal.SIGINT)
    time.sleep(0.2)

    assert controller.process.poll() is None
    assert controller.end() == 0
    assert not (controller.folder / "motion.ring").exists()
