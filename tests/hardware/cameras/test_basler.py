"""A camera of Basler's, over pylon's own emulator: grabs that really fail, and a real removal."""

# ruff: noqa: N802 - pylon's own names
import contextlib
import time

import numpy as np
import pytest

from hardware.cameras.basler import BaslerSource, open_basler
from hardware.cameras.reconnecting import ReconnectingCamera
from hardware.clock import HostClock
from hardware.config import BaslerCamera, NoStage, RigConfig
from hardware.errors import CameraError, ConfigMismatchError
from hardware.registry import open_camera
from hardware.rig_place import RigPlace

pytest.importorskip("pypylon")
pytestmark = pytest.mark.realtime

RATE_HZ = 25


@pytest.fixture(autouse=True)
def emulator(monkeypatch):
    """Two emulated cameras in place of none."""
    monkeypatch.setenv("PYLON_CAMEMU", "2")


def section(**keys):
    usual = {
        "kind": "basler",
        "serial": "0815-0000",
        "exposure_s": 0.004,
        "roi_px": [0, 0, 320, 240],
    }
    # By the camera's own name, and so not compared: on a busy computer the emulator is slower.
    own = {"AcquisitionFrameRate": RATE_HZ} | keys.pop("properties", {})
    return BaslerCamera.model_validate(usual | keys | {"properties": own})


@contextlib.contextmanager
def opened(**keys):
    camera = open_basler(section(**keys), HostClock())
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


def features(camera):
    return camera._source.features


def execute(camera, command):
    camera._source.camera.GetNodeMap().GetNode(command).Execute()


def fail(camera, frames):
    """Let the next frames come damaged."""
    features(camera).write("ForceFailedBufferCount", str(frames))
    execute(camera, "ForceFailedBuffer")


def test_every_frame_is_taken_and_counted_by_the_camera():
    with opened() as camera:
        camera.start()
        frames = take(camera, 40, busy_s=0.05)

    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert [frame.camera_counter for frame in frames] == list(range(len(frames)))
    assert all(frame.image.shape == camera.shape == (240, 320) for frame in frames)
    assert camera.period_s == pytest.approx(1.0 / RATE_HZ, rel=0.5)


def test_damaged_frames_are_counted_and_are_a_gap_in_the_index(caplog):
    with opened() as camera:
        camera.start()
        first = take(camera, 3)
        fail(camera, 4)
        later = take(camera, 12)

    gaps = np.diff([frame.index for frame in first + later])
    assert gaps.max() == 5
    assert sorted(gaps)[:-1] == [1] * (len(gaps) - 1)
    assert caplog.text.count("frame damaged, error=The buffer was incompletely grabbed.") == 4


def test_a_camera_that_gives_nothing_but_damaged_frames_is_given_up_and_says_so():
    with opened() as camera:
        camera.start()
        take(camera, 3)
        fail(camera, 1000)
        started_s = time.perf_counter()

        with pytest.raises(CameraError, match=r"no frame for 2\.\d s: \d+ came damaged, the last"):
            take(camera, 500)
        assert time.perf_counter() - started_s < 3.0


def test_a_camera_that_is_unplugged_is_told_at_once():
    with opened() as camera:
        camera.start()
        take(camera, 3)
        execute(camera, "FirePnPCallback")
        started_s = time.perf_counter()

        with pytest.raises(CameraError, match="Emulation 0815-0000 is gone: unplugged"):
            take(camera, 500)
        assert time.perf_counter() - started_s < 1.0


def test_a_camera_that_waits_for_triggers_that_do_not_come_is_given_up():
    with opened() as camera:
        camera.start()
        take(camera, 3)
        features(camera).write("TriggerMode", "On")

        with pytest.raises(CameraError, match=r"no frame for 2\.\d s: it is still there"):
            take(camera, 500)


def test_a_camera_that_somebody_stops_is_told_at_once():
    with opened() as camera:
        camera.start()
        take(camera, 3)
        camera._source.camera.StopGrabbing()

        with pytest.raises(CameraError, match="has been stopped by somebody else"):
            take(camera, 500)


def test_a_picture_of_another_shape_ends_in_one_line():
    with opened() as camera:
        camera.start()
        take(camera, 3)
        camera._source.stop()
        features(camera).write("Width", "200")
        camera._source.start()

        with pytest.raises(CameraError, match="240 x 200 px instead of 240 x 320"):
            take(camera, 500)


