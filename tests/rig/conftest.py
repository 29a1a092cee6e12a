"""A cheap rig for tests with real processes: a small picture, and an eye that needs no network."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml

from hardware.errors import RingError
from hardware.platform import shared_memory_folder
from hardware.ring import RingReader
from hardware.sim.emulator.transcript import parse_line
from models.contract import file_sha256
from models.detection import KEYPOINTS, MAX_CANDIDATES
from tracker.messages import POST_ROW, STAGE_ROW
from tracker.runtime.session_place import SessionPlace, remove_place

ROOT = Path(__file__).parents[2]
WORMLOCK = [sys.executable, "-P", "-m", "wormlock"]
ROWS, COLUMNS = 128, 160
SCENARIO = {
    "title": "a small picture of a slow animal",
    "worm": {"kind": "gait"},
    "optics": {"um_per_px": 5.0},
    "camera": {"rows": ROWS, "columns": COLUMNS},
    "field": {"center_px": [80.0, 64.0]},
}
SAFETY = {
    "lower_um": [-1e5, -1e5],
    "upper_um": [1e5, 1e5],
    "max_speed_um_s": 1000,  # slower than any runaway: the eye below never lets the stage rest
    "max_acceleration_um_s2": 50000,
    "deadman_s": 0.2,
    "coast_s": 0.3,
}


def write_steadfast_model(folder):
    """An eye that always sees a head at the same pixel, off the field: the stage keeps moving.

    By 11 um, no more: what stands farther off while the stage goes after it is taken for dirt.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    keypoints = np.full((MAX_CANDIDATES, 3, 2), [82.0, 65.0], np.float32)
    constants = {
        "keypoints_px": keypoints,
        "confidences": np.ones((MAX_CANDIDATES, 3), np.float32),
        "confidence": np.ones(MAX_CANDIDATES, np.float32),
        "count": np.array(1, np.int64),
    }
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value))
        for name, value in constants.items()
    ]
    outputs = [
        helper.make_tensor_value_info(
            name, TensorProto.INT64 if name == "count" else TensorProto.FLOAT, value.shape
        )
        for name, value in constants.items()
    ]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["rows", "columns"])
    graph = helper.make_graph(nodes, "steadfast", [image], outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, folder / "steadfast.onnx")
    entry = {
        "file": "steadfast.onnx",
        "sha256": file_sha256(folder / "steadfast.onnx"),
        "shrink": 1,
    }
    manifest = {
        "format": 1,
        "name": "steadfast",
        "version": "1",
        "keypoints": list(KEYPOINTS),
        "um_per_px": [0.1, 10.0],
        "trained_on": "nothing",
        "search": {**entry, "input": "any"},
        "track": {**entry, "input": [512, 512]},  # larger than the picture: never asked
    }
    (folder / "steadfast.yaml").write_text(yaml.safe_dump(manifest))
    return folder / "steadfast.yaml"


@pytest.fixture
def cheap_config(tmp_path):
    """The path of a config.yaml for the cheap rig; its recordings go to tmp_path."""
    scenario = tmp_path / "small.yaml"
    scenario.write_text(yaml.safe_dump(SCENARIO))
    config = {
        "rig": {
            "camera": {"kind": "simulated"},
            "stage": {"kind": "simulated"},
            "simulation": {"scenario": str(scenario), "seed": 1},
        },
        "calibration": {"kind": "simulated"},
        "detector": {"model": str(write_steadfast_model(tmp_path)), "provider": "cpu"},
        "safety": SAFETY,
        "record": {"folder": str(tmp_path / "recordings")},
        "start": "recording",
    }
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


@dataclass(frozen=True)
class Motion:
    """What the emulated controller was told: when, axis x or y, counts; 0 for a halt."""

    t_s: float
    axis: str
    counts: int
    is_halt: bool


