import itertools

import numpy as np
import pytest

from hardware.sim.bouts import draw_bouts
from hardware.sim.scenario import Behaviour


def first_bouts(behaviour: Behaviour, *, seconds: float, seed: int = 1):
    ends_s = 0.0
    for bout in draw_bouts(behaviour, np.random.default_rng(seed)):
        yield bout
        ends_s += bout.duration_s
        if ends_s > seconds:
            return


def test_reversals_come_as_often_as_asked_for():
    behaviour = Behaviour(reversals_per_min=4.0)

    bouts = list(first_bouts(behaviour, seconds=36_000.0))

    reversals = sum(bout.speed_um_s < 0.0 for bout in bouts)
    assert reversals / 600.0 == pytest.approx(4.0, rel=0.15)


def test_the_asked_for_share_of_reversals_ends_in_an_omega_turn():
    bouts = list(first_bouts(Behaviour(omega_fraction=0.3), seconds=36_000.0))

    turns = [bout for bout in bouts if bout.turn_rad != 0.0]
    reversals = [bout for bout in bouts if bout.speed_um_s < 0.0]
    assert len(turns) / len(reversals) == pytest.approx(0.3, abs=0.05)


def test_most_omega_turns_go_to_the_same_side():
    bouts = list(first_bouts(Behaviour(omega_fraction=1.0), seconds=36_000.0))

    sides = np.sign([bout.turn_rad for bout in bouts if bout.turn_rad != 0.0])
    assert 0.6 < abs(sides.mean()) < 0.8


def test_an_undisturbed_animal_crawls_for_ever():
    never = Behaviour(reversals_per_min=0.0, pauses_per_min=0.0)

    bouts = list(itertools.islice(draw_bouts(never, np.random.default_rng(1)), 50))

    assert all(bout.speed_um_s > 0.0 and bout.turn_rad == 0.0 for bout in bouts)


def test_an_animal_that_has_no_time_left_to_crawl_is_refused():
    with pytest.raises(ValueError, match="lower a rate or a duration"):
        Behaviour(reversals_per_min=20.0, reversal_s=3.0)
