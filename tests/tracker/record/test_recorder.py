"""The recorder's duty in stepped time: rings in, recordings out."""

import errno
import os
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from hardware.clock import SteppedClock
from hardware.ring import RingReader, RingWriter, frame_record
from tracker.errors import RecordingError
from tracker.record import recorder as duty
from tracker.record.events import Event
from tracker.record.reader import open_recording
from tracker.record.recorder import Origin, Recorder
from tracker.record.schema import FRAMES, TABLES
from tracker.record.summary import read_summary
from tracker.record.tap import Tap
from tracker.record.writer import RecordingWriter

SLOTS = 40


@pytest.fixture
def rig(tmp_path, made_up):
    """A rig of rings that can be told to live for a while, and a recorder that reads them."""
    header = made_up.header
    records = {FRAMES: frame_record(made_up.shape)}
    records |= {name: table.row for name, table in TABLES.items()}
    writers = {
        name: RingWriter(tmp_path / f"{name}.ring", record, slots=SLOTS)
        for name, record in records.items()
    }
    taps = {
        name: Tap(
            RingReader(tmp_path / f"{name}.ring", record),
            time_field="t_s" if name == FRAMES else TABLES[name].time_field,
            at_most=4,
        )
        for name, record in records.items()
    }
    origin = Origin(
        session=header.session,
        software_version="0.1.0",
        config_yaml="start: idle\n",
        config_sha256="c0ffee",
        calibration=made_up.calibration,
        streams=header.streams,
        flush_s=0.1,
    )
    clock = SteppedClock(made_up.started_s)
    recorder = Recorder(taps, origin, clock)
    tables, frames = made_up.run(400), made_up.frames(range(400))
    outcomes = []

    def live(numbers, *, with_recorder=True):
        for number in numbers:
            clock.advance_to(float(frames["t_s"][number]) + 0.024)
            writers[FRAMES].append(*frames[number].tolist()[:5], frames["pixels"][number])
            for name in TABLES:
                writers[name].append(
                    *(tables[name][field][number] for field in tables[name].dtype.names)
                )
            if with_recorder:
                outcomes.append(recorder.turn())

    yield SimpleNamespace(
        live=live,
        recorder=recorder,
        clock=clock,
        frames=frames,
        folder=tmp_path / "session" / "0001",
        outcome=lambda: next(outcome for outcome in outcomes if outcome),
        start=lambda folder, t_s: recorder.start(folder, t_s, animal={}, facts={}),
    )
    recorder.end()
    for part in (*taps.values(), *writers.values()):
        part.close()


def test_a_recording_holds_what_happened_between_start_and_stop_and_nothing_else(rig):
    rig.live(range(10))
    rig.start(rig.folder, float(rig.frames["t_s"][10]))
    rig.live(range(10, 50))
    rig.recorder.stop(float(rig.frames["t_s"][49]))
    rig.live(range(50, 80))

    recording = open_recording(rig.outcome().folder)
    assert recording.frames["index"].tolist() == list(range(10, 50))
    assert recording.ticks["frame_index"].tolist() == list(range(10, 50))
    assert recording.truth["frame_index"].tolist() == list(range(10, 50))
    assert (recording.frames["pixels"] == rig.frames["pixels"][10:50]).all()


def test_what_was_exposed_before_a_late_order_arrived_is_still_in_the_recording(rig):
    rig.live(range(30))

    rig.start(rig.folder, float(rig.frames["t_s"][12]))
    rig.live(range(30, 40))
    rig.recorder.end()

    assert open_recording(rig.folder).frames["index"].tolist() == list(range(12, 40))


def test_the_end_of_the_session_writes_all_that_is_still_in_the_rings(rig):
    rig.start(rig.folder, rig.clock.now_s())
    rig.live(range(30), with_recorder=False)

    outcome = rig.recorder.end()

    assert outcome.reason == duty.STOPPED
    assert open_recording(rig.folder).frames["index"].tolist() == list(range(30))


