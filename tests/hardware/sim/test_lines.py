"""What the simulated counter tells: the camera's exposures, a confocal's planes, and its piezo."""

import numpy as np
import pytest

from hardware.lines_config import SimulatedLines
from hardware.sim.exposure import Shutter
from hardware.sim.lines import CAMERA, CONFOCAL, SimulatedCounter, SimulatedSignals
from hardware.sim.scenario import load_scenario
from hardware.sim.world import World

SCENARIO = load_scenario("roam")
SECTION = SimulatedLines(kind="simulated", confocal_from_s=1.0, confocal_lasts_s=2.0, planes=6)
EPOCH_S = 5000.0


@pytest.fixture
def signals():
    return SimulatedSignals(SECTION, SCENARIO, seed=3)


@pytest.fixture
def counter(signals):
    return SimulatedCounter(signals, lambda: EPOCH_S)


def test_the_camera_line_goes_up_when_each_exposure_begins(signals):
    shutter = Shutter(World(SCENARIO, 3), 3)

    edges_s = [at_s for at_s, line in signals.edges(0.0, 2.0) if line == CAMERA]

    half_s = SCENARIO.camera.exposure_s / 2.0
    expected_s = [shutter.exposure(index).t_s - half_s for index in range(len(edges_s))]
    assert edges_s == pytest.approx(expected_s, abs=1e-12)


def test_the_confocal_comes_and_goes_as_it_is_told(signals):
    planes_s = [at_s for at_s, line in signals.edges(0.0, 9.0) if line == CONFOCAL]

    assert len(planes_s) == pytest.approx(40, abs=1)
    assert 1.0 <= planes_s[0] < 1.05
    assert 2.94 < planes_s[-1] < 3.0


def test_readings_are_the_same_however_often_one_looks(signals):
    often = SimulatedCounter(signals, lambda: EPOCH_S)
    seldom = SimulatedCounter(signals, lambda: EPOCH_S)

    looks = [often.told(EPOCH_S, EPOCH_S + at_s) for at_s in np.arange(0.0, 3.0, 0.0137)]
    last = often.told(EPOCH_S, EPOCH_S + 3.0)
    whole = seldom.told(EPOCH_S, EPOCH_S + 3.0)

    edges = np.concatenate([each.edges for each in (*looks, last)])
    analog = np.concatenate([each.analog for each in (*looks, last)])
    for field in ("t_s", "device_s", "line", "count"):
        assert np.array_equal(edges[field], whole.edges[field])
    assert np.array_equal(analog, whole.analog)


def test_the_piezo_climbs_through_the_planes_and_flies_back(counter):
    analog = counter.told(EPOCH_S, EPOCH_S + 3.0).analog

    volts = analog["piezo_v"]
    assert len(analog) == pytest.approx(3.0 * 5000, abs=2)
    assert volts.max() == pytest.approx(6 * 2.0 * 0.1, rel=0.01)  # planes, um apart, volts a um
    assert (volts[analog["t_s"] < EPOCH_S + 0.99] == 0.0).all()
