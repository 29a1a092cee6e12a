"""How a stage obeys velocities: the scenario's truth is found again."""

import numpy as np
import pytest

from hardware.sim.dynamics import SimulatedMechanics
from hardware.sim.scenario import StageDynamics
from hardware.types import StageState
from tracker.calibrate.drive import Drive
from tracker.calibrate.feed import Sent
from tracker.calibrate.motion import fit_motion
from tracker.calibrate.trial import creep, pseudo_random, run_trial
from tracker.errors import CalibrationError, UsageError

REACH_UM = 250.0
PERIOD_S = 0.025


def trial(rig):
    drive = Drive(rig.feed, speed_um_s=300.0)
    test = pseudo_random(seconds=3.0, period_s=rig.period_s, speed_um_s=800.0, reach_um=REACH_UM)
    return drive, run_trial(drive, test, is_seen=False)


@pytest.mark.parametrize(
    "stage",
    [
        {},
        {"acceleration_um_s2": 15_000.0, "lag_s": 0.02},
        {"acceleration_um_s2": 30_000.0, "settle_s": 0.015},
        {"velocity_unit_um_s": 2.0, "count_um": 0.5},
        {"acceleration_um_s2": 120_000.0, "lag_s": 0.001},
        {"acceleration_um_s2": 20_000.0, "settle_s": 0.03, "lag_s": 0.03},
    ],
    ids=["default", "slow", "settling", "coarse", "sudden", "sluggish"],
)
def test_delay_acceleration_and_settling_are_the_scenarios(make_rig, stage):
    rig = make_rig(stage=stage)
    truth = rig.scenario.stage

    _, trace = trial(rig)
    fit = fit_motion(trace.sent, trace.states)

    wire_s = 26 * 10 / truth.baud
    assert fit.unit_ratio == pytest.approx(1.0, rel=0.002)
    assert fit.delay_s == pytest.approx(truth.lag_s + wire_s, abs=5e-4)
    assert fit.acceleration_um_s2 == pytest.approx(truth.acceleration_um_s2, rel=0.05)
    assert fit.settle_s == pytest.approx(truth.settle_s, rel=0.05, abs=5e-4)


def told_wrongly(ratio, *, late_s=0.0, noise_um=0.0, y_later_s=0.0):
    """Return a test on a stage whose unit the driver has wrong, some commands coming late."""
    draw = np.random.default_rng(4)
    stage = SimulatedMechanics(StageDynamics())
    sent, states = [], []
    test = pseudo_random(seconds=4.0, period_s=PERIOD_S, speed_um_s=800.0, reach_um=REACH_UM)
    for turn, velocity_um_s in enumerate(test):
        t_s = 1.0 + turn * PERIOD_S
        for t_ask_s in t_s + np.arange(0.001, PERIOD_S, 0.006):
            states.append((t_ask_s, None))
        was_late = draw.random() < 0.2
        sent.append(Sent(written_s=t_s, velocity_um_s=velocity_um_s))
        for axis, later_s in ((0, 0.0), (1, y_later_s)):
            stage.run_axis(axis, t_s + was_late * late_s + later_s, ratio * velocity_um_s[axis])
        told = [(ask_s, stage.stage_um(ask_s)) for ask_s, _ in states[-5:] if ask_s > t_s]
        states[-len(told) :] = told
    return sent, [
        StageState(t_s=t_s, position_um=place_um + draw.normal(0.0, noise_um, 2))
        for t_s, place_um in states
    ]


@pytest.mark.parametrize("ratio", [0.5, 1.2, 2.5])
def test_a_wrong_velocity_unit_is_measured(ratio):
    fit = fit_motion(*told_wrongly(ratio, noise_um=0.1))

    assert fit.unit_ratio == pytest.approx(ratio, rel=0.002)
    assert fit.acceleration_um_s2 == pytest.approx(60_000.0, rel=0.05)
    assert fit.delay_s == pytest.approx(0.006, abs=5e-4)


@pytest.mark.parametrize("late_s", [0.003, 0.009])
def test_commands_that_come_late_now_and_then_do_not_spoil_the_rest(late_s):
    fit = fit_motion(*told_wrongly(1.0, late_s=late_s))

    assert fit.unit_ratio == pytest.approx(1.0, rel=0.002)
    assert fit.delay_s == pytest.approx(0.006, abs=5e-4)
    assert fit.acceleration_um_s2 == pytest.approx(60_000.0, rel=0.05)


def test_positions_that_are_read_late_now_and_then_do_not_spoil_the_rest():
    sent, states = told_wrongly(1.0)
    draw = np.random.default_rng(6)
    late_s = np.where(draw.random(len(states)) < 0.05, 0.003, 0.0)
    stamped = [
        StageState(t_s=state.t_s + by_s, position_um=state.position_um)
        for state, by_s in zip(states, late_s.tolist(), strict=True)
    ]

    fit = fit_motion(sent, stamped)

    assert fit.unit_ratio == pytest.approx(1.0, rel=0.002)
    assert fit.delay_s == pytest.approx(0.006, abs=5e-4)
    assert fit.acceleration_um_s2 == pytest.approx(60_000.0, rel=0.05)


def test_axes_that_are_told_one_after_the_other_have_delays_of_their_own():
    fit = fit_motion(*told_wrongly(1.0, y_later_s=0.0011))

    assert fit.delay_by_axis_s == pytest.approx((0.006, 0.0071), abs=2e-4)
    assert fit.acceleration_um_s2 == pytest.approx(60_000.0, rel=0.02)


def test_a_stage_that_moves_as_it_likes_is_refused():
    sent, states = told_wrongly(1.0)
    draw = np.random.default_rng(1)
    strayed = [StageState(t_s=state.t_s, position_um=draw.normal(0.0, 50.0, 2)) for state in states]

    with pytest.raises(CalibrationError, match="joystick"):
        fit_motion(sent, strayed)


def test_a_stage_that_stands_is_refused():
    sent, states = told_wrongly(1.0)
    standing = [StageState(t_s=state.t_s, position_um=np.zeros(2)) for state in states]

    with pytest.raises(CalibrationError, match="held or switched off"):
        fit_motion(sent, standing)


def test_a_creep_tells_the_unit_before_anything_fast_is_tried(make_rig):
    rig = make_rig()
    drive = Drive(rig.feed, speed_um_s=300.0)

    assert creep(drive, period_s=rig.period_s) == pytest.approx(1.0, abs=0.02)


def test_a_stage_that_creeps_ten_times_too_fast_is_tested_no_further(make_rig):
    rig = make_rig()
    drive = Drive(rig.feed, speed_um_s=300.0)
    set_velocity = rig.rig.stage.set_velocity
    rig.rig.stage.set_velocity = lambda velocity_um_s: set_velocity(10.0 * velocity_um_s) / 10.0

    with pytest.raises(CalibrationError, match=r"multiply rig\.stage\.velocity_unit_um_s by 10"):
        creep(drive, period_s=rig.period_s)


def test_the_test_stays_within_its_reach(make_rig):
    drive, trace = trial(make_rig())

    places_um = np.array([state.position_um for state in trace.states])
    assert np.abs(places_um - drive.start_um).max() < REACH_UM
    assert drive.here_um == pytest.approx(drive.start_um, abs=3.0)


def test_a_test_too_fast_for_its_reach_is_refused():
    with pytest.raises(UsageError, match="--size"):
        pseudo_random(seconds=3.0, period_s=0.025, speed_um_s=3000.0, reach_um=100.0)
