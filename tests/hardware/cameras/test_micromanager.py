"""A camera of Micro-Manager's as the loop sees it, over the real core and its demo camera."""

import contextlib
import time

import numpy as np
import pytest

from hardware.cameras.micromanager import open_micromanager
from hardware.cameras.reconnecting import ReconnectingCamera
from hardware.clock import HostClock
from hardware.config import NoStage, RigConfig
from hardware.errors import CameraError, ConfigMismatchError
from hardware.registry import open_camera as open_by_registry
from hardware.rig_place import RigPlace

pytestmark = pytest.mark.realtime


def take(camera, frames, *, busy_s=0.0):
    """Take at least so many frames, being busy with something else in between."""
    taken = []
    until_s = time.perf_counter() + 9.0
    while len(taken) < frames:
        assert time.perf_counter() < until_s, f"{len(taken)} frames only"
        taken += camera.grab(0.5)
        time.sleep(busy_s)
    return taken


def test_every_frame_is_taken_and_counted_from_nought(open_camera):
    camera = open_camera(exposure_s=0.005)
    camera.start()

    frames = take(camera, 60, busy_s=0.02)

    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert [frame.camera_counter for frame in frames] == list(range(len(frames)))
    assert all(frame.image.shape == camera.shape == (512, 512) for frame in frames)
    assert all(frame.image.dtype == np.uint8 for frame in frames)


def test_times_rise_and_precede_the_arrival_by_half_the_exposure_and_the_readout(open_camera):
    camera = open_camera(exposure_s=0.004, readout_s=0.003)
    camera.start()

    frames = take(camera, 40)

    assert camera.delay_s == pytest.approx(0.005)
    assert (np.diff([frame.t_s for frame in frames]) > 0.0).all()
    held_s = np.array([frame.received_s - frame.t_s for frame in frames])
    assert (held_s >= 0.005 - 1e-4).all()
    assert np.median(held_s) < 0.005 + 0.005


def test_a_busy_loop_spoils_arrivals_and_not_the_times_of_the_frames(open_camera):
    camera = open_camera(exposure_s=0.005)
    camera.start()

    frames = take(camera, 150, busy_s=0.008)[50:]

    by_camera_s = np.array([frame.camera_t_s for frame in frames])
    times_s = np.array([frame.t_s for frame in frames]) - by_camera_s
    arrivals_s = np.array([frame.received_s for frame in frames]) - by_camera_s
    assert np.std(times_s) < 0.5 * np.std(arrivals_s)


def test_frames_that_overflowed_the_ring_are_a_gap_in_the_index(open_camera, caplog):
    camera = open_camera(exposure_s=0.002, buffer_mb=1)
    camera.start()
    first = take(camera, 1)
    waiting = [0]
    until_s = time.perf_counter() + 5.0
    while len(waiting) < 2 or waiting[-1] >= waiting[-2]:
        waiting.append(camera.raw._source.device.waiting())
        assert time.perf_counter() < until_s

    later = take(camera, 2)

    gaps = np.diff([frame.index for frame in first + later])
    assert gaps.max() > 1
    assert "frames lost" in caplog.text


def test_nothing_is_given_before_there_is_something(open_camera):
    camera = open_camera(exposure_s=0.2, trigger="external", rate_hz=5)
    camera.start()

    started_s = time.perf_counter()

    assert camera.grab(0.02) == []
    assert 0.015 < time.perf_counter() - started_s < 0.15


def test_a_camera_that_stops_by_itself_ends_in_one_line_at_once(open_camera):
    camera = open_camera(exposure_s=0.002)
    camera.start()
    take(camera, 3)

    camera.raw._source.device.read_only_roi((0, 0, 64, 64))  # as another program might

    with pytest.raises(CameraError, match="the camera Cam has stopped by itself") as caught:
        take(camera, 100)
    assert "\n" not in str(caught.value)


def test_a_camera_that_stopped_by_itself_comes_back_in_the_same_process(section):
    told = []
    camera = ReconnectingCamera(
        lambda: open_micromanager(section(exposure_s=0.01), HostClock()),
        reconnect_s=8.0,
        clock=HostClock(),
        tell=told.append,
    )
    with contextlib.closing(camera):
        camera.start()
        take(camera, 3)
        camera._camera._source.device.read_only_roi((0, 0, 64, 64))

        until_s = time.perf_counter() + 9.0
        while len(told) < 2:
            assert time.perf_counter() < until_s, told
            camera.grab(0.1)
        after = take(camera, 3)

    assert "has stopped by itself" in told[0]
    assert told[1].startswith("the camera is back after")
    assert after[0].image.shape == (512, 512)


def test_a_restarted_camera_counts_from_nought_again(open_camera):
    camera = open_camera()
    camera.start()
    take(camera, 5)
    camera.raw._source.device.stop()

    camera.start()

    assert take(camera, 2)[0].index == 0


def test_twelve_bits_fill_the_eight(open_camera):
    camera = open_camera(
        pixel_type="16bit", properties={"BitDepth": "12", "Mode": "Noise", "Photon Flux": 500}
    )
    camera.start()

    image = take(camera, 1)[0].image

    assert image.dtype == np.uint8
    assert len(np.unique(image)) > 20


def test_region_and_binning_give_the_shape(open_camera):
    camera = open_camera(binning=2, roi_px=[10, 20, 100, 80])
    camera.start()

    assert camera.shape == (80, 100)
    assert take(camera, 1)[0].image.shape == (80, 100)


def test_the_period_is_what_the_camera_is_seen_to_do(open_camera):
    camera = open_camera(exposure_s=0.02)

    assert 0.02 <= camera.period_s < 0.04


def test_closing_twice_is_no_harm_and_lets_the_next_one_open(open_camera):
    camera = open_camera()
    camera.start()
    camera.close()
    camera.close()

    assert open_camera().shape == (512, 512)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"rate_hz": 20.0}, r"rig\.camera\.rate_hz: expected 20, the camera gives \d\d"),
        ({"stamp_unit_s": 1e-6}, r"rig\.camera\.stamp_unit_s: ElapsedTime-ms grew by"),
        ({"gain": 99}, r"rig\.camera\.gain: the camera refuses '99'"),
    ],
)
def test_a_camera_that_is_not_as_configured_is_refused_and_let_go(open_camera, section, keys, line):
    with pytest.raises(ConfigMismatchError, match=line):
        open_micromanager(section(**keys), HostClock())

    assert open_camera().shape == (512, 512)


def test_a_tag_that_does_not_count_is_refused_with_the_tags_that_there_are(section):
    with pytest.raises(CameraError, match=r"no number in FrameID; the tags are: .*ImageNumber"):
        open_micromanager(section(counter_tag="FrameID"), HostClock())


def test_the_registry_opens_it(section, tmp_path):
    rig = RigConfig(camera=section(), stage=NoStage(kind="none"))

    camera = open_by_registry(rig, RigPlace(folder=tmp_path, epoch_s=0.0), HostClock())

    camera.close()
    assert camera.shape == (512, 512)
