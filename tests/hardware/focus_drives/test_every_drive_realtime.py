"""One contract for every focus drive, each with its emulated controller in its own process."""

import os
import signal
import time

import numpy as np
import pytest

from hardware.clock import HostClock
from hardware.controllers import open_controller
from hardware.errors import (
    ConfigMismatchError,
    LinkLostError,
    LinkTimeoutError,
    RefusedError,
    UnreadableError,
)
from hardware.focus_drives.opening import open_serial_focus
from hardware.sim.emulator.languages import LANGUAGES, emulated_focus
from hardware.sim.motion_log import MotionReader
from hardware.sim.scenario import StageDynamics
from hardware.types import StageLimits

pytestmark = pytest.mark.realtime

EVERY = ["asi", "prior", "zaber", "zaber_chain"]
HOLDING = ["asi", "zaber", "zaber_chain"]
HOW = ["own", "shared"]
LIMITS = {"floor_um": -60.0, "ceiling_um": 80.0, "max_speed_um_s": 200.0}
STAGE_LIMITS = StageLimits(
    lower_um=np.full(2, -2e4),
    upper_um=np.full(2, 2e4),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=60_000.0,
)


class Drive:
    """An opened drive, on the line of a stage or on its own, and what it can be asked."""

    def __init__(self, controller, how, **limits):
        self.controller = controller
        clock = HostClock()
        section = emulated_focus(controller.language, LIMITS | limits)
        self.stage = None
        if how == "shared":
            dynamics = StageDynamics(baud=controller.baud)
            stage = LANGUAGES[controller.language].section(dynamics, controller.port)
            self.stage = open_controller(stage, STAGE_LIMITS, clock)
        else:
            told = {"port": controller.port, "baud": controller.baud}
            section = section.model_copy(update=told)
        self.focus = open_serial_focus(section, self.stage, clock)

    def where(self, *, tries=12):
        for left in reversed(range(tries)):
            self.focus.ask()
            try:
                while (state := self.focus.answer()) is None:
                    time.sleep(0.0005)
            except (LinkTimeoutError, UnreadableError):
                if not left:
                    raise
            else:
                return state
        raise AssertionError("no tries")

    def listen(self, seconds):
        until_s = time.perf_counter() + seconds
        while time.perf_counter() < until_s:
            state = self.where()
        return state

    def true_um(self):
        reader = MotionReader(self.controller.folder / "motion.ring")
        z_um = reader.focus_um(time.perf_counter())
        reader.close()
        return z_um

    def close(self):
        self.focus.close()
        if self.stage is not None:
            self.stage.close()


@pytest.fixture
def open_drive(emulate):
    opened = []

    def run(language, how="own", **more):
        emulated = {key: more.pop(key) for key in ("faults", "baud") if key in more}
        opened.append(Drive(emulate(language, **emulated), how, **more))
        return opened[-1]

    yield run
    for drive in opened:
        drive.close()


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("language", EVERY)
def test_a_height_is_gone_to_told_and_pre_empted(open_drive, language, how):
    drive = open_drive(language, how)

    drive.focus.move_to(-40.0)
    first = drive.listen(0.6)
    first_true_um = drive.true_um()
    drive.focus.move_to(70.0)
    drive.focus.move_to(12.5)
    drive.listen(0.6)
    second = drive.where()

    assert first.z_um == pytest.approx(-40.0, abs=0.2)
    assert first_true_um == pytest.approx(-40.0, abs=0.2)
    assert second.z_um == pytest.approx(12.5, abs=0.2)
    assert drive.true_um() == pytest.approx(12.5, abs=0.2)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("language", EVERY)
def test_a_halt_while_moving_stops_it_there(open_drive, language, how):
    drive = open_drive(language, how)
    drive.focus.move_to(80.0)
    time.sleep(0.06)
    drive.focus.halt()
    drive.listen(0.3)

    first, second = drive.where(), drive.where()
    assert first.z_um == pytest.approx(second.z_um, abs=0.1)
    assert 1.0 < first.z_um < 75.0


@pytest.mark.parametrize("language", EVERY)
def test_whether_the_controller_holds_the_floor_is_told_and_so_it_does(open_drive, language):
    drive = open_drive(language, floor_um=-20.0)

    holds = drive.focus.hold_limits()
    drive.focus.move_to(-50.0)  # no guard here: the controller is on its own
    try:
        drive.listen(0.6)
    except RefusedError:
        assert language.startswith("zaber")

    assert holds == (language in HOLDING)
    if holds:
        assert drive.true_um() >= -20.05
    else:
        assert drive.true_um() == pytest.approx(-50.0, abs=0.2)


@pytest.mark.parametrize("language", EVERY)
def test_bad_lines_cost_heights_and_the_drive_goes_on(open_drive, language):
    faults = [
        ("garbled_replies", 0.0, 0.3),
        ("truncated_replies", 0.9, 1.2),
        ("serial_silence", 1.8, 2.1),
    ]
    drive = open_drive(language, faults=faults)
    drive.focus.move_to(30.0)
    lost, seen_um = 0, []
    while time.perf_counter() < drive.controller.epoch_s + 3.2:
        try:
            seen_um.append(drive.where(tries=1).z_um)
        except (LinkTimeoutError, UnreadableError, RefusedError):
            lost += 1
        time.sleep(0.01)

    assert lost > 2
    assert seen_um[-1] == pytest.approx(30.0, abs=0.2)
    assert drive.where().z_um == pytest.approx(drive.true_um(), abs=0.2)


@pytest.mark.parametrize("language", EVERY)
def test_a_port_that_vanishes_is_lost(open_drive, language):
    drive = open_drive(language)
    os.kill(drive.controller.process.pid, signal.SIGKILL)
    drive.controller.process.wait(10.0)

    with pytest.raises(LinkLostError, match="the port is gone"):
        drive.listen(1.0)


def test_an_axis_that_is_not_there_is_refused_by_name(emulate):
    controller = emulate("asi")
    section = emulated_focus("asi", LIMITS).model_copy(
        update={"port": controller.port, "axis": "F"}
    )

    with pytest.raises(ConfigMismatchError, match=r"rig\.focus: .*is the axis right"):
        open_serial_focus(section, None, HostClock())


def test_a_step_of_another_length_than_the_drives_is_refused(emulate):
    controller = emulate("prior")
    section = emulated_focus("prior", LIMITS).model_copy(
        update={"port": controller.port, "baud": controller.baud, "step_um": 0.05}
    )

    with pytest.raises(ConfigMismatchError, match=r"step_um is 0\.05, but .* 0\.1 um by RES,Z"):
        open_serial_focus(section, None, HostClock())
