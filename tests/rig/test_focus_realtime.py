"""The focus drive in a real session: on the stage's own line, by keys, along the plane, killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml

from hardware.errors import RingError
from hardware.platform import shared_memory_folder
from hardware.sim.emulator.transcript import read_transcript
from hardware.sim.motion_log import MotionReader
from tracker.record.opened import open_recording
from tracker.runtime.session_place import SessionPlace, remove_place

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="presses keys at a pseudo terminal"),
]

ROOT = Path(__file__).parents[2]
SLOPE = np.tan(np.radians(0.3)) * np.array([np.cos(np.radians(40)), np.sin(np.radians(40))])
POINTS = [
    [x, y, round(float(SLOPE @ (x, y)), 2)] for x, y in ((-6e3, -6e3), (6e3, -6e3), (0.0, 6e3))
]

UPHILL = """
title: an animal that crawls uphill
worm:
  kind: gait
  heading_deg: 40
  behaviour: {reversals_per_min: 0, pauses_per_min: 0, wander_deg_per_mm: 0, range_um: 20000}
"""


class Session:
    """`wormlock run` at a terminal, and what its emulated controller saw."""

    def __init__(self, config, out, keyboard, *options):
        self.out, self.keys = out, keyboard[0]
        self.log = out.with_suffix(".txt")
        with self.log.open("wb") as printed:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "wormlock", "run", str(config), "--out", str(out),
                 *options],
                stdin=keyboard[1], stdout=printed, stderr=subprocess.STDOUT,
                start_new_session=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
                preexec_fn=take_terminal,  # noqa: PLW1509 (no threads)
            )  # fmt: skip
        self.place = SessionPlace(shared_memory_folder() / f"wormlock-{self.process.pid}")
        self.pids = []

    def heard(self, meaning):
        path = self.place.folder / "stage.transcript"
        lines = read_transcript(path) if path.exists() else []
        return [line for line in lines if line.was_heard and line.meaning.startswith(meaning)]

    def targets(self):
        return [(line.t_s, int(line.meaning.rpartition("=")[2]) / 10.0)
                for line in self.heard("move to z=")]  # fmt: skip

    def z_um(self):
        with contextlib.closing(MotionReader(self.place.folder / "motion.ring")) as motion:
            return motion.focus_um(time.perf_counter())

    def press(self, keys):
        os.write(self.keys, keys.encode())

    def said(self):
        return self.log.read_text(errors="replace")

    def wait_for(self, is_so, within_s=40.0):
        until_s = time.perf_counter() + within_s
        while not is_so():
            assert time.perf_counter() < until_s, self.said()
            assert self.process.poll() is None, self.said()
            time.sleep(0.02)

    def await_motion(self):
        self.wait_for(lambda: len(self.heard("velocity")) > 20)
        marks = {mark.stem: int(mark.read_text()) for mark in self.place.folder.glob("*.pid")}
        self.pids = list(marks.values())
        return marks

    def end(self):
        if self.process.poll() is None:
            self.press("q")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30.0)

    def clean_up(self):
        for pid in (self.process.pid, *self.pids):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        remove_place(self.place)


def take_terminal():
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def start(cheap_config, tmp_path, keyboard):
    """Start a session whose rig has a focus drive."""
    sessions = []

    def run(*options, focus=None, world=None, **drive):
        content = yaml.safe_load(cheap_config.read_text())
        limits = {"floor_um": -40.0, "ceiling_um": 100.0, "max_speed_um_s": 50.0}
        content["rig"]["stage"]["language"] = "asi"
        content["rig"]["focus"] = {"kind": "simulated", **limits, **drive}
        if world is not None:
            content["rig"]["simulation"]["scenario"] = str(world)
            content["detector"] = {"model": "shipped"}
        content["focus"] = focus or {"jog_um": 5.0}
        path = tmp_path / f"focus{len(sessions)}.yaml"
        path.write_text(yaml.safe_dump(content))
        out = tmp_path / f"session{len(sessions)}"
        sessions.append(Session(path, out, keyboard, *options))
        return sessions[-1]

    yield run
    for session in sessions:
        session.clean_up()


def recorded(session):
    return open_recording(session.out / "0001")


def test_along_the_plane_the_picture_stays_in_focus(start, tmp_path):
    world = tmp_path / "uphill.yaml"
    world.write_text(UPHILL)
    session = start(
        "--duration", "12s", focus={"follow": "plane", "points_um": POINTS}, world=world
    )
    assert session.process.wait(60.0) == 0, session.said()

    truth, focus = (recorded(session).table(name) for name in ("truth", "focus"))
    left_um = np.abs(truth["stage_um"] @ SLOPE)  # had the drive stayed where it was
    assert left_um.max() > 10.0
    defocus_um = np.abs(truth["defocus_um"])[40:]
    assert np.percentile(defocus_um, 95) < 3.0  # with the deadband
    assert defocus_um.max() < 0.5 * left_um.max()  # a busy computer comes late now and then
    assert np.ptp(focus["z_um"]) > 8.0
    assert len(focus) > 48  # ten a second, on a computer that is not busy


def test_keys_move_the_focus_and_mark_it_and_a_stop_holds_it_too(start):
    session = start()
    session.await_motion()
    session.press("\x1b[5~\x1b[5~")  # PageUp, twice
    session.wait_for(lambda: session.z_um() == pytest.approx(10.0, abs=0.2))
    session.press("-f")
    session.wait_for(lambda: session.z_um() == pytest.approx(5.0, abs=0.2))
    session.wait_for(lambda: "focus: point 1 at" in session.said())
    session.press(" ")
    time.sleep(0.5)
    given = len(session.targets())
    session.press("+++")
    time.sleep(0.7)
    crept = session.targets()[given:]
    session.press("t+")
    session.wait_for(lambda: session.z_um() == pytest.approx(10.0, abs=0.2))
    session.end()

    assert crept == []
    assert "focus: PageUp or + up" in session.said()
    points = (session.out / "focus_points.csv").read_text().splitlines()
    assert points[0] == "x_um,y_um,z_um"
    assert len(points) == 2
    kinds = [event.kind for event in recorded(session).events]
    assert "focus_marked" in kinds


def test_keys_lead_the_focus_to_its_floor_and_no_farther(start):
    session = start()
    session.await_motion()
    lowest_um = []
    for _ in range(14):
        session.press("-")
        time.sleep(0.2)
        lowest_um.append(session.z_um())
    session.wait_for(lambda: session.z_um() == pytest.approx(-40.0, abs=0.2))
    targets = [target_um for _, target_um in session.targets()]
    session.end()

    assert min(lowest_um) >= -40.05
    assert min(targets) == -40.0
    assert session.process.returncode == 0


@pytest.mark.parametrize("victim", ["stage", "supervisor"])
def test_a_moving_focus_stands_soon_after_its_process_or_the_supervisor_was_killed(start, victim):
    session = start(max_speed_um_s=10.0)
    pids = session.await_motion()
    session.press("+" * 12)  # 60 um, six seconds of it
    session.wait_for(lambda: session.z_um() > 5.0)

    os.kill(session.process.pid if victim == "supervisor" else pids["stage"], signal.SIGKILL)
    killed_s = time.perf_counter()
    time.sleep(1.0)
    stood_um = session.z_um()
    with contextlib.suppress(RingError):
        time.sleep(1.0)
        assert session.z_um() == pytest.approx(stood_um, abs=0.01)
    late = [t_s - killed_s for t_s, _ in session.targets() if t_s > killed_s + 0.7]

    assert stood_um < 5.0 + 10.0 * 1.5
    assert late == []
