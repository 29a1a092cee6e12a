import numpy as np
import pytest

from tracker.control.way import CommandsUnderWay
from tracker.history import StageHistory

STAGE = StageHistory(np.array([0.98, 1.0]), np.array([[8.0, 0.0], [10.0, 0.0]]))


def test_without_commands_the_stage_goes_on_as_it_was():
    assert CommandsUnderWay().stage_um(1.02, STAGE) == pytest.approx([12.0, 0.0])


def test_commands_under_way_are_followed_one_after_another():
    under_way = CommandsUnderWay()
    under_way.add(0.95, np.array([100.0, 0.0]))
    under_way.add(1.01, np.array([0.0, 200.0]))
    under_way.add(1.03, np.array([-300.0, 0.0]))

    assert under_way.stage_um(1.04, STAGE) == pytest.approx([10.0 + 1.0 - 3.0, 4.0])


def test_a_time_that_is_known_needs_no_commands():
    under_way = CommandsUnderWay()
    under_way.add(0.95, np.array([1e4, 0.0]))

    assert under_way.stage_um(0.99, STAGE) == pytest.approx([9.0, 0.0])


def test_a_command_of_long_ago_says_nothing():
    under_way = CommandsUnderWay()
    under_way.add(0.5, np.array([1e4, 0.0]))

    assert under_way.stage_um(1.01, STAGE) == pytest.approx([11.0, 0.0])
