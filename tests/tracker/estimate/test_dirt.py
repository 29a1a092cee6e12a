"""Specks that the eye takes for heads: on the camera found out, on the agar told of."""

import numpy as np
import pytest

from tracker.estimate.dirt import WENT_UM
from tracker.estimate.ours import STILL_S

SPECK_OFF_UM = np.array([120.0, -60.0])


def drive(watcher, frames, *, faster_um_s=60.0, heads=lambda: ()):
    """Let the stage go faster and faster; show a speck on the camera, and other heads."""
    found, speed_um_s = [], 0.0
    for _ in range(frames):
        speed_um_s += faster_um_s
        watcher.stage_um = watcher.stage_um + np.array([speed_um_s * watcher.period_s, 0.0])
        speck = (*(watcher.stage_um + SPECK_OFF_UM), 0.8)
        found.append(watcher.show(speck, *heads()))
    return found


def test_a_speck_that_does_not_come_nearer_when_the_stage_goes_is_given_up(watcher):
    start_um = watcher.stage_um
    found = drive(watcher, 25)

    went_um = np.hypot(*(watcher.stage_um - start_um))
    assert went_um > WENT_UM
    assert found[0] is not None
    assert found[-1] is None
    assert watcher.estimator.predict(watcher.t_s) is None
    (told,) = watcher.estimator.news()
    assert "dirt on camera or lens" in told
    assert watcher.estimator.news() == []


def test_a_speck_once_found_out_is_never_taken_again(watcher):
    drive(watcher, 25)
    for _ in range(200):
        assert watcher.show((*(watcher.stage_um + SPECK_OFF_UM), 0.9)) is None

    head = (*(watcher.stage_um - SPECK_OFF_UM), 0.7)
    assert watcher.show((*(watcher.stage_um + SPECK_OFF_UM), 0.9), head) is not None


def test_a_head_passes_over_a_speck(watcher):
    drive(watcher, 25)
    speck_um = watcher.stage_um + SPECK_OFF_UM
    for step in range(-40, 40):
        head = (*(speck_um + np.array([0.0, 5.0 * step])), 0.9)
        sighting = watcher.show((*speck_um, 0.8), head)

    assert sighting.head_um == pytest.approx(head[:2])


def test_a_head_in_the_centre_of_a_stage_that_follows_it_is_no_speck(watcher):
    speed_um_s = 0.0
    for _ in range(40):
        speed_um_s += 30.0
        watcher.stage_um = watcher.stage_um + np.array([speed_um_s * watcher.period_s, 0.0])
        assert watcher.show((*(watcher.stage_um + np.array([3.0, 4.0])), 0.9)) is not None

    assert watcher.estimator.news() == []


def test_a_head_that_a_lagging_law_follows_evenly_is_no_speck(watcher):
    for _ in range(80):
        watcher.stage_um = watcher.stage_um + np.array([300.0 * watcher.period_s, 0.0])
        assert watcher.show((*(watcher.stage_um + np.array([40.0, 0.0])), 0.9)) is not None

    assert watcher.estimator.news() == []


def test_a_head_that_never_moved_is_told_of_and_kept(watcher):
    watcher.follow(round((STILL_S + 5.0) / watcher.period_s))

    (told,) = watcher.estimator.news()
    assert "a resting animal, or dirt on the agar?" in told
    assert watcher.show((0.0, 0.0, 0.95)) is not None


def test_an_animal_that_pauses_raises_no_alarm_and_is_not_exchanged(watcher):
    last_um = watcher.follow(20, velocity_um_s=(300.0, 0.0))
    for step in range(round((STILL_S + 5.0) / watcher.period_s)):
        sighting = watcher.show((*last_um, 0.9), (600.0, 5.0 * step, 0.95))

    assert watcher.estimator.news() == []
    assert sighting.head_um == pytest.approx(last_um)


def test_a_head_that_moves_takes_the_place_of_one_that_never_did(watcher):
    watcher.follow(round((STILL_S + 1.0) / watcher.period_s), confidence=0.8)
    for step in range(40):
        sighting = watcher.show((0.0, 0.0, 0.8), (400.0, 5.0 * step, 0.8))

    assert sighting.head_um == pytest.approx([400.0, 5.0 * 39])


def test_two_heads_in_one_place_are_remembered_once_each_however_long(watcher):
    for _ in range(60):  # each frame twice as many would be more than a computer holds
        beside = (*(watcher.stage_um + np.array([2.0, 0.0])), 0.8)
        watcher.show((*watcher.stage_um, 0.9), beside)

    assert watcher.estimator.predict(watcher.t_s) is not None
