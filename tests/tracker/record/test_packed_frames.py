"""Compressed frames: read in the place of others, whatever happened to their file."""

import mmap
import os
import re

import numpy as np
import pytest

from hardware.platform_files import DIRECT_BYTES
from hardware.ring import frame_record
from tracker.errors import MissingExtraError, RecordingError
from tracker.record import packed_writer
from tracker.record.check import check_recording
from tracker.record.frame_log import broken_frames, compression, map_frames, read_stamps
from tracker.record.frame_writer import FrameWriter, frame_writer
from tracker.record.opened import OpenedRecording
from tracker.record.packed_frames import PackedFrames
from tracker.record.reader import open_recording
from tracker.record.repair import repair
from tracker.record.schema import FRAMES, framed_record, stream_file
from tracker.record.score import rows_of, score
from tracker.record.summary import summary_table
from tracker.record.writer import RecordingWriter

SHAPE = (70, 90)
RECORD = framed_record(frame_record(SHAPE, depth_bits=16))


def frames_of(count):
    noise = np.random.default_rng(2)
    frames = np.zeros(count, frame_record(SHAPE, depth_bits=16))
    frames["index"] = 10 + np.arange(count)
    frames["t_s"] = 100.0 + 0.01 * np.arange(count)
    frames["pixels"] = 100 + noise.poisson(30.0, (count, *SHAPE))
    return frames


@pytest.fixture
def packed(tmp_path):
    """A function that writes so many compressed frames; returns the path and the frames."""

    def write(count, *, at_once=3):
        path, frames = tmp_path / "frames.bin", frames_of(count)
        writer = frame_writer(path, RECORD, packs=True)
        for place in range(0, count, at_once):
            writer.append(frames[place : place + at_once])
        writer.file.sync()
        writer.file.close()
        return path, frames

    return write


@pytest.fixture
def packed_recording(tmp_path, made_up):
    folder = tmp_path / "session" / "0001"
    header = made_up.header_with(schema_version=2)
    writer = RecordingWriter(folder, header, config_yaml="a: 1\n", flush_s=0.5, packs=True)
    writer.append(FRAMES, made_up.frames(range(40)))
    for stream, rows in made_up.run(40).items():
        writer.append(stream, rows)
    writer.sync()
    writer.close()
    return folder


def begins(path):
    return [PackedFrames(path, RECORD).range_of(place)[0] for place in range(7)]


def test_what_was_compressed_is_read_bit_by_bit(packed):
    path, frames = packed(7)

    read = map_frames(path, RECORD)

    assert all((read.records[name] == frames[name]).all() for name in ("index", "t_s"))
    assert all((read.records["pixels"][at] == frames["pixels"][at]).all() for at in range(-7, 7))
    assert (read.records["pixels"][2:5] == frames["pixels"][2:5]).all()
    assert (read_stamps(path, read.records)["index"] == frames["index"]).all()
    assert (read.torn_bytes, read.unwritten, broken_frames(read.records).size) == (0, 0, 0)


def test_records_of_compressed_frames_are_those_that_would_have_been_written(packed, tmp_path):
    path, frames = packed(4)
    writer = FrameWriter(tmp_path / "plain.bin", RECORD)
    writer.append(frames)
    writer.file.close()

    plain = map_frames(tmp_path / "plain.bin", RECORD).records

    assert map_frames(path, RECORD).records[:].tobytes() == plain.tobytes()


def test_noise_of_a_camera_takes_less_of_the_disk(packed, tmp_path):
    path, _ = packed(20)

    assert compression(map_frames(path, RECORD).records) > 1.3
    assert path.stat().st_size % DIRECT_BYTES == 0


@pytest.mark.parametrize("kept", [0, 1, 6])
@pytest.mark.parametrize("more_bytes", [1, 55, 56, 4096, 4097])
def test_a_compressed_log_that_is_cut_anywhere_loses_no_frame_but_the_torn_one(
    packed, kept, more_bytes
):
    path, frames = packed(7)

    os.truncate(path, begins(path)[kept] + more_bytes)

    read = map_frames(path, RECORD)
    if kept or more_bytes >= 4:  # fewer bytes than a magic word say nothing
        assert read.records["index"].tolist() == frames["index"][:kept].tolist()
        assert read.torn_bytes == more_bytes


