"""One contract for every driver, each with its emulated controller in a process of its own."""

import signal
import threading
import time

import numpy as np
import pytest

from hardware.clock import HostClock
from hardware.controllers import hold_limits, open_controller
from hardware.errors import (
    ConfigMismatchError,
    LinkLostError,
    LinkTimeoutError,
    RefusedError,
    UnreadableError,
)
from hardware.link import SerialLink
from hardware.sim.emulator.languages import LANGUAGES
from hardware.sim.emulator.process import wait_for_port
from hardware.sim.scenario import StageDynamics
from hardware.types import StageLimits

pytestmark = pytest.mark.realtime

EVERY = sorted(LANGUAGES)
ANSWERING = [name for name in EVERY if name != "ludl_mac6000"]
REFUSING = [name for name in ANSWERING if name != "tango"]  # its speed command has no reply
HOLDING = [name for name in ANSWERING if name not in ("ludl", "prior")]
HAS_CHECKSUM = {"zaber", "zaber_chain"}
FAULTS = [
    ("garbled_replies", 0.0, 0.3),
    ("truncated_replies", 0.9, 1.2),
    ("noisy_replies", 1.8, 2.1),
    ("late_replies", 2.7, 3.0),
    ("serial_silence", 3.6, 3.9),
    ("stall", 4.5, 4.8),
]
ENDS_S = 5.6


def limits(half_um=20_000.0):
    return StageLimits(
        lower_um=np.full(2, -half_um),
        upper_um=np.full(2, half_um),
        max_speed_um_s=3000.0,
        max_acceleration_um_s2=60_000.0,
    )


def open_stage(controller, *, half_um=20_000.0, **changed):
    dynamics = StageDynamics(baud=controller.baud)
    section = LANGUAGES[controller.language].section(dynamics, controller.port)
    return open_controller(section.model_copy(update=changed), limits(half_um), HostClock())


def where(stage, *, tries=12):  # on a busy machine a late reply costs half a second
    for left in reversed(range(tries)):
        stage.ask()
        try:
            while (state := stage.answer()) is None:
                time.sleep(0.0002)
        except (LinkTimeoutError, UnreadableError):
            if not left:
                raise
        else:
            return state
    raise AssertionError("no tries")


def listen(stage, seconds):
    """Ask for positions for a while, as the stage process does."""
    until_s = time.perf_counter() + seconds
    while time.perf_counter() < until_s:
        state = where(stage)
    return state


def rate_um_s(stage, seconds):
    """Return how fast the stage is seen to go, in the median: single replies come late."""
    until_s, seen = time.perf_counter() + seconds, []
    while time.perf_counter() < until_s:
        seen.append(where(stage))
    half = len(seen) // 2
    return np.median(
        [
            (later.position_um - earlier.position_um) / (later.t_s - earlier.t_s)
            for earlier, later in zip(seen[:-half], seen[half:], strict=True)
        ],
        axis=0,
    )


@pytest.mark.parametrize("over", ["pty", "tcp"])
@pytest.mark.parametrize("language", EVERY)
def test_both_axes_run_at_their_velocities_and_the_newest_one_holds(emulate, language, over):
    controller = emulate(language, over=over)
    stage = open_stage(controller)

    stage.set_velocity(np.array([1000.0, -400.0]))
    listen(stage, 0.1)
    first_um_s = rate_um_s(stage, 0.4)
    stage.set_velocity(np.array([-200.0, 700.0]))
    listen(stage, 0.1)
    second_um_s = rate_um_s(stage, 0.4)
    last = where(stage)

    assert first_um_s == pytest.approx([1000.0, -400.0], rel=0.05)
    assert second_um_s == pytest.approx([-200.0, 700.0], rel=0.05)
    assert last.position_um == pytest.approx(controller.true_um(last.t_s), abs=20.0)
    stage.close()


@pytest.mark.parametrize("language", EVERY)
def test_a_halt_from_another_thread_stops_the_stage_while_a_reply_is_outstanding(emulate, language):
    controller = emulate(language)
    stage = open_stage(controller)
    stage.set_velocity(np.array([1000.0, 1000.0]))
    listen(stage, 0.1)

    stage.ask()
    told_s = time.perf_counter()
    halting = threading.Thread(target=stage.stop)
    halting.start()
    halting.join()
    listen(stage, 0.3)

    halt_word = "stop" if language.startswith("zaber") else "halt"
    assert next(t_s for t_s in controller.heard(halt_word) if t_s > told_s) - told_s < 0.1
    first, second = where(stage), where(stage)
    assert first.position_um == pytest.approx(second.position_um)
    assert first.position_um[0] < 600.0
    stage.close()


@pytest.mark.parametrize("language", EVERY)
def test_whether_the_controller_holds_limits_is_told_and_so_it_does(emulate, language):
    controller = emulate(language)
    stage = open_stage(controller, half_um=150.0)

    holds = hold_limits(stage)
    stage.set_velocity(np.array([1000.0, -1000.0]))
    state = listen(stage, 0.5)
    stage.stop()

    assert holds == (language in HOLDING)
    if holds:
        assert state.position_um == pytest.approx([150.0, -150.0], abs=0.5)
    else:
        assert state.position_um[0] > 200.0
    stage.close()


