import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.sim.path import Path, Wave, first_path

WAVE = Wave(swing_rad=0.8, length_um=650.0, drift_rad_per_sqrt_um=0.01)
TURNING = Wave(
    swing_rad=0.8, length_um=650.0, drift_rad_per_sqrt_um=0.01, turn_rad=2.9, flattening=0.8
)


def drawn() -> tuple[Path, np.random.Generator]:
    draw = np.random.default_rng(5)
    return first_path(1000.0, 0.3, WAVE, draw), draw


@given(arc_um=st.floats(0.0, 1000.0))
def test_extending_a_path_leaves_what_was_there(arc_um):
    path, draw = drawn()

    longer = path.drawn_on(1400.0, TURNING, draw).drawn_back(-500.0, WAVE, draw)

    assert longer.place_at(arc_um) == pytest.approx(path.place_at(arc_um), abs=1e-6)
    assert longer.heading_at(np.array([arc_um])) == pytest.approx(
        path.heading_at(np.array([arc_um])), abs=1e-9
    )


def test_a_path_is_drawn_as_far_as_was_asked_at_either_end():
    path, draw = drawn()

    longer = path.drawn_on(1402.0, WAVE, draw).drawn_back(-501.0, WAVE, draw)

    assert longer.end_um >= 1402.0
    assert longer.start_um <= -501.0


def test_a_turn_bends_the_course_by_what_was_asked():
    path, draw = drawn()
    still = Wave(swing_rad=0.8, length_um=650.0, drift_rad_per_sqrt_um=0.0, turn_rad=-2.0)

    longer = path.drawn_on(1600.0, still, draw)

    assert longer.wave[0, -1] - path.wave[0, -1] == pytest.approx(-2.0, abs=1e-3)


def test_no_bend_of_a_path_is_too_sharp_for_a_body():
    path, draw = drawn()

    longer = path.drawn_on(1550.0, TURNING, draw).drawn_back(-800.0, WAVE, draw)

    sharpest_per_um = np.abs(np.diff(longer.heading_rad)).max() / 5.0
    assert sharpest_per_um < 1.0 / 55.0


def test_a_part_of_a_path_is_the_same_path():
    path, _ = drawn()

    part = path.between(301.0, 777.0)

    assert part.start_um <= 301.0
    assert part.end_um >= 777.0
    assert part.place_at(500.0) == pytest.approx(path.place_at(500.0))


def test_the_mean_advance_of_a_wave_is_less_than_its_arc():
    straight = Wave(swing_rad=0.8, length_um=500.0, drift_rad_per_sqrt_um=0.0)
    path = first_path(5000.0, 0.0, straight, np.random.default_rng(1))

    advance_um = float(path.place_at(5000.0)[0] - path.place_at(0.0)[0])

    assert advance_um == pytest.approx(5000.0 * 0.8463, rel=0.01)  # Bessel's J0(0.8)
    assert not math.isnan(advance_um)
