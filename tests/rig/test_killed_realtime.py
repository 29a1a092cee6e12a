"""Processes really killed and frozen in the middle of a run: the stage halts.

The witness is the emulated controller: what bytes reached it, and when. The limits asserted are
the real ones; only starting and ending has room for a busy machine.
"""

import json
import os
import signal
import time

import numpy as np
import pytest

from tracker.record.reader import open_recording
from tracker.runtime.pulse import STAGE_SILENT_S

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="kills processes by POSIX signals"),
]

DEADMAN_S = 0.2
MARGIN_S = 0.05
RESCUED_WITHIN_S = 1.0


def freeze_supervisor(running):
    """Leave the dead-man's switch alone with its duty."""
    os.kill(running.process.pid, signal.SIGSTOP)


def strike(pid, number):
    """Send a signal; return when, at the earliest, it can have struck."""
    now_s = time.perf_counter()
    os.kill(pid, number)
    return now_s


def wait_and_watch(running, since_s, seconds):
    """Let time pass; return when the stage stood, and what moved it afterwards."""
    time.sleep(seconds)
    stood_s = running.stands_since(since_s)
    assert stood_s is not None
    after = [motion for motion in running.motions() if motion.t_s > stood_s and motion.counts]
    return stood_s, after


def assert_closed(running):
    """The recording is whole: it opens, and has its summary."""
    folder = running.out / "0001"
    recording = open_recording(folder)
    assert len(recording.frames) > 20
    assert json.loads((folder / "summary.json").read_text())["frames"]["recorded"] > 20


def test_killing_control_halts_the_stage_and_closes_the_recording(running):
    struck_s = strike(running.pids["control"], signal.SIGKILL)

    status = running.await_end()

    assert running.stands_since(struck_s) - struck_s < DEADMAN_S + MARGIN_S
    assert status == 1
    assert "control: the process ended unasked" in running.said()
    assert_closed(running)


def test_killing_control_halts_the_stage_by_the_dead_man_alone(running):
    freeze_supervisor(running)

    struck_s = strike(running.pids["control"], signal.SIGKILL)
    stood_s, after = wait_and_watch(running, struck_s, 1.0)

    assert stood_s - struck_s < DEADMAN_S + MARGIN_S
    assert after == []


def test_freezing_control_halts_the_stage_and_thawing_it_moves_by_fresh_frames_only(running):
    struck_s = strike(running.pids["control"], signal.SIGSTOP)
    stood_s, before_thaw = wait_and_watch(running, struck_s, 1.0)

    thawed_s = strike(running.pids["control"], signal.SIGCONT)
    _, after_thaw = wait_and_watch(running, struck_s, 1.0)

    assert stood_s - struck_s < DEADMAN_S + MARGIN_S
    assert before_thaw == []
    assert after_thaw, "tracking goes on after the thaw"
    assert min(motion.t_s for motion in after_thaw) > thawed_s
    assert_rests_on_fresh_frames(running, after_thaw)


def assert_rests_on_fresh_frames(running, motions):
    """Each velocity belongs to a command whose frame was young when it was written."""
    running.posts.rewind()
    running.rows.rewind()
    posts, rows = running.posts.take().rows, running.rows.take().rows
    moved = rows[(rows["sequence"] >= 0) & rows["sent_um_s"].any(axis=1)]
    frame_s = dict(zip(posts["sequence"].tolist(), posts["frame_t_s"].tolist(), strict=True))
    for motion in motions:
        row = moved[np.argmin(np.abs(moved["written_s"] - motion.t_s))]
        assert abs(row["written_s"] - motion.t_s) < 0.02
        assert row["written_s"] - frame_s[int(row["sequence"])] < DEADMAN_S


def test_a_frozen_stage_process_is_ended_and_the_port_opened_to_halt(running):
    struck_s = strike(running.pids["stage"], signal.SIGSTOP)

    status = running.await_end()

    assert running.stands_since(struck_s) - struck_s < STAGE_SILENT_S + RESCUED_WITHIN_S
    assert status == 1
    assert "silent for 1 s" in running.said()
    assert_closed(running)


def test_killing_the_stage_process_makes_the_supervisor_open_the_port_and_halt(running):
    struck_s = strike(running.pids["stage"], signal.SIGKILL)

    status = running.await_end()

    assert running.stands_since(struck_s) - struck_s < RESCUED_WITHIN_S
    assert status == 1
    assert "stage: the process ended unasked" in running.said()
    assert_closed(running)
