import numpy as np
import pytest

from hardware.sim.exposure import Shutter
from hardware.sim.scenario import Fault, load_scenario
from hardware.sim.world import World

SCENARIO = load_scenario("roam")
PERIOD_S = SCENARIO.camera.period_s


def shutter(*, drop_fraction=0.0, faults=()) -> Shutter:
    camera = SCENARIO.camera.model_copy(update={"drop_fraction": drop_fraction})
    return Shutter(World(SCENARIO.model_copy(update={"camera": camera, "faults": faults}), 1), 1)


def test_exposures_keep_the_beat_but_for_a_little_jitter():
    camera = shutter()

    off_s = [camera.exposure(index).t_s - (index + 1) * PERIOD_S for index in range(400)]

    assert np.std(off_s) == pytest.approx(SCENARIO.camera.jitter_s, rel=0.2)
    assert np.abs(off_s).max() <= PERIOD_S / 4.0


def test_a_frame_comes_half_an_exposure_and_a_readout_later():
    exposure = shutter().exposure(17)

    assert exposure.received_s - exposure.t_s == pytest.approx(SCENARIO.camera.delay_s)


def test_frames_are_dropped_as_often_as_the_scenario_says():
    camera = shutter(drop_fraction=0.1)

    dropped = [camera.exposure(index).is_dropped for index in range(1000)]

    assert np.mean(dropped) == pytest.approx(0.1, abs=0.03)


def test_a_fault_drops_every_frame_while_it_lasts():
    camera = shutter(faults=(Fault(kind="drop_frames", from_s=1.0, to_s=2.0),))

    dropped_s = [
        camera.exposure(index).t_s for index in range(120) if camera.exposure(index).is_dropped
    ]

    assert min(dropped_s) >= 1.0
    assert max(dropped_s) < 2.0
    assert len(dropped_s) == pytest.approx(40, abs=1)


def test_the_cameras_own_clock_runs_nearly_like_ours_from_an_instant_of_its_own():
    camera = shutter()

    rate = (camera.camera_t_s(1000.0) - camera.camera_t_s(0.0)) / 1000.0

    assert rate == pytest.approx(1.0, abs=3e-5)
    assert rate != 1.0
    assert camera.camera_t_s(0.0) > 1.0


@pytest.mark.parametrize("t_s", [0.0, 0.011, 0.02, 1.0, 7.773])
def test_the_next_exposure_is_still_to_come_and_the_one_before_is_not_far_off(t_s):
    camera = shutter()

    index = camera.next_index(t_s)

    assert camera.exposure(index).t_s > t_s
    assert index == 0 or camera.exposure(index - 1).t_s < t_s + PERIOD_S
