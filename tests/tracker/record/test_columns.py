"""Columns and stretched values: the examples in their docstrings are true."""

import doctest

import numpy as np
import pytest

from tracker.messages import TICK_ROW
from tracker.record import columns, stretch


@pytest.mark.parametrize("module", [columns, stretch], ids=["columns", "stretch"])
def test_the_examples_are_true(module):
    found = doctest.testmod(module)

    assert found.failed == 0
    assert found.attempted > 0


def test_every_number_of_a_tick_has_a_column_of_its_own():
    rows = np.zeros(2, TICK_ROW)

    found = columns.columns_of(rows)

    assert len(found) == sum(int(np.prod(TICK_ROW[name].shape)) for name in TICK_ROW.names)
    assert all(column.shape == (2,) for column in found.values())


def test_a_value_at_a_known_time_is_kept_though_gaps_surround_it():
    known_um = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])

    found = stretch.stretch([10.0, 5.0], np.array([0.0, 10.0, 20.0]), known_um)

    assert found[0].tolist() == [3.0, 4.0]
    assert np.isnan(found[1]).all()
