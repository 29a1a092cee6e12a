import numpy as np
import pytest

from hardware.sim.plate import TILE_PX, Plate
from hardware.sim.scenario import load_scenario

SCENARIO = load_scenario("roam")


def test_the_plate_is_the_same_whenever_the_stage_comes_back():
    plate = Plate(SCENARIO, 1)
    first = plate.window(-130, 70, (300, 400))
    plate.window(90_000, -40_000, (300, 400))

    again = Plate(SCENARIO, 1).window(-130, 70, (300, 400))

    assert (first == again).all()


def test_two_windows_agree_where_they_overlap():
    plate = Plate(SCENARIO, 1)

    left, right = plate.window(-50, -60, (200, 300)), plate.window(37, -31, (200, 300))

    assert (left[29:, 87:] == right[:-29, :-87]).all()


@pytest.mark.parametrize("origin", [(0, 0), (-40_000, 25_000)])
def test_no_seam_shows_between_tiles(origin):
    x, y = (place // TILE_PX * TILE_PX for place in origin)
    window = Plate(SCENARIO, 3).window(x, y, (2 * TILE_PX, 2 * TILE_PX)).astype(float)

    steps = np.abs(np.diff(window, axis=1)).mean(axis=0)
    assert steps[TILE_PX - 1] < 2.0 * np.median(steps)


def test_another_seed_is_another_plate():
    first, second = (Plate(SCENARIO, seed).window(0, 0, (64, 64)) for seed in (1, 2))

    assert not np.allclose(first, second, atol=1e-3)


def test_tiles_made_ahead_are_found_made():
    plate = Plate(SCENARIO, 1)

    made = plate.prefetch(0, 0, (100, 600), at_most=2)

    assert made == 2
    assert plate.prefetch(0, 0, (100, 600), at_most=9) == 1
    assert plate.prefetch(0, 0, (100, 600), at_most=9) == 0


def test_farther_from_the_focus_the_agar_is_smoother():
    near, far = (Plate(SCENARIO, 1).window(x, 0, (200, 200)) for x in (0, 16_000))

    assert np.diff(far, axis=1).std() < 0.7 * np.diff(near, axis=1).std()
