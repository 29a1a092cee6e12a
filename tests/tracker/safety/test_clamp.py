import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hardware.types import StageLimits
from tracker.messages import GuardAction
from tracker.safety.clamp import Situation, Whereabouts, clamp
from tracker.safety.keep_out import Box

LIMITS = StageLimits(
    lower_um=np.array([-5e3, -4e3]),
    upper_um=np.array([5e3, 6e3]),
    max_speed_um_s=2000.0,
    max_acceleration_um_s2=2e4,
)
anything = arrays(np.float64, 2, elements=st.floats(allow_nan=True, allow_infinity=True))


def vectors(limit):
    return arrays(np.float64, 2, elements=st.floats(-limit, limit))


def within_speed(velocity_um_s):
    return velocity_um_s * min(1.0, 2000.0 / max(math.hypot(*velocity_um_s), 1e-9))


@st.composite
def situations(draw):
    low_um = draw(vectors(8e3))
    wide_um = np.abs(draw(vectors(500.0)))
    is_placed = draw(st.booleans())
    return Situation(
        last_um_s=within_speed(draw(vectors(2e3))),
        since_s=draw(st.floats(0, 0.05)),
        share=draw(st.floats(0, 1)),
        ahead_s=draw(st.floats(0, 0.5)),
        whereabouts=Whereabouts(lowest_um=low_um, highest_um=low_um + wide_um)
        if is_placed
        else None,
    )


@given(velocity_um_s=anything, situation=situations())
def test_nothing_makes_the_stage_faster_than_its_limit(velocity_um_s, situation):
    sent_um_s, _ = clamp(velocity_um_s, situation, LIMITS)

    assert math.hypot(*sent_um_s) <= LIMITS.max_speed_um_s * (1 + 1e-9)


@given(velocity_um_s=anything, situation=situations())
def test_no_velocity_jumps_but_to_slow_down_before_an_edge(velocity_um_s, situation):
    sent_um_s, action = clamp(velocity_um_s, situation, LIMITS)

    step_um_s = np.abs(sent_um_s - situation.last_um_s)
    allowed_um_s = LIMITS.max_acceleration_um_s2 * situation.since_s
    must_brake = action & (GuardAction.TRAVEL | GuardAction.UNPLACED)
    slows_down = np.abs(sent_um_s) <= np.abs(situation.last_um_s) + allowed_um_s + 1e-6
    assert math.hypot(*step_um_s) <= allowed_um_s + 1e-6 or (must_brake and slows_down.all())


@given(velocity_um_s=anything, situation=situations())
def test_what_is_sent_can_be_braked_before_every_edge(velocity_um_s, situation):
    sent_um_s, _ = clamp(velocity_um_s, situation, LIMITS)

    if situation.whereabouts is None:
        assert not sent_um_s.any()
        return
    brake_um = sent_um_s**2 / (math.sqrt(2.0) * LIMITS.max_acceleration_um_s2)
    way_um = np.abs(sent_um_s) * situation.ahead_s + brake_um - 1e-6
    up, down = sent_um_s > 0.0, sent_um_s < 0.0
    assert (way_um[up] <= (LIMITS.upper_um - situation.whereabouts.highest_um)[up]).all()
    assert (way_um[down] <= (situation.whereabouts.lowest_um - LIMITS.lower_um)[down]).all()


@given(velocity_um_s=anything, situation=situations())
def test_whatever_was_altered_is_said(velocity_um_s, situation):
    sent_um_s, action = clamp(velocity_um_s, situation, LIMITS)

    if action is GuardAction.NONE:
        assert (sent_um_s == velocity_um_s).all()


def test_a_harmless_command_passes_as_it_is():
    velocity_um_s = np.array([300.0, -200.0])
    situation = Situation(
        last_um_s=np.array([250.0, -180.0]),
        since_s=0.025,
        share=1.0,
        ahead_s=0.2,
        whereabouts=Whereabouts(lowest_um=np.zeros(2), highest_um=np.zeros(2)),
    )

    sent_um_s, action = clamp(velocity_um_s, situation, LIMITS)

    assert (sent_um_s == velocity_um_s).all()
    assert action is GuardAction.NONE


@pytest.mark.parametrize(
    ("velocity_um_s", "changes", "action"),
    [
        ([3000.0, 0.0], {}, GuardAction.SPEED),
        ([1500.0, 0.0], {}, GuardAction.NONE),
        ([1000.0, 0.0], {"since_s": 0.001}, GuardAction.ACCELERATION),
        ([1900.0, 0.0], {"share": 0.9}, GuardAction.COASTING),
        ([math.nan, 0.0], {"last_um_s": np.zeros(2)}, GuardAction.UNREADABLE),
        ([1800.0, 0.0], {"ahead_s": 3.0}, GuardAction.TRAVEL),
    ],
    ids=["speed", "nothing", "acceleration", "coasting", "unreadable", "travel"],
)
def test_each_alteration_is_said_by_its_own_name(velocity_um_s, changes, action):
    here = Whereabouts(lowest_um=np.zeros(2), highest_um=np.zeros(2))
    situation = Situation(
        last_um_s=np.array([1800.0, 0.0]), since_s=0.05, share=1.0, ahead_s=0.2, whereabouts=here
    )

    _, said = clamp(np.array(velocity_um_s), replace(situation, **changes), LIMITS)

    assert said is action


def standing(**changes):
    here = Whereabouts(lowest_um=np.zeros(2), highest_um=np.zeros(2))
    situation = Situation(
        last_um_s=np.zeros(2), since_s=0.01, share=1.0, ahead_s=0.1, whereabouts=here
    )
    return replace(situation, **changes)


def test_alterations_are_said_together():
    far_off = Whereabouts(lowest_um=np.array([4990.0, 0.0]), highest_um=np.array([4990.0, 0.0]))
    situation = standing(share=0.9, last_um_s=np.array([100.0, 0.0]), whereabouts=far_off)
    before_zone = [Box(np.array([-100.0, 100.0]), np.array([9000.0, 200.0]))]

    _, said = clamp(np.array([1000.0, 9000.0]), situation, LIMITS, before_zone)

    assert said == (
        GuardAction.SPEED
        | GuardAction.COASTING
        | GuardAction.ACCELERATION
        | GuardAction.TRAVEL
        | GuardAction.KEEP_OUT
    )


def test_a_zone_that_is_not_reached_is_not_said():
    far = [Box(np.array([3000.0, 3000.0]), np.array([4000.0, 4000.0]))]

    _, said = clamp(np.array([10.0, 10.0]), standing(), LIMITS, far)

    assert said is GuardAction.NONE


def test_what_a_zone_forbids_is_taken_off_before_the_acceleration_is_shared():
    beside = [Box(np.array([5.0, -2000.0]), np.array([2000.0, 2000.0]))]

    sent_um_s, _ = clamp(np.array([1000.0, 1000.0]), standing(), LIMITS, beside)

    assert sent_um_s[1] == pytest.approx(200.0, rel=0.05)  # all of 2e4 um/s2 in 10 ms, along y


def test_a_zone_has_the_last_word_after_the_acceleration():
    ahead = [Box(np.array([30.0, -2000.0]), np.array([2000.0, 2000.0]))]
    situation = standing(last_um_s=np.array([1000.0, 0.0]))

    sent_um_s, said = clamp(np.array([1000.0, 0.0]), situation, LIMITS, ahead)

    assert 0.0 <= sent_um_s[0] < 300.0
    assert GuardAction.KEEP_OUT in said
