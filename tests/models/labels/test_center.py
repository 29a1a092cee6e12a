"""The laws of a robust centre."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.labels.center import geometric_median, spread_px

coordinate = st.floats(-1000, 1000)
points = st.integers(1, 9).flatmap(lambda n: arrays(np.float64, (n, 2), elements=coordinate))


@given(points_px=points, data=st.data())
def test_the_order_of_the_marks_does_not_matter(points_px, data):
    order = data.draw(st.permutations(range(len(points_px))))

    assert geometric_median(points_px[order]).tolist() == geometric_median(points_px).tolist()


@given(points_px=points, shift_px=arrays(np.float64, 2, elements=coordinate))
def test_marks_that_move_together_move_their_centre(points_px, shift_px):
    moved = geometric_median(points_px + shift_px)

    def cost(center_px):
        return np.linalg.norm(points_px + shift_px - center_px, axis=1).sum()

    assert cost(moved) == pytest.approx(cost(geometric_median(points_px) + shift_px), abs=1e-4)


@given(points_px=points, step_px=arrays(np.float64, 2, elements=st.floats(-50, 50)))
def test_no_other_place_is_nearer_to_all(points_px, step_px):
    center_px = geometric_median(points_px)

    def cost(place_px):
        return np.linalg.norm(points_px - place_px, axis=1).sum()

    assert cost(center_px) <= cost(center_px + step_px) + 1e-3


@given(
    seed=st.integers(0, 10**6),
    count=st.integers(3, 12),
    far_px=st.floats(100, 1e6),
    angle_rad=st.floats(0, 6.3),
)
def test_a_third_of_gross_outliers_moves_the_centre_by_no_more_than_the_marks_scatter(
    seed, count, far_px, angle_rad
):
    marks = np.random.default_rng(seed).normal(0.0, 1.0, (count, 2))
    spoilt = marks.copy()
    spoilt[: count // 3] = far_px * np.array([np.cos(angle_rad), np.sin(angle_rad)])

    center_px = geometric_median(spoilt)

    reach_px = np.linalg.norm(marks[count // 3 :], axis=1).max()
    assert np.linalg.norm(center_px) <= 2.5 * reach_px
    spread = spread_px(spoilt, center_px)
    assert spread is not None
    assert spread <= 4.0 * reach_px


@pytest.mark.parametrize("count", [2, 3, 5, 9, 14, 20])
def test_the_spread_is_the_scatter_that_the_marks_were_drawn_with(count):
    random = np.random.default_rng(count)
    spreads = [
        spread_px(marks, geometric_median(marks))
        for marks in random.normal(0.0, 2.0, (800, count, 2))
    ]

    assert np.median(spreads) == pytest.approx(2.0, rel=0.07)


def test_one_mark_has_no_spread_and_none_has_no_centre():
    assert spread_px(np.ones((1, 2)), np.ones(2)) is None
    with pytest.raises(ValueError, match="no points"):
        geometric_median(np.empty((0, 2)))
