"""Flashes that two recordings saw: found in their brightness, and paired by their gaps."""

import numpy as np
import pytest

from tracker.errors import CalibrationError, UsageError
from tracker.sync.flash import find_flashes, match_flashes, read_brightness

FLASHES_S = np.array([2.13, 3.91, 4.72, 8.05])
LASTS_S, NEURAL_S = 0.1, 0.0412


def seen(times_s, period_s, flashes_s, *, seed=0):
    """Mean brightness of frames that expose all of their period, with noise."""
    grid_s = np.arange(-0.5, 0.5, 0.02) * period_s
    lit = np.zeros(len(times_s))
    for flash_s in flashes_s:
        off_s = times_s[:, None] + grid_s - flash_s
        lit += ((off_s >= -LASTS_S / 2) & (off_s < LASTS_S / 2)).mean(axis=1)
    return 100.0 + 60.0 * lit + np.random.default_rng(seed).normal(0.0, 0.5, len(times_s))


def test_a_flash_is_placed_to_better_than_a_frame():
    t_s = 0.025 * np.arange(400)

    assert find_flashes(t_s, seen(t_s, 0.025, FLASHES_S)) == pytest.approx(FLASHES_S, abs=0.003)


def test_neural_frames_get_their_times_though_each_recording_missed_a_flash():
    host_s = find_flashes(0.025 * np.arange(400), seen(0.025 * np.arange(400), 0.025, FLASHES_S))
    neural = np.arange(230)
    began_s = 1.37
    at_s = began_s + NEURAL_S * neural
    frames = find_flashes(neural.astype(float), seen(at_s, NEURAL_S, FLASHES_S, seed=1))

    found = match_flashes(np.delete(host_s, 2), frames, frame_s=0.025, neural_hz=None)

    assert found.unpaired == 1
    assert found.clock.host_from(neural) == pytest.approx(at_s, abs=0.006)


def test_a_single_flash_needs_the_pace():
    with pytest.raises(CalibrationError, match="--neural-hz"):
        match_flashes(np.array([5.0]), np.array([40.0]), frame_s=0.025, neural_hz=None)

    found = match_flashes(np.array([5.0]), np.array([40.0]), frame_s=0.025, neural_hz=20.0)

    assert found.clock.host_from([0.0]) == pytest.approx([3.0])


def test_flashes_of_another_session_are_refused():
    with pytest.raises(CalibrationError, match="agree"):
        match_flashes(
            np.array([1.0, 2.7, 9.1, 14.2, 20.9]),
            np.array([3.0, 70.0, 73.0, 230.0, 231.5]),
            frame_s=0.025,
            neural_hz=None,
        )


def test_no_flash_is_told_by_which_recording_lacks_it():
    with pytest.raises(CalibrationError, match="0 flashes in the tracking recording"):
        match_flashes(np.empty(0), np.array([3.0]), frame_s=0.025, neural_hz=None)


def test_what_imagej_saves_of_a_profile_is_read(tmp_path):
    path = tmp_path / "Values.csv"
    path.write_text("X,Y\n1,103.5\n2,104\n3,250.25\n")

    assert read_brightness(path).tolist() == [103.5, 104.0, 250.25]


def test_a_bad_row_is_named_by_its_line(tmp_path):
    path = tmp_path / "Values.csv"
    path.write_text("X,Y\n1,103.5\n2,bright\n3,250.25\n")

    with pytest.raises(UsageError, match="line 3"):
        read_brightness(path)
