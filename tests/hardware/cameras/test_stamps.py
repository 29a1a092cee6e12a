"""Arrivals are late and never early: the truth is their lower edge over the camera's stamps."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.cameras.stamps import ReadyTimes, earliest, fit_lower_edge

PERIOD_S = 0.025

offsets_s = st.floats(-1e5, 1e5)
drifts = st.floats(-3e-4, 3e-4)
seeds = st.integers(0, 2**32 - 1)


def arrivals(frames, *, offset_s, drift, seed, late_s=0.004):
    """Stamps, true times and arrivals: late by an exponential, with some waits of 100 ms."""
    rng = np.random.default_rng(seed)
    stamps_s = np.arange(frames) * PERIOD_S
    true_s = offset_s + (1.0 + drift) * stamps_s
    held_s = true_s + rng.exponential(late_s, frames) + 0.1 * (rng.random(frames) < 0.02)
    return stamps_s, true_s, np.maximum.accumulate(held_s)


@given(offset_s=offsets_s, drift=drifts, points=st.integers(6, 40))
def test_a_line_without_noise_is_found_again(offset_s, drift, points):
    stamps_s = np.arange(points) * 0.4
    host_s = offset_s + (1.0 + drift) * stamps_s

    line = fit_lower_edge(list(zip(stamps_s, host_s, strict=True)))

    assert line.ready_s(20.0) == pytest.approx(offset_s + (1.0 + drift) * 20.0, abs=1e-6)


@given(offset_s=offsets_s, seed=seeds, later_s=st.floats(-1e4, 1e4))
def test_a_shift_of_either_clock_shifts_the_answer_and_nothing_else(offset_s, seed, later_s):
    stamps_s, _, held_s = arrivals(40, offset_s=offset_s, drift=0.0, seed=seed)

    here = fit_lower_edge(list(zip(stamps_s, held_s, strict=True)))
    there = fit_lower_edge(list(zip(stamps_s + later_s, held_s + later_s, strict=True)))

    assert there.ready_s(1.0 + later_s) == pytest.approx(here.ready_s(1.0) + later_s, abs=1e-6)


@given(seed=seeds, wrong_s=st.floats(-1.0, 1.0))
def test_a_quarter_of_bad_blocks_is_outvoted(seed, wrong_s):
    rng = np.random.default_rng(seed)
    stamps_s = np.arange(40) * 0.4
    host_s = 50.0 + stamps_s + rng.uniform(0.0, 1e-4, 40)
    host_s[rng.choice(40, 10, replace=False)] += wrong_s

    line = fit_lower_edge(list(zip(stamps_s, host_s, strict=True)))

    assert line.ready_s(8.0) == pytest.approx(58.0, abs=3e-4)


@given(offset_s=st.floats(-1e3, 1e3), drift=drifts, seed=seeds)
def test_frame_times_are_less_scattered_than_arrivals(offset_s, drift, seed):
    stamps_s, true_s, held_s = arrivals(400, offset_s=offset_s, drift=drift, seed=seed)
    times = ReadyTimes()

    ready_s = np.array([times.ready_s(*pair) for pair in zip(stamps_s, held_s, strict=True)])

    settled = slice(150, None)
    assert np.std((ready_s - true_s)[settled]) < 0.1 * np.std((held_s - true_s)[settled])
    assert abs(np.median((ready_s - true_s)[settled])) < 1.5e-3


@given(seed=seeds, drift=drifts)
def test_no_frame_is_ready_after_it_was_held(seed, drift):
    stamps_s, _, held_s = arrivals(100, offset_s=7.0, drift=drift, seed=seed)
    times = ReadyTimes()

    ready_s = [times.ready_s(*pair) for pair in zip(stamps_s, held_s, strict=True)]

    assert (np.array(ready_s) <= held_s).all()


def test_the_first_frame_was_ready_when_it_came():
    assert ReadyTimes().ready_s(0.0, 5.0) == 5.0


def test_a_camera_without_stamps_is_taken_at_its_arrivals():
    times = ReadyTimes()

    assert [times.ready_s(math.nan, received_s) for received_s in (1.0, 2.5)] == [1.0, 2.5]


def test_a_camera_that_begins_anew_is_learnt_anew():
    times = ReadyTimes()
    for frame in range(50):
        times.ready_s(frame * PERIOD_S, 100.0 + frame * PERIOD_S)

    assert times.ready_s(0.0, 300.0) == 300.0
    assert times.ready_s(PERIOD_S, 300.5) == pytest.approx(300.0 + PERIOD_S)


def test_the_earliest_is_the_one_held_soonest_after_its_stamp():
    assert earliest([(0.0, 10.5), (1.0, 11.1), (2.0, 12.3)]) == (1.0, 11.1)
