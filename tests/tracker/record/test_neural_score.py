"""What neural cameras' figures say, of made-up rows."""

import numpy as np
import pytest

from tracker.record.neural_score import NeuralRows, stream_figures, stream_lines


def rows_of(index, *, lost=0, neurons_um=None, in_field=None):
    index = np.array(index)
    t_s = 100.0 + 0.05 * index
    if neurons_um is None:
        return NeuralRows(index=index, t_s=t_s, lost=lost)
    return NeuralRows(
        index=index,
        t_s=t_s,
        lost=lost,
        truth_index=index,
        truth_t_s=t_s,
        in_field=np.array(in_field),
        neurons_um=np.array(neurons_um, dtype=np.float64),
    )


def test_missing_frames_are_lost_or_dropped_and_do_not_lower_the_rate():
    figures = stream_figures(rows_of([10, 11, 12, 16, 17], lost=1), np.empty(0, np.bool_))

    assert figures["exposed"] == 8
    assert figures["recorded"] == 5
    assert figures["lost"] == 1
    assert figures["dropped"] == 2
    assert figures["rate_hz"] == pytest.approx(20.0)
    assert "in_field" not in figures


def test_motion_is_taken_between_judged_frames_that_follow_each_other():
    neurons_um = [[[0, 0], [5, 5]], [[3, 4], [5, 5]], [[300, 4], [5, 5]], [[900, 4], [5, 5]]]
    rows = rows_of([0, 1, 3, 4], neurons_um=neurons_um, in_field=[True, True, True, False])

    figures = stream_figures(rows, np.array([True, True, True, False]))

    assert figures["in_field"] == 1.0
    assert figures["motion_um"]["p50"] == pytest.approx(2.5)  # one neuron by 5 um, one by none
    assert figures["motion_um"]["max"] == pytest.approx(5.0)


def test_the_share_in_the_field_is_of_judged_frames():
    rows = rows_of([0, 1, 2, 3], neurons_um=np.zeros((4, 2, 2)), in_field=[1, 0, 1, 1])
    rows = NeuralRows(
        index=rows.index,
        t_s=rows.t_s,
        lost=0,
        truth_index=rows.truth_index,
        truth_t_s=rows.truth_t_s,
        in_field=rows.in_field.astype(np.bool_),
        neurons_um=rows.neurons_um,
    )

    assert stream_figures(rows, np.array([1, 1, 0, 0], np.bool_))["in_field"] == 0.5
    assert np.isnan(stream_figures(rows, np.zeros(4, np.bool_))["in_field"])


def test_an_empty_stream_has_figures_too():
    figures = stream_figures(rows_of([]), np.empty(0, np.bool_))

    assert figures["exposed"] == figures["recorded"] == 0
    assert "0 exposed, 0 recorded" in stream_lines({"green": figures})[0]
