"""A camera that goes and comes back, in stepped time; its driver may hang."""

import threading

import numpy as np
import pytest

from hardware.cameras.reconnecting import ReconnectingCamera
from hardware.clock import SteppedClock
from hardware.errors import CameraError
from hardware.types import RawFrame

PERIOD_S = 0.1


class Camera:
    """A camera that gives what a test put into it; an error is raised."""

    depth_bits, white_level, period_s, delay_s, notes = 8, 255, PERIOD_S, 0.0, ()

    def __init__(self, gives=(), shape=(4, 6)):
        self.gives = list(gives)
        self.shape = shape
        self.said = []

    def start(self):
        self.said.append("start")

    def grab(self, timeout_s):
        if not self.gives:
            return []
        given = self.gives.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    def close(self):
        self.said.append("close")


def frame(index, t_s):
    image = np.zeros((4, 6), np.uint8)
    return RawFrame(index=index, t_s=t_s, received_s=t_s, image=image)


@pytest.fixture
def reconnecting():
    """Make a camera out of what each opening gives: a camera, an error, or a gate to wait at."""
    made = []

    def make(*openings, reconnect_s=5.0):
        clock, told, left = SteppedClock(10.0), [], list(openings)

        def open_anew():
            opened = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(opened, threading.Event):
                opened.wait(5.0)
                raise CameraError("the gate has opened")
            if isinstance(opened, Exception):
                raise opened
            return opened

        camera = ReconnectingCamera(
            open_anew, reconnect_s=reconnect_s, clock=clock, tell=told.append
        )
        made.append(camera)
        camera.start()
        return camera, clock, told

    yield make
    for camera in made:
        camera.close()


def until(camera, is_so):
    for _ in range(500):
        frames = camera.grab(0.01)
        if is_so(frames):
            return frames
    raise AssertionError("it never came to be so")


def test_frames_go_on_where_they_would_have_been_when_the_camera_is_back(reconnecting):
    first = Camera([[frame(0, 10.0), frame(1, 10.1)], CameraError("the camera Cam is gone")])
    second = Camera()
    camera, clock, told = reconnecting(first, CameraError("not there"), second)
    assert [one.index for one in camera.grab(0.1)] == [0, 1]
    assert camera.grab(0.1) == []
    clock.advance_to(12.1)

    until(camera, lambda _: len(told) == 2)
    second.gives = [[frame(0, 12.1), frame(1, 12.2)]]
    frames = camera.grab(0.1)

    assert [one.index for one in frames] == [21, 22]
    assert "close" in first.said
    assert told[0].startswith("the camera Cam is gone. No frames, so the dead-man halts the stage")
    assert told[1] == "the camera is back after 2.1 s"


def test_a_camera_that_stays_away_ends_with_both_reasons(reconnecting):
    lost = Camera([CameraError("the camera Cam is gone")])
    camera, clock, _ = reconnecting(lost, CameraError("no camera\nis plugged in"))
    camera.grab(0.1)
    until(camera, lambda _: camera._absence.last_error)
    clock.advance_to(15.1)

    with pytest.raises(CameraError, match=r"Cam is gone; it has not come back within 5 s \(the la"):
        camera.grab(0.01)


def test_a_driver_that_hangs_while_it_is_opened_holds_nobody_up(reconnecting):
    gate = threading.Event()
    camera, clock, _ = reconnecting(Camera([CameraError("the camera Cam is gone")]), gate)
    camera.grab(0.1)
    assert camera.grab(0.01) == []
    clock.advance_to(15.1)

    with pytest.raises(CameraError, match="Cam is gone; it has not come back within 5 s"):
        camera.grab(0.01)
    gate.set()


def test_a_camera_that_comes_back_as_another_is_refused(reconnecting):
    lost = Camera([CameraError("the camera Cam is gone")])
    camera, _, _ = reconnecting(lost, other := Camera(shape=(8, 6)))
    camera.grab(0.1)

    with pytest.raises(CameraError, match="has come back with pictures of 6 x 8 px and 8 bits"):
        until(camera, lambda _: False)
    camera.close()
    assert "close" in other.said


def test_a_camera_that_was_never_there_is_an_error_at_once():
    def open_anew():
        raise CameraError("no such camera")

    with pytest.raises(CameraError, match="no such camera"):
        ReconnectingCamera(open_anew, reconnect_s=5.0, clock=SteppedClock(), tell=print)


def test_a_camera_that_opens_when_nobody_waits_any_more_is_let_go(reconnecting, monkeypatch):
    monkeypatch.setattr("hardware.cameras.reconnecting._LETS_GO_WITHIN_S", 0.01)
    is_opening, may_open = threading.Event(), threading.Event()

    class Slow(Camera):
        def start(self):
            is_opening.set()
            may_open.wait(5.0)

    camera, _, _ = reconnecting(Camera([CameraError("gone")]), slow := Slow())
    camera.grab(0.1)
    is_opening.wait(5.0)
    thread = camera._absence._thread

    camera.close()
    may_open.set()
    thread.join(5.0)

    assert slow.said == ["close"]


def test_closing_while_it_is_away_lets_go_what_was_opened_meanwhile(reconnecting):
    lost, second = Camera([CameraError("gone")]), Camera()
    camera, _, _ = reconnecting(lost, second)
    camera.grab(0.1)

    camera.close()

    assert "start" not in second.said or "close" in second.said
