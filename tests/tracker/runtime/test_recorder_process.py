"""The recorder as a process of its own: really run, and really killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from hardware.registry import believed_calibration
from hardware.truth import TRUTH_ROW
from tracker.commands.main import main
from tracker.config import load_config
from tracker.messages import POSITION_ROW, STAGE_ROW, TICK_ROW
from tracker.record.check import check_recording
from tracker.record.frame_log import broken_frames
from tracker.record.reader import open_recording
from tracker.record.running import running_in
from tracker.record.summary import read_summary
from tracker.runtime.mailboxes import OrderOutbox, ReportInbox
from tracker.runtime.orders import (
    End,
    Ready,
    RecordingClosed,
    RecordingOpened,
    StartRecording,
    StopRecording,
)
from tracker.runtime.rings import make_frames_ring, make_rows_ring
from tracker.runtime.session_place import (
    CameraFacts,
    Session,
    make_place,
    remove_place,
    write_camera_facts,
)

CONFIG = Path(__file__).parents[3] / "config.yaml"
SHAPE, PERIOD_S = (732, 968), 0.025
TIMES = {
    *("t_s", "received_s", "started_s", "detected_s", "decided_s", "posted_s"),
    *("written_s", "acts_s", "foreseen_s"),
}

pytestmark = pytest.mark.realtime


class _Rig:
    """What the other processes of a session do for the recorder: fill the rings."""

    def __init__(self, folder):
        self.orders, self.reports = OrderOutbox(), ReportInbox()
        config = load_config(CONFIG)
        session = Session(
            config=config,
            config_source=str(CONFIG),
            epoch_s=time.perf_counter(),
            calibration=believed_calibration(config.rig),
            folder=folder,
            supervisor=os.getpid(),
            reports_address=self.reports.address,
            order_addresses={"recorder": self.orders.address},
        )
        self.place = make_place(session)
        facts = CameraFacts(shape=SHAPE, period_s=PERIOD_S, delay_s=0.008)
        write_camera_facts(self.place, facts)
        self.frames = make_frames_ring(self.place.frames_ring, facts, ring_s=2.0)
        tables = (
            (self.place.ticks_ring, TICK_ROW),
            (self.place.stage_rows_ring, STAGE_ROW),
            (self.place.positions_ring, POSITION_ROW),
            (session.rig_place(self.place).truth_ring, TRUTH_ROW),
        )
        self.rings = [(make_rows_ring(path, row, ring_s=2.0), row) for path, row in tables]
        self.pixels = np.random.default_rng(1).integers(0, 256, SHAPE).astype(np.uint8)
        command = [sys.executable, "-P", "-m", "wormlock", "child", "recorder"]
        self.process = subprocess.Popen([*command, str(self.place.folder)])
        self.hear(Ready)

    def hear(self, kind):
        until_s = time.perf_counter() + 30.0
        while time.perf_counter() < until_s:
            for report in self.reports.take(0.1):
                if isinstance(report, kind):
                    return report
        raise AssertionError(f"no {kind.__name__} came")

    def live(self, seconds):
        """Expose at the camera's own rate, and tick once a frame."""
        for _ in range(round(seconds / PERIOD_S)):
            number, now_s = self.frames.count, time.perf_counter()
            self.pixels[0, 0] = number % 256
            self.frames.append(number, now_s - 0.008, now_s, np.nan, -1, self.pixels)
            for ring, dtype in self.rings:
                row = np.zeros(1, dtype)
                for field in TIMES & set(dtype.names):
                    row[field] = now_s - 0.008
                for field in {"frame_index", "sequence"} & set(dtype.names):
                    row[field] = number
                ring.append(*(row[field][0] for field in dtype.names))
            time.sleep(max(0.0, PERIOD_S - (time.perf_counter() - now_s)))

    def close(self):
        self.process.kill()
        self.process.wait()
        for part in (self.orders, self.reports, self.frames, *(ring for ring, _ in self.rings)):
            part.close()
        remove_place(self.place)


@pytest.fixture
def rig(tmp_path):
    rig = _Rig(tmp_path / "session")
    yield rig
    rig.close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "session" / "0001"


def _start(rig, folder):
    before_the_first_frame_s = time.perf_counter() - 0.01
    rig.orders.send(StartRecording(folder=str(folder), t_s=before_the_first_frame_s))
    rig.hear(RecordingOpened)


def test_a_recorder_that_is_killed_in_the_middle_has_kept_all_but_the_frames_in_flight(rig, folder):
    _start(rig, folder)
    rig.live(2.0)

    rig.process.send_signal(signal.SIGKILL)
    rig.process.wait()

    recording = open_recording(folder)
    exposed = rig.frames.count
    kept = recording.frames["index"]
    assert kept.tolist() == list(range(len(kept)))
    assert len(kept) >= exposed - 4
    assert broken_frames(recording.frames).size == 0
    assert (recording.frames["pixels"][:, 0, 0] == kept % 256).all()
    for rows in (recording.ticks, recording.truth):
        assert rows["frame_index"].tolist() == list(range(len(rows)))
        assert len(rows) >= exposed - 4
    assert len(recording.stage) >= exposed - 4
    assert len(recording.positions) >= exposed - 4
    assert not recording.was_closed


def test_a_killed_recorder_s_recording_is_checked_and_mended(rig, folder):
    _start(rig, folder)
    rig.live(1.0)
    assert check_recording(folder).state == "being recorded"
    assert running_in([folder.parent.parent]) == folder

    rig.process.send_signal(signal.SIGKILL)
    rig.process.wait()

    assert running_in([folder.parent.parent]) is None
    assert main(["recording", "check", str(folder)]) == 1
    assert main(["recording", "check", str(folder), "--repair"]) == 0
    assert check_recording(folder).state == "cut short"
    assert len(open_recording(folder).frames) >= rig.frames.count - 4


def test_a_recording_that_is_stopped_in_order_holds_every_frame_and_its_summary(rig, folder):
    _start(rig, folder)
    rig.live(1.0)

    rig.orders.send(StopRecording(t_s=time.perf_counter()))
    closed = rig.hear(RecordingClosed)

    assert closed.folder == str(folder)
    assert open_recording(folder).was_closed
    assert read_summary(folder)["frames"]["recorded"] == rig.frames.count
    assert (folder / "report.png").is_file()


@pytest.mark.parametrize("how", ["order", "signal"])
def test_the_end_of_the_session_empties_the_rings_and_closes_the_files(rig, folder, how):
    _start(rig, folder)
    rig.live(1.0)

    if how == "order":
        rig.orders.send(End())
    else:
        rig.process.send_signal(signal.SIGTERM)
    rig.hear(RecordingClosed)

    assert rig.process.wait(10.0) == 0
    assert read_summary(folder)["frames"]["recorded"] == rig.frames.count


def test_two_recordings_follow_each_other_without_a_frame_in_both(rig, folder):
    for number in (1, 2):
        _start(rig, folder.parent / f"{number:04d}")
        rig.live(0.5)
        rig.orders.send(StopRecording(t_s=time.perf_counter()))
        rig.hear(RecordingClosed)

    first, second = (
        open_recording(folder.parent / name).frames["index"] for name in ("0001", "0002")
    )
    assert first.tolist() + second.tolist() == list(range(rig.frames.count))


def test_a_folder_that_exists_is_refused_and_the_recorder_goes_on(rig, folder):
    folder.mkdir(parents=True)
    rig.orders.send(StartRecording(folder=str(folder), t_s=time.perf_counter()))

    refused = rig.hear(RecordingClosed)

    assert "exists already" in refused.reason
    assert not refused.summary
    _start(rig, folder.parent / "0002")
