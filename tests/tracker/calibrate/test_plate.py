"""Limits from the rim of today's plate."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.calibrate.plate import fit_plate
from tracker.errors import CalibrationError


def rim(angles_deg, *, centre=(4000.0, -9000.0), radius=17_500.0, noise=0.0, seed=0):
    angles = np.radians(angles_deg)
    there = np.column_stack([np.cos(angles), np.sin(angles)])
    return (
        np.array(centre)
        + radius * there
        + np.random.default_rng(seed).normal(0.0, noise, there.shape)
    )


@given(
    centre=st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)),
    radius=st.floats(4000.0, 60_000.0),
    start=st.floats(0, 360),
    seed=st.integers(0, 10_000),
)
def test_the_limits_lie_within_the_rim_whatever_the_plate(centre, radius, start, seed):
    angles = start + np.array([0, 80, 170, 250])
    points = rim(angles, centre=centre, radius=radius, noise=50.0, seed=seed)

    fit = fit_plate(points, margin_um=500.0)

    corners = [
        (x, y)
        for x in (fit.lower_um[0], fit.upper_um[0])
        for y in (fit.lower_um[1], fit.upper_um[1])
    ]
    assert all(math.dist(corner, centre) < radius for corner in corners)
    assert (fit.lower_um < fit.upper_um).all()
    assert fit.radius_um == pytest.approx(radius, abs=300.0)


@pytest.mark.parametrize(
    ("points", "why"),
    [
        (rim([0, 120]), "3 are needed"),
        (rim([0, 10, 20]), "span 20 degrees"),
        (np.array([[0.0, 0.0], [1e4, 1e4], [2e4, 2e4]]), "on a line"),
        (np.array([[5.0, 5.0]] * 4), "on a line or on one spot"),
        (rim([0, 120, 240], radius=17.5), "in micrometres"),
        (
            np.vstack([rim([0, 60, 120, 180, 240]), [[4000.0, -9000.0]]]),
            "rim point 6",
        ),
    ],
    ids=["too-few", "short-arc", "line", "one-spot", "millimetres", "one-astray"],
)
def test_points_that_tell_no_rim_are_refused(points, why):
    with pytest.raises(CalibrationError, match=why):
        fit_plate(points, margin_um=500.0)


def test_a_margin_that_leaves_nothing_is_refused():
    with pytest.raises(CalibrationError, match="leaves nothing"):
        fit_plate(rim([0, 120, 240], radius=3000.0), margin_um=2500.0)
