"""Volume, plane and direction of neural frames: from the piezo's trace and from the count."""

import numpy as np
import pytest

from tracker.errors import CalibrationError, UsageError
from tracker.sync.volumes import Pattern, volumes_from_pattern, volumes_from_piezo

TRACE_S = np.arange(-0.1, 2.0, 0.0002)


def z_of(shape, t_s, *, noise_um=0.02):
    noise = np.random.default_rng(3).normal(0.0, noise_um, len(t_s))
    return shape(t_s) + noise


def saw_tooth(t_s):
    """0.1 s up by 20 um, 0.02 s back."""
    phase = np.mod(t_s, 0.12)
    return np.where(phase < 0.1, 200.0 * phase, 20.0 - 1000.0 * (phase - 0.1))


def triangle(t_s):
    """0.1 s up by 20 um, 0.1 s down."""
    phase = np.mod(t_s, 0.2)
    return np.where(phase < 0.1, 200.0 * phase, 40.0 - 200.0 * phase)


def test_a_saw_tooths_flyback_belongs_to_no_volume():
    frames_s = 0.005 + 0.01 * np.arange(120)  # ten planes up, two frames of flyback

    found = volumes_from_piezo(frames_s, TRACE_S, z_of(saw_tooth, TRACE_S))

    step = np.arange(120) % 12
    assert found.volume.tolist() == np.where(step < 10, np.arange(120) // 12, -1).tolist()
    assert found.plane.tolist() == np.where(step < 10, step, -1).tolist()
    assert found.z_um == pytest.approx(saw_tooth(frames_s), abs=0.1)
    assert set(found.direction[step < 10]) == {1}


def test_a_flyback_between_two_frames_begins_a_volume():
    frames_s = np.concatenate([0.12 * volume + 0.01 * np.arange(10) + 0.005 for volume in range(9)])

    found = volumes_from_piezo(frames_s, TRACE_S, z_of(saw_tooth, TRACE_S))

    assert found.volume.tolist() == (np.arange(90) // 10).tolist()
    assert found.plane.tolist() == (np.arange(90) % 10).tolist()


def test_a_triangle_is_scanned_both_ways_and_planes_count_from_the_lowest():
    frames_s = 0.005 + 0.01 * np.arange(100)

    found = volumes_from_piezo(frames_s, TRACE_S, z_of(triangle, TRACE_S))

    step = np.arange(100) % 20
    assert found.volume.tolist() == (np.arange(100) // 10).tolist()
    assert found.plane.tolist() == np.where(step < 10, step, 19 - step).tolist()
    assert found.direction.tolist() == np.where(step < 10, 1, -1).tolist()


def test_a_trace_that_stands_still_or_ends_too_early_is_refused():
    frames_s = 0.01 * np.arange(50)

    with pytest.raises(CalibrationError, match="does not move"):
        volumes_from_piezo(frames_s, TRACE_S, np.full(len(TRACE_S), 5.0))
    with pytest.raises(CalibrationError, match="does not cover"):
        volumes_from_piezo(frames_s + 1.9, TRACE_S, triangle(TRACE_S))


def test_a_pattern_counts_planes_volumes_and_flyback():
    found = volumes_from_pattern(14, Pattern(planes=5, flyback=2, step_um=2.0))

    assert found.volume.tolist() == [0] * 5 + [-1] * 2 + [1] * 5 + [-1] * 2
    assert found.plane.tolist() == [0, 1, 2, 3, 4, -1, -1] * 2
    assert found.z_um[:5].tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]
    assert np.isnan(found.z_um[5])


def test_a_bidirectional_pattern_comes_back_down():
    found = volumes_from_pattern(6, Pattern(planes=3, is_bidirectional=True))

    assert found.plane.tolist() == [0, 1, 2, 2, 1, 0]
    assert found.direction.tolist() == [1, 1, 1, -1, -1, -1]


def test_no_planes_are_no_pattern():
    with pytest.raises(UsageError, match="0 planes"):
        volumes_from_pattern(5, Pattern(planes=0))
