"""Edges: found in samples of a line, and numbered though some are missing and some are spikes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import CalibrationError
from tracker.sync.edges import number_edges, rising_edges


@given(
    missing=st.sets(st.integers(1, 198), max_size=15),
    spikes=st.sets(st.integers(0, 197), max_size=8),
    drift_ppm=st.floats(-500.0, 500.0),
)
def test_missing_edges_leave_their_number_free_and_spikes_get_none(missing, spikes, drift_ppm):
    period_s = 0.01 * (1.0 + 1e-6 * drift_ppm)
    numbers = np.setdiff1d(np.arange(200), list(missing))
    spikes_s = period_s * (np.array(sorted(spikes)) + 0.5)
    t_s = np.concatenate([period_s * numbers, spikes_s])
    is_spike = np.concatenate([np.zeros(len(numbers), bool), np.ones(len(spikes_s), bool)])
    order = np.argsort(t_s)

    train = number_edges(t_s[order])

    assert train.numbers[~is_spike[order]].tolist() == numbers.tolist()
    assert train.missing.tolist() == sorted(missing)
    assert train.extra_s == pytest.approx(spikes_s)


def test_a_train_goes_on_after_a_pause_off_its_grid():
    t_s = np.concatenate([0.01 * np.arange(50), 3.0044 + 0.01 * np.arange(50)])

    train = number_edges(t_s)

    assert (train.numbers >= 0).all()
    assert np.diff(train.numbers)[50:].tolist() == [1] * 49


def test_edges_at_no_pace_are_refused():
    t_s = np.cumsum(np.random.default_rng(1).exponential(0.01, 200))

    with pytest.raises(CalibrationError, match="regular pace"):
        number_edges(t_s)


def test_an_analog_line_is_crossed_half_way_between_samples():
    t_s = np.arange(0.0, 0.4, 0.0002)
    level = np.clip(np.sin(2.0 * np.pi * 10.0 * t_s) * 20.0, -1.0, 1.0) * 2.5 + 2.5
    level += np.random.default_rng(2).normal(0.0, 0.05, len(t_s))

    assert rising_edges(t_s, level) == pytest.approx([0.1, 0.2, 0.3], abs=0.0001)


def test_a_digital_line_rises_where_it_is_first_seen_up_though_only_changes_are_listed():
    t_s, level = np.array([0.0, 0.5, 0.52, 7.0, 7.02]), np.array([0.0, 1.0, 0.0, 1.0, 0.0])

    assert rising_edges(t_s, level).tolist() == [0.5, 7.0]


def test_a_line_that_does_not_move_has_no_edges():
    assert rising_edges(np.arange(5.0), np.full(5, 3.3)).size == 0
