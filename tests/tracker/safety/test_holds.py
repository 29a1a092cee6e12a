"""What makes the guard hold the stage by itself, and how it is let go again."""

import math

import numpy as np
import pytest

from tracker.messages import GuardAction


@pytest.fixture
def watched(make_rig):
    """A rig whose guard watches for pushes, and that has settled."""
    rig = make_rig(unexplained_um=50.0)
    rig.wait(0.05)
    return rig


def run_away(rig, ticks=8):
    """Let the head go off twice as fast as the stage goes after it."""
    made, off_um = [], 10.0
    for _ in range(ticks):
        made.append(rig.command((-1500.0, 0.0), off_um=np.array([off_um, 0.0])))
        rig.wait(0.025)
        off_um += 50.0
    return made


def test_a_runaway_is_halted_at_once_and_held_against_fresh_commands(watched):
    made = run_away(watched)
    watched.wait(0.1)
    insisting = watched.command((500.0, 0.0))

    first, *later = [guarded for guarded in made if guarded.action & GuardAction.RUNAWAY]
    assert first.action is GuardAction.RUNAWAY
    assert not first.sent_um_s.any()
    assert later
    assert insisting.action is GuardAction.RUNAWAY
    assert watched.speed_um_s() == 0.0
    assert "um to follow it: the stage is held until t is pressed" in watched.guard.held_because


def test_a_runaway_is_let_go_by_release_and_a_fresh_command(watched):
    run_away(watched)
    watched.guard.release()
    watched.wait(0.1)
    assert not watched.guard.may_move
    assert watched.guard.held_because == ""

    made = watched.command((200.0, 0.0))
    watched.wait(0.1)

    assert made.action is GuardAction.NONE
    assert watched.speed_um_s() == pytest.approx(200.0)


def test_a_head_that_comes_nearer_is_no_runaway(watched):
    for off_um in (400.0, 340.0, 280.0, 200.0, 120.0, 60.0, 20.0):
        made = watched.command((2400.0, 0.0), off_um=np.array([off_um, 0.0]))
        watched.wait(0.025)

    assert made.action & GuardAction.RUNAWAY == 0
    assert watched.guard.may_move


def test_an_error_that_grows_because_the_guard_held_the_stage_back_is_no_runaway(make_rig):
    rig = make_rig((-900.0, 0.0))
    rig.wait(0.05)

    made = run_away(rig, ticks=20)

    assert made[-1].action & GuardAction.TRAVEL
    assert rig.guard.held_because == ""


def test_an_error_seen_while_positions_were_missing_says_nothing(watched):
    watched.track(0.2)
    watched.stage.is_silent = True
    watched.wait(0.1)
    watched.stage.is_silent = False
    watched.wait(0.01)

    made = run_away(watched)

    assert made[-1].action & GuardAction.RUNAWAY == 0


def test_a_joystick_pauses_tracking_and_says_so(watched):
    watched.track(0.6)
    watched.push((300.0, 0.0))
    watched.track(0.6)

    assert [halt.action for halt in watched.halts] == [GuardAction.PUSHED]
    assert "tracking is paused until t is pressed; a joystick" in watched.guard.held_because
    assert watched.command((100.0, 0.0)).action is GuardAction.PUSHED


def test_after_a_push_tracking_goes_on_when_the_operator_says_so(watched):
    watched.track(0.6)
    watched.push((300.0, 0.0))
    watched.track(0.6)
    watched.push((-300.0, 0.0))
    watched.guard.release()

    made = watched.track(1.5, (100.0, 0.0))

    assert made[-1].action is GuardAction.NONE
    assert watched.speed_um_s() == pytest.approx(100.0)


def test_an_idle_stage_may_be_driven_by_a_joystick(watched):
    watched.track(0.6)
    watched.guard.stop()
    watched.push((800.0, 0.0))
    watched.stage.mechanics.set_velocity(watched.clock.now_s() + 0.01, np.zeros(2))
    watched.wait(1.0)

    assert not watched.halts
    assert watched.guard.held_because == ""


def test_a_stage_that_does_as_it_is_told_is_not_pushed(watched):
    for tick in range(120):
        swing_um_s = 900.0 * np.array([math.sin(0.3 * tick), math.cos(0.2 * tick)])
        watched.command(swing_um_s)
        watched.wait(0.025)

    assert not watched.halts


def test_positions_that_paused_are_no_push(watched):
    watched.track(0.6)
    watched.stage.is_silent = True
    watched.wait(0.1)
    watched.stage.is_silent = False
    watched.push((300.0, 0.0))
    watched.track(0.3)

    assert not watched.halts


def test_whoever_does_not_want_to_be_watched_is_not(rig):
    rig.track(0.6)
    rig.push((300.0, 0.0))
    rig.track(1.0)

    assert not rig.halts


def test_the_operators_stop_takes_a_hold_over(watched):
    run_away(watched)
    watched.guard.stop()

    assert watched.command((100.0, 0.0)).action is GuardAction.STOPPED


def test_a_search_goes_at_its_own_speed_though_no_head_was_seen(make_rig):
    rig = make_rig(search_um_s=400.0)
    rig.wait(0.01)
    made = [rig.command((900.0, 0.0), unseen_s=math.nan, is_search=True)]
    rig.wait(0.05)

    assert made[0].action == GuardAction.SEARCHING | GuardAction.SPEED
    assert made[0].sent_um_s == pytest.approx([400.0, 0.0])
    assert rig.speed_um_s() == pytest.approx(400.0)


def test_nobody_searches_where_config_yaml_does_not_say_so(rig):
    made = rig.command((900.0, 0.0), unseen_s=math.nan, is_search=True)

    assert not made.sent_um_s.any()
    assert made.action & GuardAction.SEARCHING == 0


def test_a_search_halts_at_the_edge_and_with_the_dead_man_as_anything_else(make_rig):
    rig = make_rig((0.0, 0.0), search_um_s=3000.0)
    rig.wait(0.01)
    for _ in range(60):
        made = rig.command((3000.0, 0.0), unseen_s=math.nan, is_search=True)
        rig.wait(0.02)
    rig.wait(0.5)

    assert made.action & GuardAction.TRAVEL
    assert rig.reached_um[-1][0] <= 1000.0
    assert rig.halts[-1].action is GuardAction.DEADMAN


def test_a_halt_of_the_guard_s_own_is_told_in_full(rig):
    rig.command((200.0, 0.0))
    halt = rig.guard.stop()

    now_s = rig.clock.now_s()
    assert halt.sequence == -1
    assert math.isnan(halt.posted_s)
    assert halt.written_s == now_s
    assert halt.acts_s == pytest.approx(now_s + rig.stage.command_delay_s)
    assert halt.asked_um_s.tolist() == halt.sent_um_s.tolist() == [0.0, 0.0]


def test_an_error_told_while_the_stage_is_silent_says_nothing(watched):
    watched.track(0.2)
    run_away(watched, ticks=2)
    watched.stage.is_silent = True
    watched.wait(0.08)
    made = [
        watched.command((-1500.0, 0.0), off_um=np.array([off_um, 0.0]))
        for off_um in (150.0, 200.0, 250.0, 300.0)
    ]

    assert all(not guarded.action & GuardAction.RUNAWAY for guarded in made)