def test_frames_that_the_ring_overwrote_are_listed_by_number_and_counted(rig):
    rig.start(rig.folder, rig.clock.now_s())
    rig.live(range(5))
    rig.live(range(5, 5 + SLOTS + 6), with_recorder=False)
    rig.live(range(5 + SLOTS + 6, 100))
    rig.recorder.end()

    lost = [event for event in open_recording(rig.folder).events if event.kind == "frames_lost"]
    counted = read_summary(rig.folder)["frames"]
    assert [(event.detail, event.values["count"]) for event in lost] == [("frames 5 to 11", 7)]
    assert (counted["exposed"], counted["recorded"], counted["lost"]) == (100, 93, 7)


def test_two_recordings_of_a_session_are_numbered_and_listed(rig):
    for number in (1, 2):
        start = 100 * number
        rig.live(range(start, start + 1))
        rig.start(rig.folder.parent / f"{number:04d}", rig.clock.now_s())
        rig.live(range(start + 1, start + 50))
        rig.recorder.end()

    manifest = yaml.safe_load((rig.folder.parent / "session.yaml").read_text())
    assert list(manifest["recordings"]) == ["0001", "0002"]
    assert manifest["recordings"]["0002"]["ended"] == duty.STOPPED
    assert open_recording(rig.folder).frames["index"].tolist() == list(range(101, 150))


def test_a_folder_that_exists_is_refused_and_left_alone(rig):
    rig.folder.mkdir(parents=True)
    (rig.folder / "thesis.txt").write_text("precious")

    with pytest.raises(RecordingError, match="exists already"):
        rig.start(rig.folder, rig.clock.now_s())

    assert os.listdir(rig.folder) == ["thesis.txt"]
    assert not rig.recorder.is_recording


def test_a_second_start_is_refused_while_the_first_goes_on(rig):
    rig.start(rig.folder, rig.clock.now_s())

    with pytest.raises(RecordingError, match="stop it first"):
        rig.start(rig.folder.parent / "0002", rig.clock.now_s())

    assert rig.recorder.is_recording


def test_a_full_disk_ends_the_recording_with_a_word_and_what_was_written_is_read(rig, monkeypatch):
    rig.start(rig.folder, rig.clock.now_s())
    rig.live(range(20))
    monkeypatch.setattr(RecordingWriter, "free_bytes", lambda writer: 1_000_000)
    rig.live(range(20, 40))

    outcome = rig.outcome()
    assert "the disk is full: 1 MB are left" in outcome.reason
    assert open_recording(rig.folder).events[-1].detail == outcome.reason
    assert read_summary(rig.folder)["frames"]["recorded"] >= 20
    assert not rig.recorder.is_recording


def test_a_disk_that_refuses_every_byte_is_survived(rig, monkeypatch):
    rig.start(rig.folder, rig.clock.now_s())
    rig.live(range(20))

    def refuse(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tracker.record.appended_file.AppendedFile._write", refuse)
    rig.live(range(20, 22))

    assert "the disk is full" in rig.outcome().reason
    assert open_recording(rig.folder).frames["index"].tolist() == list(range(20))


def test_marks_of_the_operator_are_events(rig):
    rig.start(rig.folder, rig.clock.now_s())
    rig.recorder.note(Event(rig.clock.now_s(), "mark", "salt"))
    rig.live(range(10))
    rig.recorder.end()

    assert [event.kind for event in open_recording(rig.folder).events] == [
        "started",
        "mark",
        "ended",
    ]


def test_a_recording_without_any_frame_is_still_closed_in_order(rig):
    rig.start(rig.folder, rig.clock.now_s())

    rig.recorder.end()

    assert np.isnan(read_summary(rig.folder)["error_um"]["rms"])
    assert (rig.folder / "report.png").is_file()


def test_a_recording_is_not_begun_on_a_full_disk_and_leaves_nothing(rig, monkeypatch):
    monkeypatch.setattr(RecordingWriter, "free_bytes", lambda writer: 1_000_000)

    with pytest.raises(RecordingError, match="the disk is full"):
        rig.start(rig.folder, rig.clock.now_s())

    assert not rig.folder.exists()
    assert not rig.recorder.is_recording


def test_a_folder_that_is_removed_under_it_ends_the_recording_with_a_word(rig):
    rig.start(rig.folder, rig.clock.now_s())
    rig.live(range(10))

    shutil.rmtree(rig.folder)
    rig.live(range(10, 20))

    assert f"{rig.folder} cannot be written" in rig.outcome().reason
    assert not rig.recorder.is_recording
