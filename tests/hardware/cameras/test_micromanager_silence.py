"""A camera that falls silent, or gives something else, in stepped time."""

import numpy as np
import pytest

from hardware.cameras.micromanager import MicroManagerStream, Readings
from hardware.cameras.micromanager_device import TaggedPicture
from hardware.cameras.micromanager_load import LoadedCamera
from hardware.cameras.micromanager_trial import judge
from hardware.clock import SteppedClock
from hardware.config import MicroManagerCamera
from hardware.errors import CameraError

SHAPE = (4, 6)


class Camera:
    """A device that holds what a test put into it; a look at it takes 20 ms."""

    label = "Cam"

    def __init__(self, clock):
        self.clock = clock
        self.pictures = []
        self.is_there = True

    def start(self):
        pass

    def is_running(self):
        return self.is_there

    def waiting(self):
        self.clock.advance_to(self.clock.now_s() + 0.02)
        return len(self.pictures)

    def pop(self):
        return self.pictures.pop(0) if self.pictures else None


def section(**keys):
    usual = {"kind": "micromanager", "config_file": "rig.cfg", "exposure_s": 0.01}
    return MicroManagerCamera.model_validate(usual | keys)


def picture(number, shape=SHAPE, **tags):
    named = {"ImageNumber": str(number), "ElapsedTime-ms": str(20.0 * number)} | tags
    return TaggedPicture(pixels=np.zeros(shape, np.uint8), tags=named)


@pytest.fixture
def stream():
    def make(**keys):
        clock = SteppedClock()
        device = Camera(clock)
        loaded = LoadedCamera(device=device, from_cfg=(), let_go=lambda: None)
        readings = Readings(shape=SHAPE, period_s=0.02, exposure_s=0.01, white_level=255)
        opened = MicroManagerStream(loaded, readings, section(**keys), clock)
        opened.start()
        return opened, device

    return make


def test_a_camera_that_is_silent_for_long_is_gone(stream):
    camera, device = stream()
    assert [camera.grab(0.1) for _ in range(15)] == [[]] * 15
    device.clock.advance_to(2.0)

    with pytest.raises(CameraError, match=r"the camera Cam has given no frame for 2\.\d s"):
        camera.grab(0.1)


def test_a_camera_with_an_external_trigger_may_be_silent(stream):
    camera, _ = stream(trigger="external", rate_hz=50)

    assert [camera.grab(0.1) for _ in range(50)] == [[]] * 50


def test_a_camera_that_is_gone_is_told_at_the_first_look(stream):
    camera, device = stream(trigger="external", rate_hz=50)
    device.is_there = False

    with pytest.raises(CameraError, match="the camera Cam has stopped by itself: unplugged"):
        camera.grab(0.1)


def test_a_gap_in_the_cameras_numbers_is_a_gap_in_the_index(stream):
    camera, device = stream()
    device.pictures = [picture(number) for number in (3, 4, 8, 9)]

    frames = camera.grab(0.1)

    assert [frame.index for frame in frames] == [0, 1, 5, 6]
    assert [frame.camera_counter for frame in frames] == [3, 4, 8, 9]


def test_numbers_that_fall_back_do_not_take_the_index_along(stream, caplog):
    camera, device = stream()
    device.pictures = [picture(number) for number in (7, 8, 0, 1)]

    assert [frame.index for frame in camera.grab(0.1)] == [0, 1, 2, 3]
    assert "fell back" in caplog.text


def test_a_frame_of_another_shape_ends_the_stream_in_one_line(stream):
    camera, device = stream()
    device.pictures = [picture(0), picture(1, shape=(4, 5))]

    with pytest.raises(CameraError, match="instead of 4 x 6"):
        camera.grab(0.1)


def test_a_ring_that_was_cleared_between_look_and_pop_gives_nothing(stream):
    camera, device = stream()
    device.waiting = lambda: 3

    assert camera.grab(0.1) == []


def test_a_camera_without_stamps_has_nan_for_them_and_is_timed_by_its_arrivals(stream):
    camera, device = stream(readout_s=0.002)
    device.pictures = [picture(0, **{"ElapsedTime-ms": "n/a"})]

    (frame,) = camera.grab(0.1)

    assert np.isnan(frame.camera_t_s)
    assert frame.t_s == pytest.approx(frame.received_s - 0.007)


def test_a_camera_without_a_counter_is_refused_with_the_tags_that_it_has(stream):
    camera, device = stream(counter_tag="FrameID")
    device.pictures = [picture(0)]

    with pytest.raises(CameraError, match=r"counter_tag: no number in FrameID; the tags are"):
        camera.grab(0.1)


@pytest.mark.parametrize(
    ("keys", "unit", "keys_at_fault"),
    [
        ({}, 1.0, []),
        ({"rate_hz": 41.0}, 1.0, []),
        ({"rate_hz": 30.0}, 1.0, ["rig.camera.rate_hz"]),
        ({}, 1000.0, ["rig.camera.stamp_unit_s"]),
        ({"rate_hz": 40.0}, float("nan"), []),
    ],
    ids=["as-seen", "nearly", "another-rate", "another-unit", "no-stamps"],
)
def test_a_trial_finds_a_wrong_rate_and_a_wrong_unit_of_the_stamps(keys, unit, keys_at_fault):
    seen = [(unit * 0.025 * frame, 70.0 + 0.025 * frame) for frame in range(9)]

    trial = judge(seen, section(**keys))

    assert [fault.split(":")[0] for fault in trial.faults] == keys_at_fault
    assert unit > 1.0 or trial.period_s == pytest.approx(0.025)
