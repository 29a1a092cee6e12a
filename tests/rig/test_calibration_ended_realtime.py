"""A calibration really killed or interrupted while it moves the stage: the stage halts."""

import os
import signal
import time

import pytest

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="kills processes by POSIX signals"),
]

DEADMAN_S = 0.2
MARGIN_S = 0.05


def test_killing_a_calibration_halts_the_stage_within_the_dead_mans_time(calibrating):
    struck_s = time.perf_counter()
    os.kill(calibrating.process.pid, signal.SIGKILL)
    time.sleep(2.0)

    stood_s = calibrating.stands_since(struck_s)

    assert stood_s is not None
    assert stood_s - struck_s < DEADMAN_S + MARGIN_S
    assert not [
        motion for motion in calibrating.motions() if motion.t_s > stood_s and motion.counts
    ]


def test_ctrl_c_ends_a_calibration_in_one_line_and_the_stage_stands(calibrating):
    struck_s = time.perf_counter()
    os.kill(calibrating.process.pid, signal.SIGINT)

    status = calibrating.await_end(within_s=15.0)

    assert status == 2
    assert calibrating.said().splitlines()[-1].endswith("ended as asked, before all was measured")
    assert calibrating.stands_since(struck_s) is not None
    assert not calibrating.out.exists()
    assert not calibrating.place.folder.exists()


def test_killing_the_stage_process_ends_a_calibration_and_the_stage_is_halted_anew(calibrating):
    struck_s = time.perf_counter()
    os.kill(calibrating.pids["stage"], signal.SIGKILL)

    status = calibrating.await_end(within_s=15.0)

    assert status == 2
    assert "stage: the process ended unasked" in calibrating.said()
    assert calibrating.stands_since(struck_s) is not None
