"""Frames on disk: what was appended is read, whatever happened to the end of the file."""

import errno
import os
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.platform_files import DIRECT_BYTES
from hardware.ring import frame_record
from tracker.errors import RecordingError
from tracker.record.frame_log import broken_frames, map_frames
from tracker.record.frame_writer import FrameWriter, framed_room
from tracker.record.schema import FRAME_MAGIC, framed_record


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


def large_frames(count):
    frames = np.zeros(count, frame_record((300, 400)))
    frames["index"] = np.arange(count)
    frames["pixels"] = np.random.default_rng(3).integers(0, 256, (count, 300, 400))
    return frames


@pytest.mark.parametrize("has_room", [False, True], ids=["from-anywhere", "from-a-room"])
def test_large_frames_go_to_the_disk_in_whole_blocks_and_are_read_as_they_were(tmp_path, has_room):
    path, frames = tmp_path / "frames.bin", large_frames(5)
    record = framed_record(frames.dtype)
    log = FrameWriter(path, record)
    given = frames
    if has_room:
        given = framed_room(frames.dtype, 5)
        given[list(frames.dtype.names)] = frames

    log.append(given[:3])
    log.append(given[3:])
    log.file.close()

    read = map_frames(path, record).records
    assert record.itemsize % DIRECT_BYTES == 0
    assert all((read[name] == frames[name]).all() for name in ("index", "pixels"))
    assert broken_frames(read).size == 0


def test_a_disk_of_larger_blocks_than_ours_is_written_as_any_other(tmp_path):
    path, frames = tmp_path / "frames.bin", large_frames(3)
    log = FrameWriter(path, framed_record(frames.dtype))
    log.file._file, log.file._is_direct = Stubborn(log.file._file), True

    log.append(frames)
    log.file.close()

    assert len(map_frames(path, framed_record(frames.dtype)).records) == 3


class Stubborn:
    """Refuses to be written past the cache, once."""

    def __init__(self, file):
        self._file, self._has_refused = file, False

    def write(self, part):
        if not self._has_refused:
            self._has_refused = True
            raise OSError(errno.EINVAL, "Invalid argument")
        return self._file.write(part)

    def __getattr__(self, name):
        return getattr(self._file, name)


def test_a_recording_of_before_records_were_filled_up_is_read(tmp_path):
    frames = large_frames(4)
    fields = [(name, frames.dtype.fields[name][0]) for name in frames.dtype.names]
    old = np.zeros(4, np.dtype([("magic", "<u4"), ("crc32", "<u4"), *fields]))
    old[list(frames.dtype.names)] = frames
    old["magic"] = FRAME_MAGIC
    old["crc32"] = [zlib.crc32(old[at : at + 1].tobytes()[8:]) for at in range(4)]
    old.tofile(tmp_path / "frames.bin")

    read = map_frames(tmp_path / "frames.bin", old.dtype).records

    assert read["index"].tolist() == [0, 1, 2, 3]
    assert broken_frames(read).size == 0
