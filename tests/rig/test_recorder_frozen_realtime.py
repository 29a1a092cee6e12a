"""A recorder that is frozen, and ends told: what is said, how long it takes, what is kept."""

import os
import re
import signal
import time

import pytest
import yaml

from tracker.record.reader import open_recording
from tracker.record.summary import read_summary

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="freezes a process by POSIX signals"),
]


def test_a_frozen_recorder_is_told_of_ended_soon_and_what_it_wrote_is_kept(running):
    os.kill(running.pids["recorder"], signal.SIGSTOP)

    asked_s = time.perf_counter()
    running.process.send_signal(signal.SIGINT)
    status = running.await_end()

    said = running.said()
    assert time.perf_counter() - asked_s < 25.0
    assert running.stands_since(asked_s) - asked_s < 1.0
    assert status == 1
    assert "recorder: no sign of life for 2 s" in said
    assert "recorder: it was frozen and had to be ended" in said
    assert re.search(r"cut short: `wormlock score \S+0001` reads what is there", said)
    assert len(open_recording(running.out / "0001").frames) > 20


def test_a_second_ctrl_c_does_not_wait_for_a_frozen_recorder(running):
    os.kill(running.pids["recorder"], signal.SIGSTOP)

    running.process.send_signal(signal.SIGINT)
    until_s = time.perf_counter() + 10.0
    while "no sign of life" not in running.said() and time.perf_counter() < until_s:
        time.sleep(0.02)
    asked_again_s = time.perf_counter()
    running.process.send_signal(signal.SIGINT)
    running.await_end()

    assert time.perf_counter() - asked_again_s < 5.0


def test_why_it_ended_stands_in_table_summary_and_manifest(running):
    running.process.send_signal(signal.SIGINT)
    running.await_end()

    said = running.said()
    manifest = yaml.safe_load((running.out / "session.yaml").read_text())
    assert "ending: Ctrl-C" in said
    assert "0001 (Ctrl-C)" in said
    assert "  ended            Ctrl-C" in said
    assert read_summary(running.out / "0001")["ended"] == "Ctrl-C"
    assert manifest["recordings"]["0001"]["ended"] == "Ctrl-C"
    for doing in ("opening the camera", "loading the model", "halting the stage", "drawing report"):
        assert doing in said
