"""Edges and frames are the same exposures: by number, though some of either are missing."""

import numpy as np
import pytest

from tracker.errors import CalibrationError
from tracker.sync.edges import number_edges
from tracker.sync.matching import match_frames


def jitter(count, seed=0):
    """A camera paced by software is uneven: that tells one exposure from another."""
    return np.random.default_rng(seed).normal(0.0, 0.0004, count)


def test_a_told_first_edge_is_believed(lab):
    frames = lab.numbers
    starts_s = lab.starts_s

    found = match_frames(
        number_edges(lab.logged_s(starts_s)), frames, starts_s[frames], first_number=0
    )

    assert found.first_number == 0
    assert found.matched == len(frames)
    assert found.clock.drift_ppm == pytest.approx(-20.0, abs=0.5)
    assert found.clock.host_from(lab.logged_s(starts_s)) == pytest.approx(starts_s, abs=1e-6)


def test_edges_of_a_camera_that_ran_only_while_it_was_recorded_match_in_one_way(lab):
    starts_s = lab.starts_s[lab.numbers]
    edges_s = np.delete(lab.logged_s(starts_s), [30, 31, 200])

    found = match_frames(
        number_edges(edges_s), np.delete(lab.numbers, [77]), np.delete(starts_s, 77)
    )

    assert found.first_number == lab.numbers[0]
    assert found.frames_without_edge.tolist() == lab.numbers[[30, 31, 200]].tolist()
    assert found.edges_without_frame.tolist() == [lab.numbers[77]]


def test_an_uneven_pace_tells_which_edge_is_which_frame(lab):
    starts_s = lab.starts_s + jitter(len(lab.starts_s))

    found = match_frames(number_edges(lab.logged_s(starts_s)), lab.numbers, starts_s[lab.numbers])

    assert found.first_number == 0
    assert found.clock.residual_s < 1e-6


def test_an_even_pace_that_tells_nothing_is_not_guessed_at(lab):
    with pytest.raises(CalibrationError, match="--first-edge"):
        match_frames(
            number_edges(lab.logged_s(lab.starts_s)), lab.numbers, lab.starts_s[lab.numbers]
        )


def test_another_lines_edges_are_told_by_their_pace(lab):
    other_s = 0.005 * np.arange(4000)

    with pytest.raises(CalibrationError, match=r"5\.000 ms.*25\.000 ms"):
        match_frames(number_edges(other_s), lab.numbers, lab.starts_s[lab.numbers])


def test_a_first_edge_beyond_the_recording_is_refused(lab):
    train = number_edges(lab.logged_s(lab.starts_s))

    with pytest.raises(CalibrationError, match="holds 40 to 439"):
        match_frames(train, lab.numbers, lab.starts_s[lab.numbers], first_number=5000)
