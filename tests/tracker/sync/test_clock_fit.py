"""One clock from another's: exact where it can be, and not bent by wrong pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import CalibrationError
from tracker.sync.clock_fit import fit_clock


@given(
    began_s=st.floats(-1e5, 1e5),
    drift_ppm=st.floats(-200.0, 200.0),
    count=st.integers(20, 300),
    seed=st.integers(0, 1000),
)
def test_wrong_pairs_do_not_bend_the_line(began_s, drift_ppm, count, seed):
    draws = np.random.default_rng(seed)
    device_s = began_s + 0.025 * np.arange(count)
    host_s = 77.0 + (1.0 + 1e-6 * drift_ppm) * (device_s - began_s)
    wrong = draws.choice(count, count // 8, replace=False)
    late_s = host_s.copy()
    late_s[wrong] += draws.uniform(0.002, 3.0, len(wrong))

    fit = fit_clock(device_s, late_s)

    assert fit.host_from(device_s) == pytest.approx(host_s, abs=2e-6)
    assert not fit.is_used[wrong].any()


def test_the_scatter_of_the_pairs_is_told():
    draws = np.random.default_rng(4)
    device_s = 0.025 * np.arange(4000)

    fit = fit_clock(device_s, 5.0 + device_s + draws.normal(0.0, 0.0003, 4000))

    assert fit.residual_s == pytest.approx(0.0003, rel=0.1)
    assert abs(fit.drift_ppm) < 1.0


def test_pairs_at_a_single_time_are_refused():
    with pytest.raises(CalibrationError, match="two different"):
        fit_clock(np.array([1.0, 1.0]), np.array([2.0, 2.0]))
