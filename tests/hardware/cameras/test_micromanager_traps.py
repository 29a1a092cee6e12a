"""What the real MMCore does, and the driver must know; seen with its demo camera."""

import time
from datetime import datetime

import pytest

pytestmark = pytest.mark.realtime

PATIENCE_S = 8.0
FRAME_MB = 512 * 512 / 1e6


def wait_until(is_so):
    until_s = time.perf_counter() + PATIENCE_S
    while not is_so():
        assert time.perf_counter() < until_s, "it never came to be so"
        time.sleep(1e-3)


def pop_all(device):
    pictures = []
    while (picture := device.pop()) is not None:
        pictures.append(picture)
    return pictures


@pytest.fixture
def running(load):
    device = load(buffer_mb=2).device
    device.expose_for(0.002)
    device.start()
    wait_until(lambda: device.waiting() > 0)
    return device


def test_an_overflow_clears_the_ring_in_silence_and_only_the_numbers_tell(running):
    first = running.pop().counter("ImageNumber")
    waiting = [0]

    def has_overflowed():
        waiting.append(running.waiting())
        return waiting[-1] < waiting[-2]

    wait_until(has_overflowed)

    wait_until(lambda: running.waiting() > 0)
    assert running.is_running()
    assert running.pop().counter("ImageNumber") > first + 1


def test_clearing_the_ring_sets_the_numbers_back_to_nothing(running):
    wait_until(lambda: running.pop() is not None and running.waiting() > 0)
    before = running.pop().counter("ImageNumber")

    running._core.clear_circular_buffer()

    wait_until(lambda: running.waiting() > 0)
    assert running.pop().counter("ImageNumber") <= before


def test_the_core_raises_when_an_empty_ring_is_popped_and_the_device_says_none(running):
    running.stop()
    pop_all(running)

    with pytest.raises(IndexError, match="buffer is empty"):
        running._core.pop_next_tagged_image()
    assert running.pop() is None


def test_a_look_at_the_ring_takes_microseconds(running):
    started_s = time.perf_counter()
    for _ in range(1000):
        running.waiting()
    assert (time.perf_counter() - started_s) / 1000 < 1e-4


def test_tags_are_text_and_pixels_have_two_dimensions(running):
    picture = running.pop()

    assert picture.pixels.shape == (512, 512)
    assert isinstance(picture.tags["ImageNumber"], str)
    assert picture.number("ElapsedTime-ms") > 0.0


def test_the_time_received_by_the_core_is_local_wall_time(running):
    picture = running.pop()

    told = datetime.strptime(picture.tags["TimeReceivedByCore"], "%Y-%m-%d %H:%M:%S.%f")

    assert abs((datetime.now() - told).total_seconds()) < PATIENCE_S


def test_a_change_of_the_region_stops_the_sequence_without_an_error(running):
    running.read_only_roi((0, 0, 64, 64))

    wait_until(lambda: not running.is_running())
