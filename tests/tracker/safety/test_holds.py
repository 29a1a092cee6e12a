"""What makes the guard hold the stage by itself, and how it is let go again."""

import math

import numpy as np
import pytest

from tracker.config import KeepOutCircle, SafetyConfig, SearchConfig
from tracker.messages import GuardAction
from tracker.safety.guard import stage_limits, take_charge

NONE_UM = np.full(2, np.nan)


@pytest.fixture
def watched(make_rig):
    """A rig whose guard watches for pushes, and that has settled."""
    rig = make_rig(unexplained_um=50.0)
    rig.wait(0.05)
    return rig


def track(rig, seconds, velocity_um_s=(0.0, 0.0), *, off_um=NONE_UM, period_s=0.025):
    """Command on; return what was made of each."""
    made = []
    for _ in range(round(seconds / period_s)):
        made.append(rig.command(velocity_um_s, off_um=np.array(off_um)))
        rig.wait(period_s)
    return made


def run_away(rig, ticks=8):
    """Let the head go off twice as fast as the stage goes after it."""
    made, off_um = [], 10.0
    for _ in range(ticks):
        made.append(rig.command((-1500.0, 0.0), off_um=np.array([off_um, 0.0])))
        rig.wait(0.025)
        off_um += 50.0
    return made


def push(rig, velocity_um_s):
    """Let a joystick add to whatever the stage is told from now on."""
    told = rig.stage.mechanics.set_velocity
    joystick_um_s = np.array(velocity_um_s)

    def pushed(t_s, velocity_um_s):
        return told(t_s, velocity_um_s + joystick_um_s) - joystick_um_s

    rig.stage.mechanics.set_velocity = pushed


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
    track(watched, 0.2)
    watched.stage.is_silent = True
    watched.wait(0.1)
    watched.stage.is_silent = False
    watched.wait(0.01)

    made = run_away(watched)

    assert made[-1].action & GuardAction.RUNAWAY == 0


def test_a_joystick_pauses_tracking_and_says_so(watched):
    track(watched, 0.6)
    push(watched, (300.0, 0.0))
    track(watched, 0.6)

    assert [halt.action for halt in watched.halts] == [GuardAction.PUSHED]
    assert "tracking is paused until t is pressed; a joystick" in watched.guard.held_because
    assert watched.command((100.0, 0.0)).action is GuardAction.PUSHED


def test_after_a_push_tracking_goes_on_when_the_operator_says_so(watched):
    track(watched, 0.6)
    push(watched, (300.0, 0.0))
    track(watched, 0.6)
    push(watched, (-300.0, 0.0))
    watched.guard.release()

    made = track(watched, 1.5, (100.0, 0.0))

    assert made[-1].action is GuardAction.NONE
    assert watched.speed_um_s() == pytest.approx(100.0)


def test_an_idle_stage_may_be_driven_by_a_joystick(watched):
    track(watched, 0.6)
    watched.guard.stop()
    push(watched, (800.0, 0.0))
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
    track(watched, 0.6)
    watched.stage.is_silent = True
    watched.wait(0.1)
    watched.stage.is_silent = False
    push(watched, (300.0, 0.0))
    track(watched, 0.3)

    assert not watched.halts


def test_whoever_does_not_want_to_be_watched_is_not(rig):
    track(rig, 0.6)
    push(rig, (300.0, 0.0))
    track(rig, 1.0)

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
    track(configured, 3.0, (5000.0, 0.0))

    assert 890.0 < configured.reached_um[-1][0] <= 900.0


def test_a_guard_keeps_out_of_the_zones_of_the_config(configured):
    track(configured, 2.0, (0.0, 700.0))

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
    track(configured, 0.6)
    push(configured, (300.0, 0.0))
    track(configured, 0.6)

    assert [halt.action for halt in configured.halts] == [GuardAction.PUSHED]


def test_a_halt_of_the_guard_s_own_is_told_in_full(rig):
    rig.command((200.0, 0.0))
    halt = rig.guard.stop()

    now_s = rig.clock.now_s()
    assert halt.sequence == -1
    assert math.isnan(halt.posted_s)
    assert halt.written_s == now_s
    assert halt.acts_s == pytest.approx(now_s + rig.stage.command_delay_s)
    assert halt.asked_um_s.tolist() == halt.sent_um_s.tolist() == [0.0, 0.0]


def test_a_guard_whose_config_has_no_search_does_not_search(make_rig):
    rig = make_rig()
    without = SAFETY.model_copy(update={"search": None})
    rig.guard = take_charge(rig.stage, without, rig.clock)
    rig.wait(0.02)

    assert not rig.command((900.0, 0.0), unseen_s=math.nan, is_search=True).sent_um_s.any()


def test_an_error_told_while_the_stage_is_silent_says_nothing(watched):
    track(watched, 0.2)
    run_away(watched, ticks=2)
    watched.stage.is_silent = True
    watched.wait(0.08)
    made = [
        watched.command((-1500.0, 0.0), off_um=np.array([off_um, 0.0]))
        for off_um in (150.0, 200.0, 250.0, 300.0)
    ]

    assert all(not guarded.action & GuardAction.RUNAWAY for guarded in made)
