"""A place that cannot be is noise, unless it is confirmed."""

import numpy as np
import pytest

from hardware.stages.position_trust import PositionTrust
from hardware.types import StageState


def at(t_s, x_um, y_um=0.0):
    return StageState(t_s=t_s, position_um=np.array([x_um, y_um]))


@pytest.fixture
def trust():
    """Knows a stage that runs at 1 mm/s in x since 1.0 s, and was last seen at 0 at 2.0 s."""
    trust = PositionTrust(3000.0)
    trust.steered(1.0, np.array([1000.0, 0.0]))
    assert trust.believes(at(2.0, 0.0))
    return trust


@pytest.mark.parametrize(
    ("state", "is_believed"),
    [
        (at(2.1, 100.0), True),
        (at(2.1, 0.0), True),
        (at(2.1, -50.0), False),
        (at(2.1, 150.0), False),
        (at(2.1, 100.0, 30.0), False),
        (at(2.01, 1000.0), False),
    ],
    ids=["as-told", "stopped-by-a-limit", "backwards", "too-far", "sideways", "a-changed-digit"],
)
def test_a_stage_goes_where_it_was_told_to(trust, state, is_believed):
    assert trust.believes(state) == is_believed


def test_a_place_that_the_next_two_confirm_is_believed(trust):
    assert not trust.believes(at(2.01, 5000.0))
    assert not trust.believes(at(2.02, 5010.0))
    assert trust.believes(at(2.03, 5020.0))
    assert trust.believes(at(2.04, 5030.0))


def test_wrong_places_that_do_not_agree_confirm_nothing(trust):
    for t_s, x_um in ((2.01, 5000.0), (2.02, 800.0), (2.03, 5020.0), (2.04, -900.0)):
        assert not trust.believes(at(t_s, x_um))


def test_one_wrong_place_among_right_ones_does_no_harm(trust):
    assert not trust.believes(at(2.01, 5000.0))
    assert trust.believes(at(2.02, 20.0))


def test_an_older_velocity_may_still_be_at_work(trust):
    trust.steered(2.05, np.zeros(2))

    assert trust.believes(at(2.1, 90.0))
    assert trust.believes(at(2.5, 95.0))
    assert not trust.believes(at(2.6, 195.0))
