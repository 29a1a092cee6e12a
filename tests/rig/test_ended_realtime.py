"""Sessions really ended, gently and not: the stage stands before anything dies."""

import json
import os
import signal
import threading
import time

import pytest

from hardware.platform import shared_memory_folder
from tracker.record.reader import open_recording

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="ends processes by POSIX signals"),
]

ORPHANS_END_WITHIN_S = 30.0


class DeathWatch:
    """Notes when each process of a session was first seen dead."""

    def __init__(self, session, is_alive):
        self.seen_dead_s = {}
        self._session, self._is_alive = session, is_alive
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()

    def _watch(self):
        while not self._is_over.wait(0.002):
            now_s = time.perf_counter()
            for role, pid in self._session.pids.items():
                if role not in self.seen_dead_s and not self._is_alive(pid):
                    self.seen_dead_s[role] = now_s


@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
def test_ctrl_c_kills_nothing_before_the_stage_stands(running, is_alive, times):
    with DeathWatch(running, is_alive) as watch:
        struck_s = time.perf_counter()
        for _ in range(times):
            os.killpg(running.process.pid, signal.SIGINT)
            time.sleep(0.05)
        status = running.await_end()

    stood_s = running.stands_since(struck_s)
    assert stood_s is not None
    assert stood_s < min(watch.seen_dead_s.values())
    assert status == 0
    summary = json.loads((running.out / "0001" / "summary.json").read_text())
    assert summary["frames"]["recorded"] == summary["frames"]["exposed"] > 20
    assert len(open_recording(running.out / "0001").frames) == summary["frames"]["recorded"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["service", "terminal"])
def test_a_service_that_stops_and_a_terminal_that_closes_end_in_order(running, number):
    struck_s = time.perf_counter()
    running.process.send_signal(number)
    status = running.await_end()

    assert running.stands_since(struck_s) is not None
    assert status == 0
    assert (running.out / "0001" / "summary.json").is_file()


def test_killing_the_supervisor_halts_the_stage_and_leaves_nobody_and_nothing(running, is_alive):
    struck_s = time.perf_counter()
    running.process.kill()
    running.process.wait()

    until_s = struck_s + ORPHANS_END_WITHIN_S
    while any(map(is_alive, running.pids.values())) and time.perf_counter() < until_s:
        time.sleep(0.05)

    assert running.stands_since(struck_s) - struck_s < 0.25
    assert [role for role, pid in running.pids.items() if is_alive(pid)] == []
    assert not running.place.folder.exists()
    assert len(open_recording(running.out / "0001").frames) > 20


def test_a_session_ends_by_itself_whatever_lies_in_the_users_folder(run_to_the_end, tmp_path):
    theirs = tmp_path / "theirs"
    for name in ("tracker", "hardware", "models", "zmq", "numpy"):
        (theirs / name).mkdir(parents=True)
        (theirs / name / "__init__.py").write_text("raise SystemExit('the wrong one')")

    session = run_to_the_end("--duration", "2s", folder=theirs)

    said = session.said()
    assert session.process.returncode == 0, said
    assert "error (um)" in said
    assert str(session.out / "0001") in said
    assert not list(shared_memory_folder().glob(f"wormlock-{session.process.pid}"))
