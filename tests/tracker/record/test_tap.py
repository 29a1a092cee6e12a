"""A ring's way into a recording: what is taken stays where it is while it is written."""

import numpy as np
import pytest

from hardware.platform_files import DIRECT_BYTES
from hardware.ring import RingReader, RingWriter, frame_record
from tracker.record.schema import framed_record
from tracker.record.tap import frame_tap

FRAME = frame_record((300, 400))


@pytest.fixture
def ring(tmp_path):
    return RingWriter(tmp_path / "frames.ring", FRAME, slots=40)


@pytest.fixture
def tap(tmp_path, ring):
    tap = frame_tap(RingReader(tmp_path / "frames.ring", FRAME))
    tap.start(0.0)
    return tap


def fill(ring, numbers, *, t_s=1.0):
    for number in numbers:
        ring.append(number, t_s, t_s, t_s, number, np.full((300, 400), number % 256, np.uint8))


def test_frames_come_out_as_they_will_lie_on_the_disk(ring, tap):
    fill(ring, range(3))

    rows = tap.take(2.0).rows

    assert rows.dtype == framed_record(FRAME)
    assert rows.ctypes.data % DIRECT_BYTES == 0
    assert rows["index"].tolist() == [0, 1, 2]
    assert (rows["pixels"][2] == 2).all()


def test_what_was_taken_stays_until_more_than_one_room_was_filled_after_it(ring, tap):
    fill(ring, range(3))
    first = tap.take(2.0).rows
    fill(ring, range(3, 6))
    second = tap.take(2.0).rows

    assert first["index"].tolist() == [0, 1, 2]
    assert second["index"].tolist() == [3, 4, 5]


def test_frames_that_nobody_wants_do_not_take_the_room_of_those_being_written(ring, tap):
    fill(ring, range(3))
    first = tap.take(2.0).rows
    for begin in range(3, 12, 3):
        fill(ring, range(begin, begin + 3), t_s=9.0)
        assert len(tap.take(2.0).rows) == 0

    assert first["index"].tolist() == [0, 1, 2]
    assert (first["pixels"][1] == 1).all()


def test_of_frames_some_of_which_are_wanted_those_are_taken_without_a_copy(ring, tap):
    fill(ring, range(2), t_s=1.0)
    fill(ring, range(2, 4), t_s=9.0)

    rows = tap.take(2.0).rows

    assert rows["index"].tolist() == [0, 1]
    assert rows.base is not None
