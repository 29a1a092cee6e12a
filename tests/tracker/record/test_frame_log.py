"""Frames on disk: what was appended is read, whatever happened to the end of the file."""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.ring import frame_record
from tracker.errors import RecordingError
from tracker.record.frame_log import broken_frames, map_frames
from tracker.record.frame_writer import FrameWriter
from tracker.record.schema import framed_record


@pytest.fixture
def log(tmp_path, made_up):
    def write(count):
        path = tmp_path / "frames.bin"
        path.unlink(missing_ok=True)
        record = framed_record(frame_record(made_up.shape))
        log = FrameWriter(path, record)
        frames = made_up.frames(range(count))
        log.append(frames)
        log.file.close()
        return path, frames, record

    return write


def test_frames_are_read_as_they_were_appended(log):
    path, frames, record = log(7)

    read = map_frames(path, record).records

    assert all((read[name] == frames[name]).all() for name in ("index", "t_s", "pixels"))
    assert broken_frames(read).size == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(cut_bytes=st.integers(0, 5 * 240))
def test_a_log_that_is_cut_anywhere_loses_no_frame_but_the_torn_one(log, cut_bytes):
    path, _, record = log(5)

    os.truncate(path, cut_bytes)

    assert len(map_frames(path, record).records) == cut_bytes // record.itemsize


def test_room_that_a_power_failure_left_unwritten_is_no_frame(log):
    path, _, record = log(5)

    os.truncate(path, 8 * record.itemsize)

    assert map_frames(path, record).records["index"].tolist() == [0, 1, 2, 3, 4]


def test_a_flipped_bit_is_found_and_its_frame_named(log):
    path, _, record = log(5)
    content = bytearray(path.read_bytes())
    content[3 * record.itemsize + 100] ^= 4
    path.write_bytes(content)

    assert broken_frames(map_frames(path, record).records).tolist() == [3]


def test_a_file_of_other_frames_is_refused(log):
    path, _, _ = log(5)

    with pytest.raises(RecordingError, match="does not belong"):
        map_frames(path, framed_record(frame_record((7, 9))))


def test_numpy_alone_opens_the_frames(log):
    path, frames, record = log(5)

    assert (np.memmap(path, record, mode="r")["pixels"] == frames["pixels"]).all()
