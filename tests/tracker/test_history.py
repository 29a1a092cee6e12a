"""Where the stage was, between the stamps and a little past them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.history import RECKONED_S, StageHistory, reckon_on

HISTORY = StageHistory(
    np.array([1.0, 1.01, 1.03]), np.array([[0.0, 0.0], [10.0, -5.0], [30.0, -15.0]])
)


@given(t_s=st.floats(1.0, 1.08))
def test_a_steady_stage_is_found_on_its_line_between_and_past_the_stamps(t_s):
    assert HISTORY.at(t_s) == pytest.approx([1000 * (t_s - 1.0), -500 * (t_s - 1.0)])


def test_no_more_than_50_ms_are_foretold():
    assert HISTORY.at(9.0) == pytest.approx(HISTORY.at(1.08))


def test_before_the_first_stamp_the_stage_stood():
    assert HISTORY.at(0.0) == pytest.approx([0.0, 0.0])


def test_one_stamp_is_a_stage_at_rest():
    alone = StageHistory(np.array([1.0]), np.array([[3.0, 4.0]]))

    assert alone.at(2.0) == pytest.approx([3.0, 4.0])
    assert alone.velocity_um_s() == pytest.approx([0.0, 0.0])


def test_reckoning_stops_where_it_would_be_guessing():
    known = StageHistory(np.array([0.0, 1.0]), np.zeros((2, 2)))

    history = reckon_on(known, [(0.5, np.array([1000.0, 0.0]))], 9.0)

    assert history.t_s[-1] == pytest.approx(1.0 + RECKONED_S)
    assert history.position_um[-1].tolist() == pytest.approx([1000.0 * RECKONED_S, 0.0])


def test_nothing_sent_means_on_with_the_last_speed():
    known = StageHistory(np.array([0.0, 1.0]), np.array([[0.0, 0.0], [10.0, 0.0]]))

    assert reckon_on(known, [], 1.05).position_um[-1].tolist() == pytest.approx([10.5, 0.0])


def test_a_history_that_reaches_far_enough_is_left_alone():
    known = StageHistory(np.array([0.0, 1.0]), np.zeros((2, 2)))

    assert reckon_on(known, [(0.5, np.ones(2))], 1.0) is known
