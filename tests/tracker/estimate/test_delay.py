import math

import pytest

from tracker.estimate.delay import DelayMeter


def test_until_something_is_known_the_expectation_stands():
    meter = DelayMeter(0.012)

    assert meter.delay_s == 0.012
    assert not meter.is_measured


def test_the_delay_is_the_median_of_what_was_seen_lately():
    meter = DelayMeter(0.012)
    for _ in range(50):
        meter.learn(10.0, 10.008)
    for _ in range(15):
        meter.learn(10.0, 10.2)

    assert meter.delay_s == pytest.approx(0.008)


def test_a_halt_of_the_guards_own_says_nothing():
    meter = DelayMeter(0.012)
    meter.learn(math.nan, 10.0)

    assert not meter.is_measured