@pytest.mark.parametrize("language", REFUSING)
def test_what_is_refused_again_and_again_is_an_error(emulate, language):
    controller = emulate(language)
    stage = open_stage(controller)

    def ask_too_much():
        for _ in range(4):
            stage.set_velocity(np.array([90_000.0, 0.0]))
            listen(stage, 0.02)

    with pytest.raises(RefusedError, match=r"refused|rejected"):
        ask_too_much()

    assert where(stage).position_um == pytest.approx([0.0, 0.0], abs=0.2)
    stage.close()


@pytest.mark.parametrize("language", EVERY)
def test_bad_lines_cost_positions_and_never_give_a_wrong_one(emulate, language):
    """Garbled, truncated, noisy, late and missing replies, and a controller that hangs."""
    controller = emulate(language, faults=FAULTS)
    stage = open_stage(controller)
    command_at_s, seen, lost = 0.0, [], []

    while (now_s := time.perf_counter()) < controller.epoch_s + ENDS_S:
        if now_s >= command_at_s:
            stage.set_velocity(np.array([400.0, -200.0]))
            command_at_s = now_s + 0.025
        try:
            state = where(stage, tries=1)
        except (LinkTimeoutError, UnreadableError):
            ended_s = time.perf_counter()
            lost.append((now_s - controller.epoch_s, ended_s - controller.epoch_s))
        else:
            error_um = abs(state.position_um - controller.true_um(state.t_s)).max()
            seen.append((now_s - controller.epoch_s, error_um))
    stage.close()

    worst_um = 10.0 if language in HAS_CHECKSUM else 100.0  # a changed digit is a digit
    assert max(error_um for _, error_um in seen) < worst_um
    for kind, from_s, to_s in FAULTS:
        if kind != "noisy_replies":
            assert any(end_s >= from_s and start_s <= to_s + 0.2 for start_s, end_s in lost), kind
        assert any(to_s + 0.1 < t_s < to_s + 0.8 for t_s, _ in seen), kind


@pytest.mark.parametrize("language", EVERY)
def test_a_port_that_vanishes_is_lost_and_opening_it_when_it_is_back_halts(emulate, language):
    controller = emulate(language, faults=[("unplugged", 0.0, 0.6)])
    stage = open_stage(controller)
    stage.set_velocity(np.array([200.0, 0.0]))

    with pytest.raises(LinkLostError, match="the port is gone"):
        listen(stage, 8.0)
    stage.close()
    now_s = time.perf_counter()
    ran_on_um = controller.true_um(now_s) - controller.true_um(now_s - 0.02)
    controller.port = wait_for_port(controller.folder / "port", within_s=5.0)
    again = open_stage(controller)
    listen(again, 0.2)

    assert ran_on_um[0] > 2.0
    assert where(again).position_um == pytest.approx(where(again).position_um)
    again.close()


@pytest.mark.parametrize("language", EVERY)
def test_a_wrong_baud_is_named_and_nothing_moves(emulate, language):
    controller = emulate(language)

    with pytest.raises(ConfigMismatchError, match=r"answered at 9600 baud.*rig\.stage\.baud"):
        open_stage(controller, baud=9600)

    assert np.array_equal(controller.true_um(time.perf_counter()), [0.0, 0.0])


@pytest.mark.parametrize("language", EVERY)
def test_a_stage_that_somebody_left_running_is_halted_by_opening_it(emulate, language):
    controller = emulate(language)
    left = open_stage(controller)
    left.set_velocity(np.array([500.0, 0.0]))
    listen(left, 0.1)
    left._link.close()  # without a halt, as a process that was killed
    now_s = time.perf_counter()
    ran_on_um = controller.true_um(now_s) - controller.true_um(now_s - 0.02)

    stage = open_stage(controller)
    listen(stage, 0.2)

    assert ran_on_um[0] > 5.0
    assert where(stage).position_um == pytest.approx(where(stage).position_um)
    stage.close()


@pytest.mark.parametrize("language", ["ludl_mac6000", "asi"])
def test_a_port_that_cannot_be_waited_on_does_as_well(emulate, monkeypatch, language):
    """On Windows there is no descriptor, and a controller there is behind COM or TCP."""
    monkeypatch.setattr(SerialLink, "_find_descriptor", lambda _link: None)
    controller = emulate(language, over="tcp")
    stage = open_stage(controller)

    stage.set_velocity(np.array([1000.0, -400.0]))
    listen(stage, 0.1)

    assert stage.wait_handle is None
    assert rate_um_s(stage, 0.3) == pytest.approx([1000.0, -400.0], rel=0.05)
    stage.close()


@pytest.mark.parametrize("language", EVERY)
def test_a_second_session_is_refused(emulate, language):
    controller = emulate(language)
    stage = open_stage(controller)

    with pytest.raises(LinkLostError, match="another program holds it"):
        open_stage(controller)
    stage.close()


def test_an_emulated_controller_ends_when_told_and_ignores_ctrl_c(emulate):
    controller = emulate("asi")

    controller.process.send_signal(signal.SIGINT)
    stage = open_stage(controller)
    listen(stage, 0.1)
    stage.close()

    assert controller.process.poll() is None
    assert controller.end() == 0
    assert not (controller.folder / "motion.ring").exists()
