"""The simulated stage keeps the laws of motion and its own bounds."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.sim.axis import AtVelocity, Axis, Phase, ToPosition, phase_at, plan
from hardware.sim.dynamics import SimulatedMechanics
from hardware.sim.motion_log import MOTION_ROW
from hardware.sim.play import Path, after_backlash
from hardware.sim.scenario import StageDynamics

AXIS = Axis(acceleration_um_s2=60_000.0, max_speed_um_s=4000.0, lower_um=-1000.0, upper_um=1000.0)
places = st.floats(-1000, 1000)
speeds = st.floats(-4000, 4000)
goals = st.one_of(st.builds(AtVelocity, st.floats(-9e3, 9e3)), st.builds(ToPosition, places))
TIMES_S = np.linspace(0.0, 3.0, 151)


def path_um(phases):
    return np.array([phase_at(phases, t_s).position_um for t_s in TIMES_S])


@given(position_um=places, velocity_um_s=speeds, goal=goals)
def test_no_goal_leaves_the_travel_or_outruns_the_motor(position_um, velocity_um_s, goal):
    path = plan(Phase(0.0, position_um, velocity_um_s, 0.0), goal, AXIS)

    places_um = path_um(path)
    assert places_um.min() >= AXIS.lower_um - 1e-6
    assert places_um.max() <= AXIS.upper_um + 1e-6
    assert np.abs(np.diff(places_um)).max() <= AXIS.max_speed_um_s * TIMES_S[1] * (1 + 1e-9)
    assert len(path) <= 12


@given(position_um=places, velocity_um_s=speeds, goal_um=places)
def test_a_move_ends_at_rest_where_it_was_meant_to(position_um, velocity_um_s, goal_um):
    path = plan(Phase(0.0, position_um, velocity_um_s, 0.0), ToPosition(goal_um), AXIS)

    end = phase_at(path, 3.0)
    assert end.position_um == pytest.approx(goal_um, abs=1e-6)
    assert end.velocity_um_s == 0.0


@given(position_um=places, velocity_um_s=speeds, goal=goals)
def test_a_path_has_no_jumps(position_um, velocity_um_s, goal):
    path = plan(Phase(0.0, position_um, velocity_um_s, 0.0), goal, AXIS)

    for before, after in itertools.pairwise(path):
        assert before.at(after.starts_s).position_um == pytest.approx(after.position_um, abs=1e-5)
        assert after.starts_s >= before.starts_s


def test_a_command_acts_after_the_lag_and_no_faster_than_the_motor_may():
    stage = SimulatedMechanics(StageDynamics(lag_s=0.006, acceleration_um_s2=60_000.0))

    given_um_s = stage.set_velocity(1.0, np.array([600.0, -123.456]))

    assert given_um_s == pytest.approx([600.0, -123.5])
    assert stage.stage_um(1.006) == pytest.approx([0.0, 0.0])
    assert stage.stage_um(1.016)[0] == pytest.approx(0.5 * 60_000.0 * 0.01**2)
    assert stage.velocity_um_s(2.0) == pytest.approx([600.0, -123.5])


def test_a_later_command_pre_empts_a_move():
    stage = SimulatedMechanics(StageDynamics(lag_s=0.0))

    stage.move_by(0.0, np.array([1000.0, 0.0]))
    stage.halt(0.1)

    assert 0.0 < stage.stage_um(5.0)[0] < 1000.0
    assert stage.velocity_um_s(5.0) == pytest.approx([0.0, 0.0])


def test_the_stage_stops_hard_at_its_travel_and_comes_back_when_told():
    stage = SimulatedMechanics(StageDynamics(upper_um=(500.0, 500.0)))

    stage.set_velocity(0.0, np.array([2000.0, 0.0]))
    stage.set_velocity(2.0, np.array([-100.0, 0.0]))

    assert stage.stage_um(1.9)[0] == pytest.approx(500.0)
    assert stage.velocity_um_s(1.9)[0] == 0.0
    assert stage.stage_um(3.0)[0] == pytest.approx(400.0, abs=2.0)


def test_commands_do_not_go_back_in_time_but_questions_may():
    stage = SimulatedMechanics(StageDynamics())
    for tick in range(200):
        stage.set_velocity(tick * 0.025, np.array([100.0, 0.0]))

    with pytest.raises(ValueError, match="cannot go back"):
        stage.halt(4.0)
    assert stage.stage_um(4.2)[0] == pytest.approx(419.3, abs=0.5)


def test_the_encoder_does_not_see_the_play_but_the_load_does():
    stage = SimulatedMechanics(StageDynamics(backlash_um=10.0, lag_s=0.0, count_um=0.05))

    stage.move_by(0.0, np.array([100.0, 0.0]))
    stage.move_by(1.0, np.array([-50.0, 0.0]))

    assert stage.encoder_counts(0, 0.9) == 2000
    assert stage.stage_um(0.9)[0] == pytest.approx(95.0)
    assert stage.stage_um(1.9)[0] == pytest.approx(55.0)


@given(
    goals=st.lists(goals, min_size=1, max_size=4),
    backlash_um=st.floats(0.1, 50),
)
def test_a_load_is_never_farther_from_its_motor_than_the_play(goals, backlash_um):
    state, load_um = Phase(0.0, 0.0, 0.0, 0.0), 0.0
    for goal in goals:
        motor = plan(state, goal, AXIS)
        load = after_backlash(motor, load_um, backlash_um)

        assert np.abs(path_um(motor) - path_um(load)).max() <= backlash_um / 2 + 1e-5
        assert len(load) <= MOTION_ROW["phases"].shape[0]
        state = phase_at(motor, 0.15)._replace(starts_s=0.0)
        load_um = phase_at(load, 0.15).position_um


def test_settling_follows_its_path_like_a_first_order_lag():
    phases = plan(Phase(0.0, 0.0, 0.0, 0.0), AtVelocity(1000.0), AXIS)
    path = Path(phases, 0.0, 0.02)

    fine_s, here_um = 1e-5, 0.0
    for step in range(20_000):
        wish_um = phase_at(phases, (step + 0.5) * fine_s).position_um
        here_um += fine_s / 0.02 * (wish_um - here_um)

    assert path.position_um(0.2) == pytest.approx(here_um, abs=0.02)
    assert path.velocity_um_s(0.5) == pytest.approx(1000.0)
