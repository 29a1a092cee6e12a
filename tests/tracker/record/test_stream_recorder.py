"""A neural camera's recorder in stepped time: ring in, stream out, beside a recording."""

import os

import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.ring import RingReader, RingWriter, frame_record
from hardware.truth import neural_truth_row
from tracker.errors import RecordingError
from tracker.record import stream_recorder as duty
from tracker.record.check import check_recording
from tracker.record.events import ENDED
from tracker.record.neural import open_neural_stream
from tracker.record.neural_header import NeuralHeader, neural_names
from tracker.record.repair import repair
from tracker.record.schema import framed_record, neural_frames, neural_truth
from tracker.record.stream_recorder import StreamRecorder
from tracker.record.tap import Tap
from tracker.record.writer import RecordingWriter

SHAPE, SLOTS, NEURONS = (6, 8), 20, 3
FRAME, TRUTH = frame_record(SHAPE, depth_bits=16), neural_truth_row(NEURONS)
PERIOD_S = 0.05


class Rig:
    """A neural camera's rings, its recorder, and a folder that the other recorder makes."""

    def __init__(self, folder, made_up):
        self.began_s, self.folder = made_up.started_s, folder / "0001"
        self._header = made_up.header
        records = {neural_frames("green"): FRAME, neural_truth("green"): TRUTH}
        self.frames, self.truth = (
            RingWriter(folder / f"{name}.ring", record, slots=SLOTS)
            for name, record in records.items()
        )
        taps = {
            name: Tap(RingReader(folder / f"{name}.ring", record), time_field="t_s", at_most=4)
            for name, record in records.items()
        }
        header = NeuralHeader(
            name="green",
            started_s=float("nan"),
            depth_bits=16,
            white_level=65_535,
            period_s=PERIOD_S,
            delay_s=0.01,
            um_per_px=2.0,
            streams={
                neural_frames("green"): framed_record(FRAME),
                neural_truth("green"): TRUTH,
            },
        )
        self.clock = SteppedClock(self.began_s)
        self.recorder = StreamRecorder(taps, header, self.clock, flush_s=0.1)

    def make_folder(self):
        """Be the tracking camera's recorder."""
        self.other = RecordingWriter(self.folder, self._header, config_yaml="a: 1\n", flush_s=0.1)
        return self.other

    def live(self, numbers, *, with_recorder=True):
        for number in numbers:
            t_s = self.began_s + PERIOD_S * number
            pixels = np.full(SHAPE, 1000 + number, np.uint16)
            self.frames.append(number, t_s, t_s + 0.01, np.nan, -1, pixels)
            at_px = np.full((NEURONS, 2), float(number % 10))
            self.truth.append(number, t_s, (0.0, 0.0), at_px, np.zeros(NEURONS), 0.0)
            self.clock.advance_to(t_s + 0.02)
            if with_recorder:
                self.recorder.turn()


@pytest.fixture
def rig(tmp_path, made_up):
    return Rig(tmp_path, made_up)


def test_the_stream_holds_what_was_exposed_between_start_and_stop(rig):
    rig.make_folder().close()

    rig.live(range(10))
    rig.recorder.start(rig.folder, rig.began_s + 10 * PERIOD_S)
    rig.live(range(10, 30))
    rig.recorder.stop(rig.began_s + 29 * PERIOD_S, "r pressed")
    rig.live(range(30, 50))

    stream = open_neural_stream(rig.folder, "green")
    assert stream.frames.index.tolist() == list(range(10, 30))
    assert stream.frames[3].tolist() == np.full(SHAPE, 1013).tolist()
    assert stream.truth["index"].tolist() == list(range(10, 30))
    assert [event.kind for event in stream.events] == ["started", ENDED]
    assert stream.events[-1].detail == "r pressed"
    assert not rig.recorder.is_recording


def test_a_folder_that_comes_late_costs_no_frame(rig):
    rig.recorder.start(rig.folder, rig.began_s)
    rig.live(range(8))
    rig.make_folder().close()
    rig.live(range(8, 12))
    rig.recorder.end("over")

    assert open_neural_stream(rig.folder, "green").frames.index.tolist() == list(range(12))


