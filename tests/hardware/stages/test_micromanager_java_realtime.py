"""The Java bridge: a Micro-Manager that runs already owns the stage, and may die.

As for the camera: `java_bridge.py` speaks the wire of its server over a real MMCore.
"""

import gc
import subprocess
import sys
import time
from pathlib import Path

import mm_test_adapters
import numpy as np
import pytest

from hardware.clock import HostClock
from hardware.config import validate
from hardware.errors import ConfigError, ConfigMismatchError, LinkLostError, LinkTimeoutError
from hardware.stage_config import MicroManagerStage
from hardware.stages.micromanager_opening import open_micromanager_stage
from hardware.types import StageLimits

pytestmark = [
    pytest.mark.realtime,
    # pyjavaz leaves its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore:.*nclosed socket <zmq:ResourceWarning"),
]

SERVER = Path(__file__).parent.parent / "cameras" / "java_bridge.py"
LIMITS = StageLimits(
    lower_um=np.full(2, -2e4),
    upper_um=np.full(2, 2e4),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=60_000.0,
)


@pytest.fixture
def server():
    command = [sys.executable, str(SERVER), mm_test_adapters.device_adapter_path()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()
    gc.collect()  # pyjavaz's sockets, while their warning is let pass


@pytest.fixture
def open_stage(server):
    port, opened = int(server.stdout.readline()), []

    def make(**keys):
        velocity = {"by": "targets", "travel_s": 0.2, "speed_properties": ["Velocity"]}
        usual = {"kind": "micromanager", "backend": "java", "port": port, "velocity": velocity}
        config = MicroManagerStage.model_validate(usual | keys)
        opened.append(open_micromanager_stage(config, LIMITS, HostClock()))
        return opened[-1]

    yield make
    for stage in opened:
        stage.close()


def test_a_stage_is_steered_over_the_bridge_and_halted(open_stage, where, steer, rate_um_s):
    stage = open_stage()
    steer(stage, [400.0, -300.0], 0.3)
    seen_um_s = rate_um_s(stage, [400.0, -300.0], 0.5)
    stage.stop()
    stood = where(stage)
    time.sleep(0.1)

    assert seen_um_s == pytest.approx([400.0, -300.0], rel=0.15)
    assert where(stage).position_um == pytest.approx(stood.position_um, abs=0.02)


def test_what_the_running_micro_manager_has_not_is_told(open_stage):
    with pytest.raises(ConfigMismatchError, match=r"rig\.stage\.device: Micro-Manager has no Stg"):
        open_stage(device="Stg")
    with pytest.raises(ConfigMismatchError, match="the stage XY has no property Speedy"):
        open_stage(velocity={"by": "targets", "travel_s": 0.2, "speed_properties": ["Speedy"]})


def test_a_micro_manager_that_dies_is_a_lost_stage_and_closing_ends(open_stage, server, where):
    stage = open_stage()
    where(stage)
    server.kill()

    until_s = time.perf_counter() + 8.0
    with pytest.raises(LinkLostError):  # noqa: PT012
        while time.perf_counter() < until_s:
            try:
                where(stage)
            except LinkTimeoutError:
                time.sleep(0.05)
    begins_s = time.perf_counter()
    stage.close()

    assert time.perf_counter() - begins_s < 4.0


def test_nobody_at_the_port_is_told_by_the_stages_own_key():
    config = MicroManagerStage.model_validate(
        {"kind": "micromanager", "backend": "java", "port": 1, "velocity": {
            "by": "targets", "travel_s": 0.2}}
    )  # fmt: skip

    with pytest.raises(LinkLostError, match=r"rig\.stage\.port: no Micro-Manager answers at"):
        open_micromanager_stage(config, LIMITS, HostClock())


def test_a_stage_of_our_own_core_needs_a_cfg():
    content = {"kind": "micromanager", "velocity": {"by": "targets", "travel_s": 0.2}}

    with pytest.raises(ConfigError, match=r"config_file: this key is needed and missing"):
        validate(content, MicroManagerStage, source="config.yaml")
