"""A camera by a GenTL producer, over the virtual one that the genicam package ships."""

import contextlib
import importlib.util
import time
from pathlib import Path

import numpy as np
import pytest

from hardware.cameras.genicam import open_genicam
from hardware.cameras.reconnecting import ReconnectingCamera
from hardware.clock import HostClock
from hardware.config import GenicamCamera, NoStage, RigConfig
from hardware.errors import CameraError, ConfigMismatchError
from hardware.registry import open_camera
from hardware.rig_faults import camera_faults
from hardware.rig_place import RigPlace

pytest.importorskip("harvesters")
pytestmark = pytest.mark.realtime

VIRTUAL = Path(importlib.util.find_spec("genicam").origin).parent / "viky.cti"


def section(**keys):
    usual = {"kind": "genicam", "cti_path": VIRTUAL, "index": 1, "exposure_s": 0.004}
    return GenicamCamera.model_validate(usual | keys)


@contextlib.contextmanager
def opened(**keys):
    camera = open_genicam(section(**keys), HostClock())
    try:
        yield camera
    finally:
        camera.close()


def take(camera, frames, *, busy_s=0.0, within_s=8.0, until=lambda: False):
    taken = []
    until_s = time.perf_counter() + within_s
    while len(taken) < frames and not until():
        assert time.perf_counter() < until_s, f"{len(taken)} frames only"
        taken += camera.grab(0.2)
        time.sleep(busy_s)
    return taken


def stop_acquisition(camera):
    """Let the camera fall silent."""
    camera._source._acquirer.remote_device.node_map.AcquisitionStop.execute()


def features(camera):
    return camera._source.features


def test_every_frame_is_taken_counted_and_a_copy_of_its_own():
    with opened(properties={"AcquisitionFrameRate": 100}) as camera:
        camera.start()
        frames = take(camera, 60, busy_s=0.03)

    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert [frame.camera_counter for frame in frames] == list(range(1, len(frames) + 1))
    assert all(frame.image.shape == camera.shape == (400, 400) for frame in frames)
    assert all(frame.image.dtype == np.uint8 for frame in frames)
    assert camera.period_s == pytest.approx(0.01, rel=0.2)
    moving = np.std([frame.image for frame in frames], axis=0)
    assert moving.max() > 0.0, "a ball bounces in the picture"


def test_frames_that_found_no_free_buffer_are_a_gap_in_the_index(caplog):
    with opened(properties={"AcquisitionFrameRate": 100}, buffers=4) as camera:
        camera.start()
        first = take(camera, 1)
        time.sleep(0.3)
        later = take(camera, 12)

    gaps = np.diff([frame.index for frame in first + later])
    assert gaps.max() > 5
    assert "frames lost" in caplog.text


def test_what_the_camera_lacks_is_survived_and_said():
    with opened() as camera:
        camera.start()
        (frame, *_) = take(camera, 1)

        assert "has no ExposureTime or ExposureTimeAbs" in camera.notes[0]
        assert "gives no time stamps" in camera.notes[1]
    assert np.isnan(frame.camera_t_s)
    assert frame.received_s - frame.t_s == pytest.approx(0.002)


def test_what_was_asked_for_is_what_the_camera_then_has():
    with opened(
        index=2, roi_px=[0, 0, 320, 240], rate_hz=50, properties={"BouncingBallSize": 40}
    ) as camera:
        camera.start()

        assert take(camera, 1)[0].image.shape == camera.shape == (240, 320)
        assert features(camera).read("BouncingBallSize") == "40"
        assert features(camera).number("AcquisitionFrameRate") == 50.0


