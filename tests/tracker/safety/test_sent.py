"""Between which velocities the stage may have been."""

import numpy as np
import pytest

from tracker.safety.sent import RAMP_S, SentVelocities

DELAY_S = 0.01


@pytest.fixture
def sent():
    """Three velocities, 0.1 s apart, from 10.0 s on."""
    made = SentVelocities(DELAY_S, 10.0)
    made.remember(np.array([100.0, 0.0]), 10.1)
    made.remember(np.array([-50.0, 30.0]), 10.2)
    return made


def bounds(spread):
    return spread.lowest_um_s.tolist(), spread.highest_um_s.tolist()


def test_the_last_one_is_in_force_ever_after(sent):
    assert bounds(sent.spread(11.0)) == ([-50, 30], [-50, 30])
    assert sent.last_um_s.tolist() == [-50.0, 30.0]
    assert sent.last_s == 10.2


def test_one_that_was_replaced_dies_away_over_delay_and_ramp(sent):
    until_s = 10.2 + 2.0 * DELAY_S + RAMP_S

    assert bounds(sent.spread(until_s - 0.001)) == ([-50, 0], [100, 30])
    assert bounds(sent.spread(until_s + 0.001)) == ([-50, 30], [-50, 30])


def test_one_that_was_not_yet_sent_was_not_in_force(sent):
    assert bounds(sent.spread(10.0, 10.05)) == ([0, 0], [0, 0])
    assert bounds(sent.spread(10.0, 10.15)) == ([0, 0], [100, 0])
    assert bounds(sent.spread(10.0, 10.2)) == ([-50, 0], [100, 30])


def test_long_before_anything_was_sent_it_is_the_last_that_counts():
    made = SentVelocities(DELAY_S, 10.0)

    assert bounds(made.spread(1.0, 2.0)) == ([0, 0], [0, 0])


def test_what_was_sent_is_kept_as_it_was():
    made, velocity_um_s = SentVelocities(DELAY_S, 0.0), np.array([5.0, 5.0])
    made.remember(velocity_um_s, 0.1)
    velocity_um_s[:] = 9.0

    assert made.last_um_s.tolist() == [5.0, 5.0]


def test_the_way_is_that_of_every_velocity_in_its_time(sent):
    assert sent.way_um(10.0) == (0.0, 0.0)
    assert sent.way_um(10.15) == pytest.approx([5.0, 0.0])
    assert sent.way_um(10.3) == pytest.approx([5.0, 3.0])
    assert sent.way_um(9.0) == (0.0, 0.0)


def test_ways_are_told_for_all_delays_that_may_be(sent):
    ways_um = np.array(sent.ways_um(10.35)) - sent.ways_um(10.15)

    latest_s = 2.0 * DELAY_S + RAMP_S
    assert ways_um[0] == pytest.approx([5.0 - 7.5, 4.5])
    assert ways_um[-1] == pytest.approx([10.0 - 50.0 * (0.15 - latest_s), 30.0 * (0.15 - latest_s)])


def test_ways_stay_right_however_much_was_sent():
    made = SentVelocities(DELAY_S, 0.0)
    for number in range(1, 3000):
        made.remember(np.array([100.0, -10.0]), number * 0.01)

    way_um = np.subtract(made.way_um(29.99), made.way_um(28.99))
    assert way_um == pytest.approx([100.0, -10.0])
    assert len(made._leg_s) < 1100


def test_it_stands_when_the_last_velocity_is_none_on_both_axes():
    made = SentVelocities(DELAY_S, 0.0)
    said = [made.is_standing]
    for velocity_um_s in ([1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]):
        made.remember(np.array(velocity_um_s), 0.1)
        said.append(made.is_standing)

    assert said == [True, False, False, False, True]


def test_a_velocity_counts_at_the_very_ends_of_its_time(sent):
    until_s = 10.1 + 2.0 * DELAY_S + RAMP_S  # of the rest before the first

    assert bounds(sent.spread(until_s)) == ([-50, 0], [100, 30])
    assert bounds(sent.spread(10.0, 10.1)) == ([0, 0], [100, 0])