class RunningSession:
    """`wormlock run` as a user starts it, and what its emulated controller saw."""

    def __init__(self, config, out, *options, command="run", terminal=None, folder=None):
        self.out = out
        self.log = out.parent / "printed.txt"
        with self.log.open("wb") as printed:
            self.process = subprocess.Popen(
                [*WORMLOCK, *command.split(), str(config), "--out", str(out), *options],
                stdin=subprocess.DEVNULL if terminal is None else terminal,
                preexec_fn=None if terminal is None else _take_terminal,  # noqa: PLW1509 (no threads)
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                cwd=folder,
            )
        self.place = SessionPlace(shared_memory_folder() / f"wormlock-{self.process.pid}")
        self.pids = {}
        self.transcript = None

    def await_motion(self, *, with_world=True):
        """Wait until the session records a stage that moves; then all is set for a killing."""
        self.transcript = _await(lambda: _open(self.place.folder / "stage.transcript"), self)
        self.posts = _await(lambda: _ring(self.place.posts_ring, POST_ROW), self)
        self.rows = _await(lambda: _ring(self.place.stage_rows_ring, STAGE_ROW), self)
        frames = self.out / "0001" / "frames.bin"
        _await(lambda: frames.exists() and frames.stat().st_size > 40 * ROWS * COLUMNS, self)
        _await(lambda: [motion for motion in self.motions() if motion.counts], self)
        for mark in self.place.folder.glob("*.pid"):
            self.pids[mark.stem] = int(mark.read_text())
        world = {"world"} if with_world else set()
        of_the_rig = {role for role in self.pids if "." not in role}  # not of neural cameras
        assert of_the_rig == {"emulator", "stage", "control", "recorder"} | world
        return self

    def await_transcript(self):
        """Wait until the emulated controller is there."""
        self.transcript = _await(lambda: _open(self.place.folder / "stage.transcript"), self)
        return self

    def heard(self):
        """Return what the emulated controller has heard so far: lines, with their meanings."""
        self.transcript.seek(0)
        whole, _, _ = self.transcript.read().decode("ascii").rpartition("\n")
        return [line for line in map(parse_line, whole.splitlines()) if line.was_heard]

    def await_calibration(self):
        """Wait until a calibration moves the stage; then all is set for a killing."""
        self.transcript = _await(lambda: _open(self.place.folder / "stage.transcript"), self)
        _await(lambda: [motion for motion in self.motions() if motion.counts], self)
        for mark in self.place.folder.glob("*.pid"):
            self.pids[mark.stem] = int(mark.read_text())
        assert set(self.pids) == {"emulator", "world", "stage"}
        return self

    def motions(self):
        """Return every velocity and halt that reached the controller, in order."""
        self.transcript.seek(0)
        return read_motions(self.transcript.read())

    def stands_since(self, t_s):
        """Return when, after `t_s`, both axes had been halted; None if they never were."""
        halted_s = {}
        for motion in self.motions():
            if motion.t_s > t_s and motion.counts == 0:
                halted_s.setdefault(motion.axis, motion.t_s)
        return max(halted_s.values()) if len(halted_s) == 2 else None

    def await_end(self, within_s=40.0):
        return self.process.wait(within_s)

    def said(self):
        return self.log.read_text(errors="replace")

    def clean_up(self):
        if self.transcript is not None:
            self.transcript.close()
        for pid in (self.process.pid, *self.pids.values()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        remove_place(self.place)


def _take_terminal():
    """Make standard input the terminal of the new session, as a shell does."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _is_alive(pid):
    """Say whether a process runs; one that waits for its parent to notice its end does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def read_motions(transcript):
    """Pick from the emulated controller's transcript what sets it in motion or halts it."""
    motions = []
    whole, _, _ = transcript.decode("ascii").rpartition("\n")
    for line in map(parse_line, whole.splitlines()):
        word, *rest = line.meaning.split() or [""]
        if line.was_heard and word in {"velocity", "halt"}:
            axis, counts = rest[0], int(rest[1]) if word == "velocity" else 0
            motions.append(Motion(line.t_s, axis, counts, word == "halt"))
    return motions


def _await(look, session, within_s=60.0):
    until_s = time.perf_counter() + within_s
    while time.perf_counter() < until_s:
        found = look()
        if found:
            return found
        assert session.process.poll() is None, session.said()
        time.sleep(0.01)
    raise AssertionError(f"nothing within {within_s} s: {session.said()}")


def _open(path):
    return path.open("rb") if path.exists() else None


def _ring(path, record):
    try:
        return RingReader(path, record)
    except RingError:
        return None


@pytest.fixture
def run_session(cheap_config, tmp_path):
    """Start a session of the cheap rig, however its config was changed."""
    sessions = []

    def run():
        sessions.append(RunningSession(cheap_config, tmp_path / "session"))
        return sessions[-1]

    yield run
    for session in sessions:
        session.clean_up()


@pytest.fixture
def running(cheap_config, tmp_path):
    """A session of the cheap rig that records a moving stage."""
    session = RunningSession(cheap_config, tmp_path / "session")
    try:
        yield session.await_motion()
    finally:
        session.clean_up()


@pytest.fixture
def start_session(cheap_config, tmp_path):
    """Start a session of the cheap rig, changed: `start_session(language="asi", faults=[...])`."""
    sessions = []

    def start(*options, faults=(), **stage):
        config = yaml.safe_load(cheap_config.read_text())
        config["rig"]["stage"].update(stage)
        scenario = Path(config["rig"]["simulation"]["scenario"])
        scenario.write_text(yaml.safe_dump({**SCENARIO, "faults": list(faults)}))
        cheap_config.write_text(yaml.safe_dump(config))
        sessions.append(RunningSession(cheap_config, tmp_path / "session", *options))
        return sessions[-1].await_transcript()

    yield start
    for session in sessions:
        session.clean_up()


@pytest.fixture
def calibrating(cheap_config, tmp_path):
    """A calibration of the cheap rig whose stage moves."""
    session = RunningSession(cheap_config, tmp_path / "found.yaml", command="calibrate stage")
    try:
        yield session.await_calibration()
    finally:
        session.clean_up()


@pytest.fixture
def run_to_the_end(cheap_config, tmp_path):
    """Run a session of the cheap rig with further options until it ends by itself."""
    sessions = []

    def run(*options, folder=None):
        session = RunningSession(cheap_config, tmp_path / "session", *options, folder=folder)
        sessions.append(session)
        sessions[-1].await_end(within_s=90.0)
        return sessions[-1]

    yield run
    for session in sessions:
        session.clean_up()


@pytest.fixture
def is_alive():
    return _is_alive


@pytest.fixture
def keyboard():
    """Both ends of a terminal: where keys are pressed, and what a session reads."""
    pressed, read = os.openpty()
    yield pressed, read
    os.close(pressed)
    os.close(read)


@pytest.fixture
def running_at_a_keyboard(cheap_config, tmp_path, keyboard):
    """A session that records a moving stage, and takes keys."""
    session = RunningSession(cheap_config, tmp_path / "session", terminal=keyboard[1])
    try:
        yield session.await_motion()
    finally:
        session.clean_up()


@pytest.fixture
def track_at_a_keyboard(cheap_config, tmp_path, keyboard):
    """Start a session of the cheap rig, however its config was changed, that takes keys."""
    sessions = []

    def track():
        sessions.append(RunningSession(cheap_config, tmp_path / "session", terminal=keyboard[1]))
        session = sessions[-1].await_transcript()
        _await(lambda: [motion for motion in session.motions() if motion.counts], session)
        return session

    yield track
    for session in sessions:
        session.clean_up()


@pytest.fixture
def checking_at_a_keyboard(cheap_config, tmp_path, keyboard):
    """A session that makes test moves before it tracks, with an eye that sees no stage move."""
    config = yaml.safe_load(cheap_config.read_text())
    config["safety"] = {**config["safety"], "sign_check": True}
    cheap_config.write_text(yaml.safe_dump(config))
    session = RunningSession(cheap_config, tmp_path / "session", terminal=keyboard[1])
    try:
        yield session.await_motion()
    finally:
        session.clean_up()
