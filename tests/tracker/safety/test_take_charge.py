"""A guard that is made from config.yaml keeps to it, key by key."""

import math

import pytest

from tracker.config import KeepOutCircle, SafetyConfig, SearchConfig
from tracker.messages import GuardAction
from tracker.safety.guard import stage_limits, take_charge

SAFETY = SafetyConfig(
    lower_um=(-1000, -800),
    upper_um=(900, 1200),
    max_speed_um_s=700,
    max_acceleration_um_s2=40_000,
    deadman_s=0.15,
    coast_s=0.1,
    keep_out=(KeepOutCircle(kind="circle", center_um=(0, 500), radius_um=200),),
    search=SearchConfig(speed_um_s=300, out_to_um=2000),
)


def test_the_limits_are_those_of_the_config():
    limits = stage_limits(SAFETY)

    assert limits.lower_um.tolist() == [-1000, -800]
    assert limits.upper_um.tolist() == [900, 1200]
    assert (limits.max_speed_um_s, limits.max_acceleration_um_s2) == (700, 40_000)


@pytest.fixture
def configured(make_rig):
    """A rig whose guard was made from a config."""
    rig = make_rig()
    rig.guard = take_charge(rig.stage, SAFETY, rig.clock)
    rig.wait(0.02)
    return rig


def test_a_guard_keeps_to_the_speed_of_the_config(configured):
    made = configured.command((5000.0, 0.0))

    assert made.sent_um_s == pytest.approx([700.0, 0.0])


def test_a_guard_keeps_to_the_edges_of_the_config(configured):
    configured.track(3.0, (5000.0, 0.0))

    assert 890.0 < configured.reached_um[-1][0] <= 900.0


def test_a_guard_keeps_out_of_the_zones_of_the_config(configured):
    configured.track(2.0, (0.0, 700.0))

    assert 290.0 < configured.reached_um[-1][1] < 300.0


def test_a_guard_coasts_and_halts_by_the_times_of_the_config(configured):
    coasting = configured.command((100.0, 0.0), unseen_s=0.15)
    configured.wait(0.14)
    assert not configured.halts
    configured.wait(0.05)

    assert coasting.sent_um_s == pytest.approx([50.0, 0.0])
    assert [halt.action for halt in configured.halts] == [GuardAction.DEADMAN]


def test_a_guard_searches_at_the_speed_of_the_config(configured):
    made = configured.command((900.0, 0.0), unseen_s=math.nan, is_search=True)

    assert made.sent_um_s == pytest.approx([300.0, 0.0])


def test_a_guard_watches_for_pushes_as_the_config_says(configured):
    configured.track(0.6)
    configured.push((300.0, 0.0))
    configured.track(0.6)

    assert [halt.action for halt in configured.halts] == [GuardAction.PUSHED]


def test_a_guard_whose_config_has_no_search_does_not_search(make_rig):
    rig = make_rig()
    without = SAFETY.model_copy(update={"search": None})
    rig.guard = take_charge(rig.stage, without, rig.clock)
    rig.wait(0.02)

    assert not rig.command((900.0, 0.0), unseen_s=math.nan, is_search=True).sent_um_s.any()
