import math

import numpy as np
import pytest

from tracker.statistics import error_figures, fraction_within, spread


def test_frames_without_an_answer_are_left_out_of_the_figures():
    error_um = [[3.0, 4.0], [float("nan"), float("nan")], [6.0, 8.0]]

    figures = error_figures(error_um)

    assert figures["median"] == pytest.approx(7.5)
    assert figures["max"] == pytest.approx(10.0)
    assert fraction_within(error_um, 5.0) == pytest.approx(0.5)


def test_nothing_measured_is_said_as_not_a_number():
    assert all(math.isnan(value) for value in error_figures(np.zeros((0, 2))).values())
    assert all(math.isnan(value) for value in spread([]).values())
    assert math.isnan(fraction_within([], 25.0))
