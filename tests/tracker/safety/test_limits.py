"""Laws that no command may break, whatever it is."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hardware.types import StageLimits
from tracker.safety import limits
from tracker.safety.coasting import coasting_share

BOX = StageLimits(
    lower_um=np.array([-5e3, -4e3]),
    upper_um=np.array([5e3, 6e3]),
    max_speed_um_s=2000.0,
    max_acceleration_um_s2=2e4,
)
anything = arrays(np.float64, 2, elements=st.floats(allow_nan=True, allow_infinity=True))
finite = arrays(np.float64, 2, elements=st.floats(allow_nan=False, allow_infinity=False))
velocity = arrays(np.float64, 2, elements=st.floats(-2000, 2000))
anywhere = arrays(np.float64, 2, elements=st.floats(-8e3, 8e3))


@given(anything)
def test_an_unreadable_command_means_stand_still(velocity_um_s):
    read_um_s = limits.readable(velocity_um_s)

    if np.isfinite(velocity_um_s).all():
        assert read_um_s is velocity_um_s
    else:
        assert not read_um_s.any()


@pytest.mark.parametrize("shape", [(0,), (1,), (3,), (2, 1)])
def test_a_command_that_is_not_two_numbers_means_stand_still(shape):
    assert limits.readable(np.ones(shape)).tolist() == [0.0, 0.0]


@given(finite)
def test_no_speed_is_too_great_to_be_cut_along_its_direction(velocity_um_s):
    sent_um_s = limits.limit_speed(velocity_um_s, max_speed_um_s=2000.0)

    assert math.hypot(*sent_um_s) <= 2000.0 * (1 + 1e-12)
    scale = max(np.abs(velocity_um_s).max(), 1e-300)
    asked, sent = velocity_um_s / scale, sent_um_s / 2000.0
    assert abs(asked[0] * sent[1] - asked[1] * sent[0]) <= 1e-9
    assert (asked * sent >= 0.0).all()


@given(velocity)
def test_a_speed_within_the_limit_is_left_alone(velocity_um_s):
    sent_um_s = limits.limit_speed(velocity_um_s, max_speed_um_s=3000.0)

    assert sent_um_s is velocity_um_s


@given(
    distance_um=st.floats(0, 1e5),
    acceleration_um_s2=st.floats(1e3, 1e6),
    ahead_s=st.floats(0, 1),
)
def test_the_stopping_speed_can_be_braked_within_the_distance(
    distance_um, acceleration_um_s2, ahead_s
):
    speed_um_s = limits.stopping_speed_um_s(
        distance_um, acceleration_um_s2=acceleration_um_s2, ahead_s=ahead_s
    )

    needed_um = speed_um_s * ahead_s + speed_um_s**2 / (2.0 * acceleration_um_s2)
    assert needed_um == pytest.approx(distance_um, rel=1e-9, abs=1e-9)


@given(velocity_um_s=velocity, position_um=anywhere)
def test_braking_before_an_edge_never_turns_a_velocity_round(velocity_um_s, position_um):
    sent_um_s = limits.limit_travel(
        velocity_um_s, lowest_um=position_um, highest_um=position_um, limits=BOX, ahead_s=0.2
    )

    assert (sent_um_s * velocity_um_s >= 0.0).all()
    assert (np.abs(sent_um_s) <= np.abs(velocity_um_s)).all()


@given(velocity_um_s=velocity, position_um=anywhere)
def test_out_of_the_box_only_the_way_back_is_open(velocity_um_s, position_um):
    sent_um_s = limits.limit_travel(
        velocity_um_s, lowest_um=position_um, highest_um=position_um, limits=BOX, ahead_s=0.2
    )

    assert (sent_um_s[position_um >= BOX.upper_um] <= 0.0).all()
    assert (sent_um_s[position_um <= BOX.lower_um] >= 0.0).all()


@given(velocity_um_s=velocity, last_um_s=velocity, since_s=st.floats(-1, 1))
def test_a_velocity_changes_no_faster_than_the_acceleration(velocity_um_s, last_um_s, since_s):
    sent_um_s = limits.limit_acceleration(
        velocity_um_s, last_um_s, max_acceleration_um_s2=2e4, since_s=since_s
    )

    assert math.hypot(*(sent_um_s - last_um_s)) <= 2e4 * max(since_s, 0.0) + 1e-6
    left_um_s = math.hypot(*(velocity_um_s - sent_um_s))
    assert left_um_s <= math.hypot(*(velocity_um_s - last_um_s)) + 1e-6


@given(unseen_s=st.floats(0, 5), later_s=st.floats(0, 5), coast_s=st.floats(0, 2))
def test_a_head_unseen_for_longer_is_never_worth_more(unseen_s, later_s, coast_s):
    sooner = coasting_share(unseen_s, coast_s=coast_s)
    later = coasting_share(unseen_s + later_s, coast_s=coast_s)

    assert 0.0 <= later <= sooner <= 1.0
    assert sooner == 1.0 or unseen_s > coast_s
    assert later == 0.0 or unseen_s + later_s < 2.0 * coast_s or unseen_s + later_s <= coast_s


@pytest.mark.parametrize("unseen_s", [float("nan"), -0.01, float("inf"), float("-inf")])
def test_a_head_never_seen_or_seen_in_the_future_is_worth_nothing(unseen_s):
    assert coasting_share(unseen_s, coast_s=0.3) == 0.0
