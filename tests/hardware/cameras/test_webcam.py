"""A webcam's thread, over a made-up capture: there is no camera here, but it may hang and die."""

import threading

import numpy as np
import pytest

from hardware.cameras.stream import PictureStream, Readings
from hardware.cameras.webcam import WebcamSource
from hardware.clock import HostClock
from hardware.errors import CameraError

SHAPE = (4, 6)


class Capture:
    """What OpenCV has: gives its pictures, one after the other, and then nothing, or hangs."""

    def __init__(self, *pictures, hangs=False):
        self.pictures = list(pictures)
        self.hangs = hangs
        self.let_go = threading.Event()
        self.was_released = False

    def read(self):
        if self.pictures:
            return True, self.pictures.pop(0)
        if self.hangs:
            self.let_go.wait(5.0)
        return False, None

    def release(self):
        self.was_released = True


@pytest.fixture
def opened():
    captures = []

    def make(*pictures, hangs=False, period_s=0.02):
        captures.append(capture := Capture(*pictures, hangs=hangs))
        clock = HostClock()
        source = WebcamSource(capture, 3, clock)
        readings = Readings(shape=SHAPE, period_s=period_s, exposure_s=0.01)
        camera = PictureStream(source, readings, clock)
        camera.start()
        return camera, capture

    yield make
    for capture in captures:
        capture.let_go.set()


def colour(grey):
    return np.full((*SHAPE, 3), grey, np.uint8)


def take(camera, frames):
    taken = []
    while len(taken) < frames:
        taken += camera.grab(1.0)
    return taken


def test_every_picture_is_taken_and_becomes_grey(opened):
    camera, capture = opened(*(colour(grey) for grey in (10, 20, 30)))

    frames = take(camera, 3)
    camera.close()

    assert [frame.index for frame in frames] == [0, 1, 2]
    assert [int(frame.image[0, 0]) for frame in frames] == [10, 20, 30]
    assert frames[0].received_s - frames[0].t_s == pytest.approx(0.005)
    assert capture.was_released


def test_a_picture_of_another_size_ends_the_stream(opened):
    camera, _ = opened(colour(10), np.zeros((8, 6, 3), np.uint8))

    with pytest.raises(CameraError, match="8 x 6 px instead of 4 x 6"):
        take(camera, 2)
    camera.close()


def test_a_camera_that_gives_nothing_any_more_is_gone(opened, monkeypatch):
    monkeypatch.setattr("hardware.cameras.stream._GIVE_UP_AFTER_S", 0.05)
    camera, _ = opened(colour(10), period_s=0.01)
    take(camera, 1)

    with pytest.raises(
        CameraError, match=r"the camera number 3 has given no frame for 0\.\d s: un"
    ):
        [camera.grab(0.03) for _ in range(9)]
    camera.close()


def test_a_driver_that_hangs_in_its_read_does_not_hang_the_end(opened, monkeypatch):
    monkeypatch.setattr("hardware.cameras.webcam._LAST_PICTURE_WITHIN_S", 0.05)
    camera, capture = opened(colour(10), hangs=True)
    take(camera, 1)

    camera.close()

    assert not capture.was_released, "it would crash under the read"