def test_who_left_frames_in_the_ring_goes_on_at_once_but_never_while_there_is_no_folder(
    rig,
):
    for tap in rig.recorder._taps.values():
        tap._at_most = 1
    rig.recorder.start(rig.folder, rig.began_s)
    rig.live(range(duty._TAKES_A_TURN + 2), with_recorder=False)
    said = [rig.recorder.is_behind]

    rig.make_folder().close()
    for _ in range(2):
        rig.recorder.turn()
        said.append(rig.recorder.is_behind)
    rig.recorder.end("over")

    assert said == [False, True, False]


def test_without_a_recording_to_belong_to_it_is_given_up_and_told(rig):
    rig.recorder.start(rig.folder, rig.began_s)

    with pytest.raises(RecordingError, match="no recording to belong to"):
        rig.live(range(200))

    assert not rig.recorder.is_recording
    assert not rig.folder.exists()


def test_frames_that_the_disk_could_not_follow_are_listed_by_number(rig):
    rig.make_folder().close()
    rig.recorder.start(rig.folder, rig.began_s)
    rig.live(range(5))
    rig.live(range(5, 40), with_recorder=False)
    rig.live([40, 43])
    rig.recorder.end("over")

    events = open_neural_stream(rig.folder, "green").events
    lost = [event for event in events if event.kind == "frames_lost"]
    dropped = [event for event in events if event.kind == "frames_dropped"]
    assert [event.detail for event in lost] == ["frames 5 to 20"]
    assert [event.detail for event in dropped] == ["frames 41 to 42"]
    assert rig.recorder.figures() == {"is_recording": 0.0, "failures": 0.0}


def test_a_full_disk_ends_the_stream_in_order_and_is_told_once(rig, monkeypatch):
    rig.make_folder().close()
    rig.recorder.start(rig.folder, rig.began_s)
    rig.live(range(5))
    monkeypatch.setattr(duty, "free_bytes", lambda folder: 1_000_000)

    with pytest.raises(RecordingError, match="the disk is full"):
        rig.live(range(5, 10))
    rig.live(range(10, 15))

    stream = open_neural_stream(rig.folder, "green")
    assert "the disk is full" in stream.events[-1].detail
    assert rig.recorder.figures()["failures"] == 1.0
    assert len(stream.frames) >= 5


def test_a_torn_last_frame_is_found_cut_off_and_the_rest_read(rig):
    other = rig.make_folder()
    rig.recorder.start(rig.folder, rig.began_s)
    rig.live(range(8))
    rig.recorder.end("over")
    other.close()
    path = rig.folder / "frames_green.bin"
    os.truncate(path, path.stat().st_size - 30)

    found = check_recording(rig.folder)
    repair(found)

    faults = [fault.what for fault in found.faults if fault.file == path.name]
    streams = {stream.file: stream for stream in found.streams}
    assert [("torn last record" in what) for what in faults] == [True]
    assert streams[path.name].count == 7
    assert open_neural_stream(rig.folder, "green").frames.index.tolist() == list(range(7))
    assert not check_recording(rig.folder).faults


def test_a_damaged_header_of_a_stream_is_named_and_harms_nothing_else(rig):
    rig.make_folder().close()
    rig.recorder.start(rig.folder, rig.began_s)
    rig.live(range(8))
    rig.recorder.end("over")
    (rig.folder / "neural_green.json").write_text('{"name": 1')

    found = check_recording(rig.folder)

    assert neural_names(rig.folder) == ["green"]
    assert [fault.file for fault in found.faults if "damaged" in fault.what] == [
        "neural_green.json"
    ]
    with pytest.raises(RecordingError, match=r"neural_green\.json is damaged"):
        open_neural_stream(rig.folder, "green")


def test_a_camera_that_was_not_recorded_is_asked_for_in_vain(rig):
    rig.make_folder().close()

    with pytest.raises(RecordingError, match="no neural camera 'red': the recording has none"):
        open_neural_stream(rig.folder, "red")
