"""The guard on a stage that really follows, with its delay and its ramps."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.messages import GuardAction

velocities = st.tuples(*[st.floats(-6000, 6000) | st.sampled_from([math.nan, math.inf, 1e300])] * 2)
steps = st.lists(
    st.tuples(
        velocities,
        st.floats(0.001, 0.3),  # until the next command
        st.floats(-0.05, 0.3),  # age of its frame
        st.floats(0, 1),  # since the head was seen
        st.booleans(),  # whether positions come meanwhile
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps=steps, start_um=st.tuples(st.floats(-950, 950), st.floats(-750, 1150)))
def test_no_sequence_of_commands_drives_the_stage_out_of_its_box(make_rig, steps, start_um):
    rig = make_rig(start_um)
    rig.wait(0.01)
    for velocity_um_s, pause_s, age_s, unseen_s, is_heard in steps:
        rig.stage.is_silent = not is_heard
        guarded = rig.command(velocity_um_s, frame_age_s=age_s, unseen_s=unseen_s)
        assert math.hypot(*guarded.sent_um_s) <= rig.stage.limits.max_speed_um_s + 0.1
        rig.wait(pause_s)
    rig.wait(0.5)

    reached_um = np.array(rig.reached_um)
    assert (reached_um >= rig.stage.limits.lower_um - 0.1).all()
    assert (reached_um <= rig.stage.limits.upper_um + 0.1).all()
    assert rig.speed_um_s() == 0.0


@pytest.mark.parametrize("period_s", [0.005, 0.025, 0.1])
@pytest.mark.parametrize("way", [(1.0, 0.0), (-1.0, 1.0), (0.0, -1.0), (1.0, 1.0)])
def test_full_speed_at_an_edge_ends_before_it(rig, way, period_s):
    for _ in range(round(2.0 / period_s)):
        rig.command(np.array(way) * 1e5)
        rig.wait(period_s)

    edge_um = np.where(np.array(way) > 0.0, rig.stage.limits.upper_um, rig.stage.limits.lower_um)
    goes = np.array(way) != 0.0
    left_um = np.abs(edge_um - rig.reached_um[-1])[goes]
    assert (np.array(rig.reached_um) <= rig.stage.limits.upper_um).all()
    assert (np.array(rig.reached_um) >= rig.stage.limits.lower_um).all()
    assert (left_um < 5.0).all()


def test_nothing_moves_before_a_position_is_known(make_rig):
    rig = make_rig()

    guarded = rig.command([500.0, 0.0])

    assert not guarded.sent_um_s.any()
    assert guarded.action & GuardAction.UNPLACED


def test_a_moving_stage_that_no_longer_says_where_it_is_is_halted(rig):
    rig.command([500.0, 0.0])
    rig.stage.is_silent = True
    for _ in range(20):
        rig.wait(0.02)
        rig.command([500.0, 0.0])

    assert rig.halts[0].action is GuardAction.UNPLACED
    assert rig.speed_um_s() == 0.0


def test_a_stage_is_halted_when_it_is_taken_in_charge(make_rig):
    assert make_rig().stage.halts == 1


def test_a_harmless_command_is_sent_as_it_is_and_says_when_it_acts(rig):
    guarded = rig.command([200.0, -100.0], sequence=7)

    assert guarded.sequence == 7
    assert guarded.sent_um_s == pytest.approx([200.0, -100.0])
    assert guarded.action is GuardAction.NONE
    assert guarded.acts_s == pytest.approx(rig.clock.now_s() + rig.stage.command_delay_s)


def test_silence_halts_once_and_latches(rig):
    rig.command([200.0, 0.0])
    rig.wait(0.19)
    assert not rig.halts
    rig.wait(1.0)

    assert [halt.action for halt in rig.halts] == [GuardAction.DEADMAN]
    assert rig.halts[0].sequence == -1
    assert not rig.guard.may_move
    assert rig.speed_um_s() == 0.0


def test_a_thawed_process_does_not_resume_on_stale_news(rig):
    rig.command([200.0, 0.0])
    rig.wait(1.0)

    guarded = rig.command([200.0, 0.0], frame_age_s=1.0)
    rig.wait(0.1)

    assert guarded.action is GuardAction.DEADMAN
    assert not guarded.sent_um_s.any()
    assert rig.speed_um_s() == 0.0


def test_a_fresh_command_ends_the_dead_mans_halt(rig):
    rig.command([200.0, 0.0])
    rig.wait(1.0)

    rig.command([200.0, 0.0])
    rig.wait(0.1)

    assert rig.speed_um_s() == pytest.approx(200.0)


def test_commands_on_one_and_the_same_old_frame_do_not_keep_the_stage_going(rig):
    frame_s = rig.clock.now_s() - 0.01
    for _ in range(60):
        rig.command([200.0, 0.0], frame_age_s=rig.clock.now_s() - frame_s)
        rig.wait(0.01)

    assert rig.halts[0].action is GuardAction.DEADMAN
    assert rig.speed_um_s() == 0.0


def test_the_operators_stop_holds_until_it_is_released(rig):
    rig.command([200.0, 0.0])
    rig.wait(0.05)
    stopped = rig.guard.stop()
    refused = rig.command([200.0, 0.0])
    rig.wait(0.1)

    assert stopped.action is GuardAction.STOPPED
    assert refused.action is GuardAction.STOPPED
    assert not rig.guard.may_move
    assert rig.speed_um_s() == 0.0

    rig.guard.release()
    rig.command([200.0, 0.0])
    rig.wait(0.1)
    assert rig.speed_um_s() == pytest.approx(200.0)


def test_a_lost_head_is_coasted_after_then_the_stage_stands(rig):
    speeds_um_s = []
    for tick in range(40):
        rig.command([200.0, 0.0], unseen_s=tick * 0.025)
        rig.wait(0.025)
        speeds_um_s.append(rig.speed_um_s())

    assert speeds_um_s[12] == pytest.approx(200.0)
    assert 0.0 < speeds_um_s[18] < 200.0
    assert speeds_um_s[25:] == [0.0] * 15


def test_an_unreadable_command_stands_still_and_keeps_the_dead_man_quiet(rig):
    for _ in range(40):
        guarded = rig.command([math.nan, 100.0])
        rig.wait(0.02)

    assert guarded.action & GuardAction.UNREADABLE
    assert not guarded.sent_um_s.any()
    assert not rig.halts


def test_a_halt_that_could_not_be_written_is_tried_again(rig, monkeypatch):
    rig.command([200.0, 0.0])
    with monkeypatch.context() as broken:
        broken.setattr(rig.stage, "stop", _fail)
        rig.clock.advance_to(rig.clock.now_s() + 1.0)
        with pytest.raises(OSError, match="gone"):
            rig.guard.check()

    assert rig.guard.check().action is GuardAction.DEADMAN


def test_closing_halts_and_nothing_moves_afterwards(rig):
    rig.command([200.0, 0.0])
    rig.guard.close()
    refused = rig.command([200.0, 0.0])
    rig.wait(0.1)

    assert rig.stage.is_closed
    assert refused.action is GuardAction.STOPPED
    assert rig.speed_um_s() == 0.0


def _fail():
    raise OSError("gone")


def test_after_a_long_pause_a_velocity_still_jumps_no_further_than_after_a_short_one(rig):
    rig.wait(1.0)

    guarded = rig.command([3000.0, 0.0])

    assert guarded.sent_um_s[0] == pytest.approx(50_000.0 * 0.05, abs=0.1)
    assert guarded.action & GuardAction.ACCELERATION


def test_a_question_reaches_the_stage(rig, monkeypatch):
    asked = []
    monkeypatch.setattr(rig.stage, "ask", lambda: asked.append(1))

    rig.guard.ask()

    assert asked == [1]


@pytest.mark.parametrize("fast_um_s", [600.0, 837.0, 1500.0, 3000.0])
def test_a_fast_command_and_a_slow_one_after_it_end_before_the_edge_together(make_rig, fast_um_s):
    for pause_s in (0.05, 0.1, 0.15, 0.199):
        rig = make_rig((800.0, 0.0))
        rig.wait(0.01)
        for velocity_um_s in (fast_um_s, 175.0, 3000.0, 100.0):
            rig.command([velocity_um_s, 0.0])
            rig.wait(pause_s)
        rig.wait(0.5)

        assert np.array(rig.reached_um)[:, 0].max() <= 1000.0


@pytest.mark.parametrize("way_um", [50.0, 200.0, 400.0])
def test_a_command_that_none_follows_is_braked_before_the_edge_even_by_the_latest_turn(
    make_rig, way_um
):
    rig = make_rig((1000.0 - way_um, 0.0))
    rig.wait(1.0)
    rig.command([3000.0, 0.0])
    rig.wait(0.2, look_s=0.01)  # the switch is about to fall, and is looked at a turn later
    rig.wait(0.5, look_s=0.0099)

    assert rig.halts
    assert 1000.0 - 0.15 * way_um < rig.reached_um[-1][0] <= 1000.0


def test_a_command_soon_after_another_changes_the_velocity_by_little(rig):
    rig.wait(1.0)
    rig.command([0.0, 0.0])
    rig.clock.advance_to(rig.clock.now_s() + 0.004)

    guarded = rig.command([3000.0, 0.0])

    assert guarded.sent_um_s[0] == pytest.approx(50_000.0 * 0.004, abs=0.1)


def test_a_stage_that_was_somewhere_once_is_not_moved_by_that(rig):
    rig.stage.is_silent = True
    for _ in range(12):
        guarded = rig.command([0.0, 0.0])
        rig.wait(0.02)

    guarded = rig.command([500.0, 0.0])

    assert guarded.action is GuardAction.UNPLACED
    assert not guarded.sent_um_s.any()


def test_what_became_of_a_command_is_told_in_full(rig):
    guarded = rig.command([9000.0, 0.0], sequence=3)

    now_s = rig.clock.now_s()
    assert (guarded.sequence, guarded.posted_s, guarded.written_s) == (3, now_s, now_s)
    assert guarded.asked_um_s.tolist() == [9000.0, 0.0]
    assert guarded.sent_um_s == pytest.approx([50_000.0 * 0.01, 0.0], abs=0.1)
