"""Which of the guard's times a camera can keep."""

import math

import pytest

from tracker.safety.coasting import age_faults

USUAL = {"coast_s": 0.3, "deadman_s": 0.2, "camera_delay_s": 0.008, "frame_s": 0.025}


@pytest.mark.parametrize(
    "changes",
    [{}, {"coast_s": 0.044}, {"deadman_s": 0.036}, {"frame_s": math.nan}, {"frame_s": 0.0}],
)
def test_times_that_the_camera_keeps_are_no_fault(changes):
    assert age_faults(**{**USUAL, **changes}) == []


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"coast_s": 0.042}, "safety.coast_s is 0.042 s"),
        ({"camera_delay_s": 0.27}, "safety.coast_s is 0.3 s"),
        ({"deadman_s": 0.034}, "safety.deadman_s is 0.034 s"),
        ({"frame_s": 0.2}, "safety.deadman_s is 0.2 s"),
    ],
)
def test_times_that_it_cannot_keep_are_named(changes, key):
    (fault,) = age_faults(**{**USUAL, **changes})

    assert fault.startswith(key)
    assert fault.endswith("expected more than that")
