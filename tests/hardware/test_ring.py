"""Rings: what one process writes, another reads whole, or learns that it came too late."""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import RingError
from hardware.platform import shared_memory_folder
from hardware.ring import RingReader, RingWriter, attach_ring, frame_record

ROW = np.dtype([("number", "<i8"), ("place", "<f8", 2)])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rows.ring"


def test_a_reader_finds_every_record_in_order(path):
    writer = RingWriter(path, ROW, slots=8)
    reader = RingReader(path, ROW)

    for number in range(5):
        writer.append(number, (number, -number))
    found = reader.take()

    assert found.rows["number"].tolist() == [0, 1, 2, 3, 4]
    assert found.rows["place"][3].tolist() == [3.0, -3.0]
    assert found.lost == 0


def test_a_slow_reader_learns_how_many_records_it_missed(path):
    writer = RingWriter(path, ROW, slots=4)
    reader = RingReader(path, ROW)

    for number in range(10):
        writer.append(number, (0, 0))
    found = reader.take()

    assert found.rows["number"].tolist() == [6, 7, 8, 9]
    assert found.lost == 6


def test_records_are_taken_into_the_same_room_again_and_again(path):
    writer = RingWriter(path, ROW, slots=8)
    reader = RingReader(path, ROW)
    room = reader.make_room(2)
    taken = []

    for number in range(5):
        writer.append(number, (0, 0))
    while reader.waiting:
        rows = reader.take(at_most=2, room=room).rows
        assert rows.base is room
        taken += rows["number"].tolist()

    assert taken == [0, 1, 2, 3, 4]


@given(bursts=st.lists(st.integers(0, 12), max_size=12))
def test_records_taken_and_lost_add_up_to_those_written(bursts, tmp_path_factory):
    path = tmp_path_factory.mktemp("ring") / "rows.ring"
    writer = RingWriter(path, ROW, slots=5)
    reader = RingReader(path, ROW)
    taken = lost = written = 0

    for burst in bursts:
        for _ in range(burst):
            writer.append(written, (0, 0))
            written += 1
        found = reader.take()
        taken, lost = taken + len(found.rows), lost + found.lost

    assert taken + lost == written == writer.count


def test_the_newest_record_is_given_again_and_again(path):
    writer = RingWriter(path, ROW, slots=4)
    reader = RingReader(path, ROW)

    assert reader.newest() is None
    writer.append(7, (1, 2))

    assert [reader.newest()["number"][0] for _ in range(2)] == [7, 7]


def test_a_record_that_is_being_overwritten_is_not_read(path):
    writer = RingWriter(path, ROW, slots=4)
    reader = RingReader(path, ROW)
    writer.append(1, (1, 1))

    writer._slots["turn"][0] = 9  # odd: the writer is in the middle of it

    assert reader.take().lost == 1


def test_a_ring_of_other_records_is_refused(path):
    RingWriter(path, ROW, slots=4)

    with pytest.raises(RingError, match="holds records of"):
        RingReader(path, frame_record((4, 4)))


def test_a_ring_that_never_comes_is_an_error(path):
    with pytest.raises(RingError, match=r"rows\.ring"):
        attach_ring(path, ROW, within_s=0.0)


def test_a_second_writer_is_refused_and_the_first_one_kept(path):
    writer = RingWriter(path, ROW, slots=4)

    with pytest.raises(RingError, match="cannot map"):
        RingWriter(path, ROW, slots=4)

    writer.append(1, (0, 0))
    assert writer.count == 1


def test_a_ring_without_room_leaves_nothing_behind(path):
    with pytest.raises(RingError, match="cannot map"):
        RingWriter(path, ROW, slots=2**50)

    assert not path.exists()


def test_a_frame_travels_with_its_times(path):
    record = frame_record((3, 4))
    writer = RingWriter(path, record, slots=2)
    reader = RingReader(path, record)
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)

    writer.append(5, 1.5, 1.6, float("nan"), -1, image)
    frame = reader.newest()

    assert frame["index"][0] == 5
    assert frame["t_s"][0] == 1.5
    assert (frame["pixels"][0] == image).all()


def test_a_writer_that_has_time_is_told_how_much_room_there_is(path):
    writer = RingWriter(path, ROW, slots=4)
    reader = RingReader(path, ROW)
    rooms = [writer.room]
    for number in range(3):
        writer.append(number, (0, 0))
    rooms.append(writer.room)

    reader.take(at_most=2)
    reader.keep()
    rooms.append(writer.room)
    reader.keep(everything=True)
    rooms.append(writer.room)

    assert rooms == [4, 1, 3, 4]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere pages come when they are touched")
def test_the_first_turn_of_a_ring_in_memory_takes_no_page_faults():
    resource = pytest.importorskip("resource")
    image = np.ones((512, 512), np.uint16)
    record = frame_record(image.shape, depth_bits=16)
    folder = tempfile.TemporaryDirectory(dir=shared_memory_folder())
    writer = RingWriter(Path(folder.name) / "frames.ring", record, slots=20)
    writer.append(0, 0.0, 0.0, 0.0, 0, image)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for number in range(1, 20):
        writer.append(number, 0.0, 0.0, 0.0, 0, image)
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    writer.close()
    folder.cleanup()

    assert faults < 128  # those of one frame