def test_room_that_a_power_failure_left_unwritten_is_no_compressed_frame(packed):
    path, frames = packed(5)

    os.truncate(path, path.stat().st_size + 5 * DIRECT_BYTES)

    assert map_frames(path, RECORD).records["index"].tolist() == frames["index"].tolist()


@pytest.mark.parametrize("at_byte", [20, 300], ids=["stamp", "pixels"])
def test_a_flipped_bit_in_a_compressed_frame_is_found_and_its_frame_named(packed, at_byte):
    path, _ = packed(7)
    content = bytearray(path.read_bytes())
    content[begins(path)[3] + at_byte] ^= 4
    path.write_bytes(content)

    records = map_frames(path, RECORD).records

    assert broken_frames(records).tolist() == [3]
    assert broken_frames(records[:]).tolist() == [3]


@pytest.mark.parametrize("place", [0, 3])
def test_a_compressed_frame_whose_head_is_gone_is_stepped_over(packed, place):
    path, frames = packed(7)
    begin = begins(path)[place]
    content = bytearray(path.read_bytes())
    content[begin : begin + 56] = bytes(range(100, 156))
    path.write_bytes(content)

    records = map_frames(path, RECORD).records

    assert records["index"].tolist() == np.delete(frames["index"], place).tolist()
    assert [first for first, _ in records.strange] == [begin]


def test_a_compressed_recording_opens_scores_and_checks_as_any_other(packed_recording, made_up):
    recording = open_recording(packed_recording)
    opened = OpenedRecording(recording)

    assert (opened.frames[5] == made_up.frames(range(40))["pixels"][5]).all()
    assert opened.frames.at(made_up.started_s + 5 * made_up.period_s).shape == made_up.shape
    summary = score(rows_of(recording))
    assert summary["frames"]["recorded"] == 40
    assert re.search(r"compressed to 1/\d", summary_table(summary))
    found = check_recording(packed_recording)
    assert [fault.file for fault in found.faults] == ["summary.json"]


def test_a_torn_end_and_a_damaged_stamp_of_a_compressed_stream_are_repaired(packed_recording):
    path = packed_recording / stream_file(FRAMES)
    content = bytearray(path.read_bytes())
    records = open_recording(packed_recording).frames
    begin, _ = records.range_of(7)
    content[begin + 16 : begin + 24] = b"\xff" * 8  # a time that cannot be
    path.write_bytes(bytes(content) + b"torn")

    repair(check_recording(packed_recording))

    assert open_recording(packed_recording).frames["index"].tolist() == [*range(7), *range(8, 40)]
    assert check_recording(packed_recording).faults == ()
    assert (packed_recording / "frames.bin.damaged").stat().st_size == DIRECT_BYTES


def test_what_is_no_frame_is_named_by_a_check(packed_recording):
    path = packed_recording / stream_file(FRAMES)
    content = bytearray(path.read_bytes())
    begin, end = open_recording(packed_recording).frames.range_of(7)
    content[begin:end] = b"\7" * (end - begin)
    path.write_bytes(content)

    faults = check_recording(packed_recording).faults

    assert f"4096 bytes from byte {begin} on are no frame" in [fault.what for fault in faults]


def test_a_program_of_the_first_version_would_refuse_it_by_its_number(packed_recording):
    assert '"schema_version": 2' in (packed_recording / "recording.json").read_text()


def test_without_the_package_the_extra_is_named(tmp_path, monkeypatch, packed):
    path, _ = packed(2)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    for use in (
        lambda: frame_writer(tmp_path / "more.bin", RECORD, packs=True),
        lambda: map_frames(path, RECORD),
    ):
        with pytest.raises(MissingExtraError, match=r"pip install 'wormlock\[record\]'"):
            use()


def test_a_full_disk_leaves_whole_compressed_frames(packed, tmp_path, monkeypatch):
    path, frames = tmp_path / "full.bin", frames_of(6)
    writer = packed_writer.PackedWriter(path, RECORD)
    writer.append(frames[:3])
    writer.file.sync()

    def refuse(file, rest):
        file._file.write(mmap.mmap(-1, DIRECT_BYTES))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tracker.record.appended_file.AppendedFile._write", refuse)
    writer.append(frames[3:])
    with pytest.raises(RecordingError, match="the disk is full"):
        writer.file.sync()
    writer.file.close()

    assert map_frames(path, RECORD).torn_bytes == 0
    assert map_frames(path, RECORD).records["index"].tolist() == [10, 11, 12]
