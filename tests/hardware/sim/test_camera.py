import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.errors import CameraError
from hardware.ring import RingWriter, frame_record
from hardware.sim import camera as camera_module
from hardware.sim.camera import SimulatedCameraReader
from hardware.sim.scenario import CameraTiming

TIMING = CameraTiming(rows=4, columns=6)
SLOTS = 4


@pytest.fixture
def ring(tmp_path):
    writer = RingWriter(tmp_path / "camera.ring", frame_record((4, 6)), slots=SLOTS)
    yield writer
    writer.close()


@pytest.fixture
def reader(ring):
    reader = SimulatedCameraReader(ring.path, TIMING, SteppedClock(5.0))
    reader.start()
    yield reader
    reader.close()


def expose(ring: RingWriter, index: int) -> None:
    picture = np.full((4, 6), index, np.uint8)
    ring.append(index, 0.025 * index, 0.025 * index + 0.008, 77.0 + index, index, picture)


def test_frames_come_oldest_first_with_the_cameras_own_stamps(ring, reader):
    expose(ring, 3)
    expose(ring, 4)

    first, second = reader.grab(0.1)

    assert (first.index, second.index) == (3, 4)
    assert (first.image == 3).all()
    assert first.t_s == pytest.approx(0.075)
    assert second.camera_t_s == pytest.approx(81.0)
    assert second.camera_counter == 4


def test_a_frame_is_received_when_we_took_it(ring, reader):
    expose(ring, 0)

    (frame,) = reader.grab(0.1)

    assert frame.received_s == 5.0


def test_a_frame_that_was_overwritten_leaves_a_gap_in_the_index(ring, reader):
    for index in range(SLOTS + 3):
        expose(ring, index)

    indices = [frame.index for frame in reader.grab(0.1)]

    assert indices == [3, 4, 5, 6]


def test_no_frame_in_time_is_an_empty_answer(reader):
    assert reader.grab(0.0) == []


def test_frames_from_before_the_start_are_not_shown(ring):
    expose(ring, 0)
    reader = SimulatedCameraReader(ring.path, TIMING, SteppedClock(5.0))
    reader.start()

    assert reader.grab(0.0) == []
    reader.close()


def test_a_world_that_never_comes_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(camera_module, "_WORLD_STARTS_WITHIN_S", 0.0)
    reader = SimulatedCameraReader(tmp_path / "none.ring", TIMING, SteppedClock())

    with pytest.raises(CameraError, match=r"none\.ring"):
        reader.start()


def test_closing_twice_is_safe_and_grabbing_afterwards_is_refused(reader):
    reader.close()
    reader.close()

    with pytest.raises(CameraError, match="not started"):
        reader.grab(0.0)


def test_the_delay_is_half_an_exposure_and_the_readout(reader):
    assert reader.delay_s == pytest.approx(0.008)
    assert reader.period_s == pytest.approx(0.025)
    assert reader.shape == (4, 6)


def test_a_world_that_falls_silent_is_no_camera_any_more(ring):
    clock = SteppedClock(5.0)
    reader = SimulatedCameraReader(ring.path, TIMING, clock)
    reader.start()
    expose(ring, 0)
    assert len(reader.grab(0.0)) == 1
    clock.advance_to(9.9)
    assert reader.grab(0.0) == []
    clock.advance_to(10.1)

    with pytest.raises(CameraError, match="no frame for 5 s: its world has ended, or stands"):
        reader.grab(0.0)
    reader.close()