def test_what_was_asked_for_is_what_the_camera_then_has():
    with opened(
        serial="0815-0001",
        pixel_format="Mono12",
        roi_px=[16, 32, 320, 240],
        binning=2,
        gain=6,
        exposure_s=0.0123,
        exposure_out_line="Line2",
        properties={"ReverseX": True, "GainAuto": False},
    ) as camera:
        camera.start()
        frame = take(camera, 1)[0]

        has = features(camera).read
        assert (has("OffsetX"), has("OffsetY"), has("BinningVertical")) == ("16", "32", "2")
        assert (has("LineSelector"), has("LineSource")) == ("Line2", "ExposureActive")
        assert (has("ReverseX"), has("GainAuto")) == ("true", "Off")
        assert float(has("Gain")) == pytest.approx(6.0, rel=0.01)
        assert camera.delay_s == pytest.approx(0.0123 / 2)
    assert frame.image.dtype == np.uint16
    assert (camera.depth_bits, camera.white_level) == (16, 4095)


def test_every_fault_is_told_at_once_and_by_its_key():
    with (
        pytest.raises(ConfigMismatchError) as caught,
        opened(
            gain=2000,
            roi_px=[0, 0, 99_999, 240],
            pixel_format="RGB8Packed",
            exposure_out_line="Line9",
            properties={"Gama": 1},
        ),
    ):
        pass

    lines = str(caught.value).splitlines()
    assert "rig.camera.gain: the camera refuses '2000'; it takes 0 to 48" in lines
    assert "rig.camera.roi_px: Width: the camera refuses '99999'; it takes 1 to 4096" in lines
    assert any("exposure_out_line: the camera refuses 'Line9'; it takes Line1" in x for x in lines)
    assert any("RGB8Packed is no plain grey of 8 or 16 bits" in line for line in lines)
    assert any("has no property Gama; did you mean Gamma" in line for line in lines)


def test_an_external_trigger_is_set_and_its_frames_are_waited_for():
    keys = {"trigger": "external", "trigger_source": "Software", "rate_hz": RATE_HZ}
    with opened(**keys) as camera:
        camera.start()
        assert features(camera).read("TriggerMode") == "On"
        assert camera.grab(0.05) == []

        execute(camera, "TriggerSoftware")

        assert len(take(camera, 1)) == 1
    with opened() as camera:
        assert features(camera).read("TriggerMode") == "Off"


def test_several_cameras_must_be_chosen_from():
    with pytest.raises(CameraError, match=r"pylon lists several cameras: Emulation \(serial 0815"):
        open_basler(section(serial=None), HostClock())


class Result:
    """A grab result of a camera that has stamps and numbers, which the emulator has not."""

    def __init__(self, block, ticks):
        self.block, self.ticks = block, ticks
        self.Array = np.zeros((240, 320), np.uint8)
        self.was_released = False

    def IsValid(self):
        return True

    def GrabSucceeded(self):
        return True

    def GetBlockID(self):
        return self.block

    def GetTimeStamp(self):
        return self.ticks

    def Release(self):
        self.was_released = True


def test_hardware_stamps_and_numbers_are_handed_on():
    with opened(stamp_unit_s=8e-9) as camera:
        source: BaslerSource = camera._source
        stamped = source._picture(result := Result(17, 1_000_000))
        unnumbered = source._picture(Result(2**64 - 1, 0))

    assert (stamped.counter, stamped.stamp_s) == (17, pytest.approx(0.008))
    assert result.was_released
    assert unnumbered.counter == -1
    assert np.isnan(unnumbered.stamp_s)


def test_a_camera_that_comes_back_goes_on_where_it_would_have_been():
    told = []
    camera = ReconnectingCamera(
        lambda: open_basler(section(), HostClock()),
        reconnect_s=8.0,
        clock=HostClock(),
        tell=told.append,
    )
    with contextlib.closing(camera):
        camera.start()
        before = take(camera, 3)
        execute(camera._camera, "FirePnPCallback")

        after = take(camera, 200, until=lambda: len(told) == 2)
        after += take(camera, 3)

    indices = [frame.index for frame in before + after]
    assert "is gone: unplugged" in told[0]
    assert told[1].startswith("the camera is back after")
    assert indices == sorted(set(indices))
    times_s = [frame.t_s for frame in before + after]
    assert indices[-1] == pytest.approx((times_s[-1] - times_s[0]) / camera.period_s, rel=0.2)


def test_the_registry_opens_it(tmp_path):
    rig = RigConfig(camera=section(), stage=NoStage(kind="none"))

    camera = open_camera(rig, RigPlace(folder=tmp_path, epoch_s=0.0), HostClock())
    camera.close()

    assert camera.shape == (240, 320)