def test_every_fault_is_told_at_once_and_by_its_key():
    with (
        pytest.raises(ConfigMismatchError) as caught,
        opened(
            gain=3,
            binning=2,
            rate_hz=500,
            exposure_s=0.001,
            pixel_format="Mono12",
            roi_px=[8, 0, 9999, 240],
            exposure_out_line="Line1",
            trigger_source="Line0",
            properties={"Widht": 3, "PayloadSize": 7},
        ),
    ):
        pass

    lines = str(caught.value).splitlines()
    assert "rig.camera.gain: the camera Viky 1 has no Gain or GainRaw" in lines
    assert "rig.camera.binning: the camera Viky 1 has no BinningVertical" in lines
    assert "rig.camera.rate_hz: the camera refuses '500'; it takes 1 to 200" in lines
    assert "rig.camera.roi_px: Width: the camera refuses '9999'; it takes 100 to 800" in lines
    assert "rig.camera.roi_px: OffsetX: the camera Viky 1 has no OffsetX" in lines
    assert "rig.camera.exposure_out_line: the camera Viky 1 has no LineSelector" in lines
    assert any("refuses 'Mono12'; it takes Mono8, RGBa8" in line for line in lines)
    assert any("has no property Widht; did you mean Width" in line for line in lines)
    assert any("PayloadSize can be read only" in line for line in lines)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (
            {"index": None},
            r"lists several cameras: Viky \(serial 0\), .*choose by serial, mo",
        ),
        ({"serial": 77}, r"lists no free camera with serial 77; it lists: Viky \(serial 0\)"),
        ({"index": 7}, r"rig\.camera\.index: 7, but .* lists 3 camera\(s\), counted from 0"),
        ({"cti_path": Path("nowhere.cti")}, r"rig\.camera\.cti_path: nowhere\.cti: no such file"),
        ({"cti_path": Path(__file__)}, r"rig\.camera\.cti_path: .* is no GenTL producer that can"),
        ({"pixel_format": "RGBa8"}, r"RGBa8 is no plain grey of 8 or 16 bits; .* has Mono8"),
        (
            {"trigger": "external", "trigger_source": "Line0", "rate_hz": 20},
            r"rig\.camera\.trigger_source: the camera Viky 1 has no TriggerSource",
        ),
    ],
)
def test_what_cannot_be_opened_is_refused_in_one_line_and_let_go(keys, line):
    with pytest.raises((CameraError, ConfigMismatchError), match=line), opened(**keys):
        pass

    with opened() as camera:
        assert camera.shape == (400, 400)


def test_a_camera_is_chosen_by_its_serial_number():
    with opened(index=None, serial=2) as camera:
        assert features(camera).label == "Viky 2"


def test_a_camera_that_another_has_open_is_not_listed():
    with (
        opened(index=None, serial=2),
        pytest.raises(CameraError, match="lists no free camera with serial 2"),
    ):
        open_genicam(section(index=None, serial=2), HostClock())


def test_a_camera_that_falls_silent_ends_in_one_line_within_seconds():
    with opened(properties={"AcquisitionFrameRate": 50}) as camera:
        camera.start()
        take(camera, 3)
        stop_acquisition(camera)
        started_s = time.perf_counter()

        with pytest.raises(CameraError, match=r"Viky 1 has given no frame for 2\.\d s: it still"):
            take(camera, 200)
        assert time.perf_counter() - started_s < 3.0


def test_a_picture_of_another_shape_ends_in_one_line():
    with opened(properties={"AcquisitionFrameRate": 50}) as camera:
        camera.start()
        take(camera, 3)

        features(camera).write("Width", "300")  # as another program might

        with pytest.raises(CameraError, match="400 x 300 px instead of 400 x 400"):
            take(camera, 200)


def test_a_picture_of_another_depth_ends_in_one_line():
    with opened(properties={"AcquisitionFrameRate": 50}) as camera:
        camera.start()
        take(camera, 3)

        features(camera).write("PixelFormat", "RGBa8")

        with pytest.raises(CameraError, match="640000 px instead of 400 x 400"):
            take(camera, 200)


def test_a_camera_that_comes_back_goes_on_where_it_would_have_been():
    told = []
    camera = ReconnectingCamera(
        lambda: open_genicam(section(), HostClock()),
        reconnect_s=8.0,
        clock=HostClock(),
        tell=told.append,
    )
    with contextlib.closing(camera):
        camera.start()
        before = take(camera, 3)
        stop_acquisition(camera._camera)

        after = take(camera, 200, until=lambda: len(told) == 2)
        after += take(camera, 3)

    indices = [frame.index for frame in before + after]
    assert "has given no frame for 2" in told[0]
    assert told[1].startswith("the camera is back after")
    assert indices == sorted(set(indices))
    times_s = [frame.t_s for frame in before + after]
    assert indices[-1] == pytest.approx((times_s[-1] - times_s[0]) / camera.period_s, rel=0.2)


def test_the_registry_opens_it_and_misses_a_producer_that_is_not_there(tmp_path):
    rig = RigConfig(camera=section(), stage=NoStage(kind="none"))
    absent = section(cti_path=tmp_path / "no.cti")

    camera = open_camera(rig, RigPlace(folder=tmp_path, epoch_s=0.0), HostClock())

    camera.close()
    assert camera.shape == (400, 400)
    assert camera_faults(section()) == []
    assert camera_faults(absent) == [f"rig.camera.cti_path: {tmp_path / 'no.cti'}: no such file"]
