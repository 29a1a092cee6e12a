"""A camera of any library that falls silent, or gives something else, in stepped time."""

from dataclasses import dataclass

import numpy as np
import pytest

from hardware.cameras.grey import GreyCamera
from hardware.cameras.source import Picture
from hardware.cameras.stream import PictureStream, Readings
from hardware.cameras.trial import judge, try_out
from hardware.clock import SteppedClock
from hardware.errors import CameraError

SHAPE = (4, 6)


class Source:
    """A camera that holds what a test put into it; a look at it takes as long as it may."""

    name = "the camera Cam"

    def __init__(self, clock):
        self.clock = clock
        self.pictures = []
        self.why = ""
        self.said = []

    def start(self):
        self.said.append("start")

    def stop(self):
        self.said.append("stop")

    def close(self):
        self.said.append("close")

    def why_silent(self):
        if self.why == "gone":
            raise CameraError(f"{self.name} is gone")
        return self.why

    def take(self, timeout_s):
        self.clock.advance_to(self.clock.now_s() + (0.0 if self.pictures else timeout_s))
        taken, self.pictures = self.pictures, []
        return taken


def picture(number, shape=SHAPE, kind=np.uint8, stamp_s=None, received_s=None):
    stamp_s = 0.02 * number if stamp_s is None else stamp_s
    return Picture(
        pixels=np.full(shape, 2 * number, kind),
        received_s=70.0 + 0.02 * number if received_s is None else received_s,
        stamp_s=stamp_s,
        counter=number,
    )


@pytest.fixture
def stream():
    def make(**readings):
        source = Source(SteppedClock())
        usual = {"shape": SHAPE, "period_s": 0.02, "exposure_s": 0.01}
        opened = PictureStream(source, Readings(**(usual | readings)), source.clock)
        opened.start()
        return opened, source

    return make


def test_a_camera_that_is_silent_for_long_is_gone(stream):
    camera, source = stream()
    assert [camera.grab(0.1) for _ in range(19)] == [[]] * 19
    source.why = "3 pictures came damaged"

    with pytest.raises(CameraError, match=r"the camera Cam has given no frame for 2\.\d s: 3 pict"):
        [camera.grab(0.1) for _ in range(3)]


def test_a_slow_camera_is_given_five_periods(stream):
    camera, _ = stream(period_s=1.0)

    assert [camera.grab(0.1) for _ in range(45)] == [[]] * 45
    with pytest.raises(CameraError, match="no frame for 5"):
        [camera.grab(0.1) for _ in range(10)]


def test_a_camera_with_an_external_trigger_may_be_silent(stream):
    camera, _ = stream(may_be_silent=True)

    assert [camera.grab(0.1) for _ in range(50)] == [[]] * 50


def test_a_camera_that_is_gone_is_told_at_the_first_look(stream):
    camera, source = stream(may_be_silent=True)
    source.why = "gone"

    with pytest.raises(CameraError, match="the camera Cam is gone"):
        camera.grab(0.1)


def test_a_gap_in_the_cameras_numbers_is_a_gap_in_the_index(stream):
    camera, source = stream()
    source.pictures = [picture(number) for number in (3, 4, 8, 9)]

    frames = camera.grab(0.1)

    assert [frame.index for frame in frames] == [0, 1, 5, 6]
    assert [frame.camera_counter for frame in frames] == [3, 4, 8, 9]


def test_numbers_that_fall_back_do_not_take_the_index_along(stream, caplog):
    camera, source = stream()
    source.pictures = [picture(number) for number in (7, 8, 0, 1)]

    assert [frame.index for frame in camera.grab(0.1)] == [0, 1, 2, 3]
    assert "fell back" in caplog.text


def test_a_frame_of_another_shape_ends_the_stream_in_one_line(stream):
    camera, source = stream()
    source.pictures = [picture(0), picture(1, shape=(4, 5))]

    with pytest.raises(CameraError, match="instead of 4 x 6"):
        camera.grab(0.1)


def test_a_frame_of_another_depth_ends_the_stream_in_one_line(stream):
    camera, source = stream()
    source.pictures = [picture(0), picture(1, kind=np.uint16)]

    with pytest.raises(CameraError, match="16 bits instead of 8: something has changed it"):
        camera.grab(0.1)


def test_a_camera_without_stamps_and_numbers_is_timed_and_counted_by_its_arrivals(stream):
    camera, source = stream(readout_s=0.002)
    source.pictures = [
        Picture(pixels=np.zeros(SHAPE, np.uint8), received_s=received_s)
        for received_s in (1.0, 1.02)
    ]

    first, second = camera.grab(0.1)

    assert np.isnan(first.camera_t_s)
    assert first.t_s == pytest.approx(1.0 - 0.007)
    assert (second.index, second.camera_counter) == (1, -1)


def test_deep_counts_are_kept_and_shown_as_grey(stream):
    raw, source = stream(depth_bits=16, white_level=200)
    source.pictures = [picture(50, kind=np.uint16)]
    assert raw.grab(0.1)[0].image.dtype == np.uint16
    source.pictures = [picture(50, kind=np.uint16)]

    (frame,) = GreyCamera(raw).grab(0.1)

    assert frame.image.dtype == np.uint8
    assert int(frame.image[0, 0]) == 128


def test_closing_twice_closes_once(stream):
    camera, source = stream()

    camera.close()
    camera.close()

    assert source.said.count("close") == 1


@pytest.mark.parametrize(
    ("rate_hz", "unit", "keys_at_fault"),
    [
        (None, 1.0, []),
        (41.0, 1.0, []),
        (30.0, 1.0, ["rig.camera.rate_hz"]),
        (None, 1000.0, ["rig.camera.stamp_unit_s"]),
        (40.0, float("nan"), []),
    ],
    ids=["as-seen", "nearly", "another-rate", "another-unit", "no-stamps"],
)
def test_a_trial_finds_a_wrong_rate_and_a_wrong_unit_of_the_stamps(rate_hz, unit, keys_at_fault):
    seen = [
        picture(number, stamp_s=unit * 0.025 * number, received_s=70.0 + 0.025 * number)
        for number in range(9)
    ]

    trial = judge(seen, rate_hz=rate_hz, stamps="rig.camera.stamp_unit_s: Stamp")

    assert [fault.split(":")[0] for fault in trial.faults] == keys_at_fault
    assert unit > 1.0 or trial.period_s == pytest.approx(0.025)
    assert trial.has_stamps == np.isfinite(unit)


@dataclass
class Section:
    trigger: str = "free"
    exposure_s: float = 0.1
    rate_hz: float | None = None


def test_a_camera_with_an_external_trigger_is_not_tried():
    source = Source(SteppedClock())

    assert try_out(source, source.clock, Section(trigger="external"), stamps="").period_s == 0.0
    assert source.said == []


def test_a_camera_that_gives_nothing_when_it_is_tried_is_stopped_and_refused():
    source = Source(SteppedClock())

    with pytest.raises(CameraError, match=r"gives no frames: 0 in 3\.8 s; is it waiting for a tr"):
        try_out(source, source.clock, Section(), stamps="")

    assert source.said == ["start", "stop"]
