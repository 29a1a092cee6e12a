"""Where a lost head is looked for."""

import math

import numpy as np
import pytest

from tracker.safety.search import Search

FRAME_S = 0.025


def walk(search, *, seconds=60.0, start_um=(100.0, -50.0)):
    """Let a stage follow at once; return where it was and how fast, until the search is over."""
    place_um, places, speeds = np.array(start_um), [], []
    for tick in range(round(seconds / FRAME_S)):
        velocity_um_s = search.steer(tick * FRAME_S, place_um)
        if velocity_um_s is None:
            break
        place_um = place_um + velocity_um_s * FRAME_S
        places.append(place_um)
        speeds.append(math.hypot(*velocity_um_s))
    return np.array(places), np.array(speeds)


@pytest.fixture
def search():
    made = Search(speed_um_s=1000.0, out_to_um=1500.0, view_um=900.0)
    made.begin_at(np.array([100.0, -50.0]))
    return made


def test_nothing_is_searched_for_that_was_never_seen():
    search = Search(speed_um_s=1000.0, out_to_um=1500.0, view_um=900.0)

    assert search.steer(1.0, np.zeros(2)) is None


def test_every_place_within_reach_comes_into_view(search):
    places, _ = walk(search)

    for turn in np.linspace(0.0, 2.0 * math.pi, 24):
        for away_um in (0.0, 300.0, 700.0, 1150.0):  # beyond, the last turn is cut short
            hidden_um = np.array([100.0, -50.0]) + away_um * np.array([np.cos(turn), np.sin(turn)])
            assert np.abs(places - hidden_um).max(axis=1).min() < 450.0


def test_it_goes_no_faster_than_it_was_told_and_hardly_slower(search):
    _, speeds = walk(search)

    assert speeds.max() <= 1000.0 + 1e-6
    assert np.median(speeds) > 900.0


def test_it_begins_where_the_head_was_seen_and_goes_no_farther_than_it_was_told(search):
    places, _ = walk(search)

    away_um = np.hypot(*(places - [100.0, -50.0]).T)
    assert away_um[:3].max() < 60.0
    assert 1300.0 < away_um.max() < 1550.0
    assert search.is_over
    assert len(places) * FRAME_S < 20.0


def test_a_stage_that_is_held_back_is_waited_for(search):
    for tick in range(400):
        search.steer(tick * FRAME_S, np.array([100.0, -50.0]))

    assert not search.is_over


def test_a_new_sighting_begins_it_anew(search):
    walk(search)
    search.begin_at(np.array([5000.0, 0.0]))

    velocity_um_s = search.steer(100.0, np.array([5000.0, -100.0]))

    assert velocity_um_s == pytest.approx([0.0, 1000.0])


def test_a_long_pause_does_not_make_the_goal_leap(search):
    search.steer(1.0, np.array([100.0, -50.0]))
    search.steer(9.0, np.array([100.0, -50.0]))

    assert not search.is_over
    assert search.steer(9.0, np.array([100.0, -50.0])) is not None


def goals(search, count, *, turn_s=0.001):
    """Return the goal at many times, for a stage that is always there."""
    found = []
    for step in range(count):
        search.steer(50.0 + step * turn_s, search._goal_um(search._center_um))
        found.append(search._goal_um(search._center_um))
    return np.array(found)


def test_the_goal_goes_round_at_the_speed_it_was_told_and_leaves_the_pitch_between_turns(search):
    goal_um = goals(search, 7_000) - [100.0, -50.0]

    speeds_um_s = np.hypot(*np.diff(goal_um, axis=0).T) / 0.001
    assert speeds_um_s[1000:] == pytest.approx(1000.0, rel=0.05)
    assert speeds_um_s[1:] == pytest.approx(1000.0, rel=0.1)
    turns = np.unwrap(np.arctan2(*goal_um.T[::-1])) / (2.0 * math.pi)
    radii_um = np.hypot(*goal_um.T)
    assert radii_um[2000:] == pytest.approx(0.7 * 900.0 * turns[2000:], rel=0.01)


def test_it_sets_out_eastwards_and_turns_north(search):
    goal_um = goals(search, 1500) - [100.0, -50.0]

    assert goal_um[50][0] > 0.0
    assert goal_um[300][1] > 0.0


@pytest.mark.parametrize(("behind_um", "goes_on"), [(400.0, True), (430.0, False)])
def test_the_goal_waits_for_a_stage_that_is_too_far_behind(search, behind_um, goes_on):
    search.steer(50.0, np.array([100.0, -50.0]))
    for step in range(1, 20):
        goal_um = search._goal_um(np.array([100.0, -50.0]))
        search.steer(50.0 + step * FRAME_S, goal_um - [behind_um, 0.0])

    assert (search._angle_rad > 0.0) == goes_on


def test_near_its_goal_the_stage_slows_down(search):
    velocity_um_s = search.steer(50.0, np.array([90.0, -50.0]))

    assert velocity_um_s == pytest.approx([100.0, 0.0])
