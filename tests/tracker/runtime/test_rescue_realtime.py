"""Halting a stage whose process has died, whether or not its controller says anything."""

import os
import select
import threading
import time
import tty
from types import SimpleNamespace

import numpy as np
import pytest

from hardware.errors import LinkLostError, LinkTimeoutError
from hardware.focus_config import NoFocus
from hardware.sim.emulator.languages import LANGUAGES
from hardware.sim.scenario import StageDynamics
from hardware.stage_config import LudlMac6000Stage
from hardware.types import StageState
from tracker.config import SafetyConfig
from tracker.runtime import rescue

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="opens pseudo-terminals"),
]

SAFETY = SafetyConfig(
    lower_um=(-1e5, -1e5),
    upper_um=(1e5, 1e5),
    max_speed_um_s=3000,
    max_acceleration_um_s2=50_000,
    deadman_s=0.2,
    coast_s=0.3,
)
HALTS = {
    "ludl_mac6000": b"\x23\x01\x42",
    "asi": b"HALT",
    "ludl": b"HALT",
    "zaber": b"stop",
    "zaber_chain": b"stop",
    "prior": b"I\r",
    "tango": b"a x\ra y",
}


def halt_anew(stage, *, tell=lambda _: None, gives_up=lambda: True):
    config = SimpleNamespace(
        safety=SAFETY, rig=SimpleNamespace(stage=stage, focus=NoFocus(kind="none"))
    )
    session = SimpleNamespace(config=config, rig_place=lambda place: None)
    rescue.halt_anew(None, session, tell=tell, gives_up=gives_up)


class SilentController:
    """The other end of a serial line: hears everything, says nothing."""

    def __init__(self):
        self.end, ours = os.openpty()
        tty.setraw(ours)
        self.port, self._ours = os.ttyname(ours), ours
        self.heard = b""
        self._is_over = threading.Event()
        self._ear = threading.Thread(target=self._listen)
        self._ear.start()

    def _listen(self):
        while not self._is_over.is_set():
            if select.select([self.end], [], [], 0.02)[0]:
                self.heard += os.read(self.end, 4096)

    def close(self):
        self._is_over.set()
        self._ear.join()
        os.close(self.end)
        os.close(self._ours)


@pytest.fixture
def silent(monkeypatch):
    monkeypatch.setattr(rescue, "_TRY_FOR_S", 0.1)
    controller = SilentController()
    yield controller
    controller.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_silent_controller_is_told_to_halt_all_the_same(silent, language):
    stage = LANGUAGES[language].section(StageDynamics(), silent.port)

    with pytest.raises(LinkTimeoutError, match=r"halt was written \d+ times, but nobody confirmed"):
        halt_anew(stage)

    time.sleep(0.05)
    assert HALTS[language] in silent.heard[:24]  # before anything was asked


def test_a_port_that_is_not_there_is_said_to_have_had_no_halt(monkeypatch):
    monkeypatch.setattr(rescue, "_TRY_FOR_S", 0.1)
    stage = LudlMac6000Stage(kind="ludl_mac6000", port="/dev/no-such-port")
    said = []

    with pytest.raises(LinkLostError, match="no-such-port"):
        halt_anew(stage, tell=said.append)

    assert len(said) == 1
    assert "THE STAGE MAY STILL MOVE: rig.stage.port: /dev/no-such-port" in said[0]


class ObstinateStage:
    """Answers at once, and goes on at the speed it likes, whatever it is told."""

    can_interrupt, wait_handle, command_delay_s = True, None, 0.01

    def __init__(self, speed_um_s):
        self.speed_um_s = speed_um_s
        self.told = []

    def ask(self):
        pass

    def answer(self):
        now_s = time.perf_counter()
        return StageState(t_s=now_s, position_um=np.array([self.speed_um_s * now_s, 0.0]))

    def stop(self):
        self.told.append("halt")

    def close(self):
        self.told.append("close")


def test_a_stage_that_stands_is_believed(monkeypatch):
    stage = ObstinateStage(0.0)
    monkeypatch.setattr(rescue, "open_stage", lambda *_: stage)

    halt_anew(None)

    assert stage.told == ["halt", "close"]


def test_a_stage_that_goes_on_is_reported(monkeypatch):
    stage = ObstinateStage(300.0)
    monkeypatch.setattr(rescue, "open_stage", lambda *_: stage)
    monkeypatch.setattr(rescue, "_STAND_WITHIN_S", 0.05)

    with pytest.raises(LinkTimeoutError, match="still moves at 300 um/s"):
        halt_anew(None)

    assert stage.told == ["halt", "close"]


def test_a_port_that_comes_back_is_opened_and_the_stage_halted(monkeypatch):
    stage, said, tries = ObstinateStage(0.0), [], []

    def open_stage(*_):
        tries.append(time.perf_counter())
        if len(tries) < 8:
            raise LinkLostError("/dev/ttyUSB0: there is no such port")
        return stage

    monkeypatch.setattr(rescue, "_TRY_FOR_S", 0.05)
    monkeypatch.setattr(rescue, "open_stage", open_stage)

    halt_anew(None, tell=said.append, gives_up=lambda: False)

    assert stage.told == ["halt", "close"]
    assert len(said) == 1
