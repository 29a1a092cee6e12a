"""A confocal's first and last edge, seen as edges come in pieces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.lines import EDGE_ROW
from tracker.runtime.trains import TrainChange, TrainWatch


def edges(times_s, line=1):
    rows = np.zeros(len(times_s), EDGE_ROW)
    rows["t_s"], rows["line"] = times_s, line
    return rows


def watch_all(times_s, cuts, until_s=50.0):
    """Show a watch the edges in pieces; `cuts` are the moments at which it looks."""
    watch = TrainWatch(1, quiet_s=1.0)
    changes, shown_s = [], -1.0
    for now_s in (*sorted(cuts), until_s):
        new = [at_s for at_s in times_s if shown_s < at_s <= now_s]
        changes += watch.see(edges(new), now_s)
        shown_s = now_s
    return changes


TWO_TRAINS_S = [*np.arange(2.0, 5.0, 0.05), *np.arange(10.0, 12.0, 0.05)]


@given(cuts=st.lists(st.floats(0.0, 20.0), max_size=30))
def test_first_and_last_edges_are_the_same_however_often_one_looks(cuts):
    changes = watch_all(TWO_TRAINS_S, cuts)

    assert [change.has_begun for change in changes] == [True, False, True, False]
    assert [change.t_s for change in changes] == pytest.approx([2.0, 4.95, 10.0, 11.95])


def test_a_single_spike_is_no_train():
    assert watch_all([3.0, 9.0], [4.0, 8.0]) == []


def test_edges_of_other_lines_are_none_of_ours():
    watch = TrainWatch(1, quiet_s=1.0)

    assert watch.see(edges([1.0, 1.1, 1.2], line=0), 1.3) == []


def test_the_end_is_told_once_the_line_has_been_quiet_for_long_enough():
    watch = TrainWatch(1, quiet_s=1.0)

    began = watch.see(edges([1.0, 1.1]), 1.2)
    early = watch.see(edges([]), 2.1)
    late = watch.see(edges([]), 2.11)

    assert began == [TrainChange(1.0, has_begun=True)]
    assert early == []
    assert late == [TrainChange(1.1, has_begun=False)]
