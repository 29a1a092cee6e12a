"""The agar's plane from points that were marked in focus."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.calibrate.focus_plane import fit_plane
from tracker.errors import CalibrationError

PLACES_UM = np.array([[-5e3, -4e3], [6e3, -3e3], [5e3, 5e3], [-4e3, 6e3], [0.0, 0.0], [3e3, -6e3]])


def on_plane(places_um, slope=(0.004, -0.003), height_um=120.0):
    return np.column_stack([places_um, height_um + places_um @ np.array(slope)])


@given(
    slope=st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05)),
    height_um=st.floats(-1e4, 1e4),
    count=st.integers(3, len(PLACES_UM)),
    away_um=st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)),
)
def test_points_on_a_plane_give_that_plane_wherever_it_lies(slope, height_um, count, away_um):
    points_um = on_plane(PLACES_UM[:count] + np.array(away_um), slope, height_um)

    fit = fit_plane(points_um, most_residual_um=0.1)

    here_um = np.array(away_um) + 1000.0
    assert fit.plane.z_um(here_um) == pytest.approx(
        height_um + float(np.array(slope) @ here_um), abs=1e-4
    )
    assert fit.residual_um < 1e-4


def test_the_tilt_is_told_in_degrees_and_which_way_it_rises():
    slope = np.tan(np.radians(0.3)) * np.array([np.cos(np.radians(40)), np.sin(np.radians(40))])

    fit = fit_plane(on_plane(PLACES_UM, slope), most_residual_um=1.0)

    assert fit.tilt_deg == pytest.approx(0.3, abs=1e-6)
    assert fit.uphill_deg == pytest.approx(40.0, abs=1e-4)


@pytest.mark.parametrize(
    ("points_um", "said"),
    [
        (on_plane(PLACES_UM[:2]), "2 points in focus: 3 are needed"),
        (on_plane(np.array([[0.0, 0.0], [4e3, 4e3], [9e3, 9e3]])), "lie on a line"),
        (on_plane(np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]])), "lie on a line, or close"),
        (on_plane(np.zeros((4, 2))), "span 0 um one way and 0 um across"),
        (on_plane(PLACES_UM, slope=(0.3, 0.0)), "tilted by 16.7 degrees"),
        (np.full((3, 3), np.nan), "is no number"),
    ],
    ids=["two", "on a line", "close together", "on one spot", "steep", "not numbers"],
)
def test_points_that_tell_no_plane_are_refused_and_why(points_um, said):
    with pytest.raises(CalibrationError, match=said):
        fit_plane(points_um, most_residual_um=5.0)


@pytest.mark.parametrize("bad", range(6))
def test_a_point_that_was_out_of_focus_is_named(bad):
    points_um = on_plane(PLACES_UM) + np.array([0.0, 0.0, 0.3]) * np.array([[1], [-1]] * 3)
    points_um[bad, 2] += 40.0

    with pytest.raises(CalibrationError, match=rf"point {bad + 1} lies \d+\.\d um off the others'"):
        fit_plane(points_um, most_residual_um=5.0)


def test_which_of_four_is_wrong_cannot_be_told():
    points_um = on_plane(PLACES_UM[:4])
    points_um[1, 2] += 40.0

    with pytest.raises(CalibrationError, match="which of them is off cannot be told"):
        fit_plane(points_um, most_residual_um=5.0)
