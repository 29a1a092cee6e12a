"""Test moves: what they are, and what they say of a calibration."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.safety.sign_check import SignCheck, Verdict, _fit, describe, judge

FRAME_S = 0.025


def turned(degrees):
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cos, -sin], [sin, cos]])


WRONG = {
    "180": turned(180),
    "90": turned(90),
    "-90": turned(-90),
    "60": turned(60),
    "mirrored in x": np.diag([-1.0, 1.0]),
    "mirrored in y": np.diag([1.0, -1.0]),
    "twice as large": 2.0 * np.eye(2),
}


def check_calibration(matrix, *, seed=1, misses=0.0, is_slipping=False, frame_s=FRAME_S):
    """Carry a check out on a crawling head; return the finding, and how far the stage went."""
    draw = np.random.default_rng(seed)
    check = SignCheck(max_speed_um_s=3000.0, frame_s=frame_s)
    stage_um, went_um = np.zeros(2), 0.0
    heading = draw.uniform(0.0, 2.0 * math.pi)
    ahead = np.array([math.cos(heading), math.sin(heading)])
    aside, phase = np.array([-ahead[1], ahead[0]]), draw.uniform(0.0, 2.0 * math.pi)
    for tick in range(2000):
        t_s = 5.0 + tick * frame_s
        swing_um = 60.0 * math.sin(2.0 * math.pi * 0.8 * t_s + phase)
        head_um = 350.0 * (t_s - 5.0) * ahead + swing_um * aside
        seen_from = head_um if is_slipping else head_um - stage_um
        off_um = matrix @ seen_from + draw.normal(0.0, 2.0, 2)
        finding = check.learn(t_s, stage_um, None if draw.random() < misses else off_um)
        if finding is not None:
            return finding, went_um
        stage_um = stage_um + check.steer(t_s + 0.02) * frame_s
        went_um = max(went_um, math.hypot(*stage_um))
    raise AssertionError("no finding")


@pytest.mark.parametrize("seed", range(30))
def test_a_right_calibration_is_found_right_under_a_crawling_worm(seed):
    finding, _ = check_calibration(np.eye(2), seed=seed)

    assert finding.verdict is Verdict.RIGHT


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_calibration_is_found_wrong(name, seed):
    finding, _ = check_calibration(WRONG[name], seed=seed)

    assert finding.verdict is Verdict.WRONG


@pytest.mark.parametrize("degrees", [5.0, -10.0, 20.0])
def test_a_calibration_that_is_a_little_turned_is_not_refused(degrees):
    finding, _ = check_calibration(turned(degrees))

    assert finding.verdict is Verdict.RIGHT
    assert float(finding.why.split("turned by ")[1].split()[0]) == pytest.approx(degrees, abs=4.0)


def test_between_right_and_wrong_nothing_is_decided():
    finding, _ = check_calibration(turned(45))

    assert finding.verdict is Verdict.UNDECIDED
    assert "turned by 4" in finding.why


def test_a_picture_that_does_not_follow_the_stage_decides_nothing():
    finding, _ = check_calibration(np.eye(2), is_slipping=True)

    assert finding.verdict is Verdict.UNDECIDED
    assert finding.why == "what is seen does not move against the stage"


def test_a_head_that_is_hardly_seen_decides_nothing():
    finding, _ = check_calibration(np.eye(2), misses=0.6)

    assert finding.verdict is Verdict.UNDECIDED
    assert "pictures" in finding.why


def test_no_head_is_waited_for_two_seconds():
    check = SignCheck(max_speed_um_s=3000.0, frame_s=FRAME_S)
    findings = [check.learn(10.0 + tick * FRAME_S, np.zeros(2), None) for tick in range(82)]

    assert findings[:81] == [None] * 81
    assert findings[81].verdict is Verdict.UNDECIDED
    assert findings[81].why == "no head was seen"
    assert not check.steer(12.0).any()


@pytest.mark.parametrize("frame_s", [0.005, 0.025, 0.05, 0.1])
def test_any_usual_camera_will_do(frame_s):
    right, _ = check_calibration(np.eye(2), frame_s=frame_s)
    wrong, _ = check_calibration(turned(180), frame_s=frame_s)

    assert right.verdict is not Verdict.WRONG
    assert wrong.verdict is not Verdict.RIGHT


def test_the_moves_are_small_and_end_where_they_began():
    check = SignCheck(max_speed_um_s=3000.0, frame_s=0.001)
    check.learn(1.0, np.zeros(2), np.zeros(2))
    times_s = np.arange(1.0, 1.0 + check.lasts_s, 0.001)
    places_um = np.cumsum([check.steer(t_s) * 0.001 for t_s in times_s], axis=0)

    assert check.lasts_s == pytest.approx(0.8)
    assert np.ptp(places_um, axis=0) == pytest.approx([50.0, 50.0], rel=0.01)
    assert np.hypot(*places_um[-1]) < 2.0
    assert not check.steer(1.0 + check.lasts_s + 0.001).any()


def test_a_slow_stage_is_asked_for_half_its_speed():
    check = SignCheck(max_speed_um_s=400.0, frame_s=FRAME_S)
    check.learn(1.0, np.zeros(2), np.zeros(2))

    assert np.hypot(*check.steer(1.1)) == pytest.approx(200.0)


def test_nothing_moves_before_a_head_was_seen():
    check = SignCheck(max_speed_um_s=3000.0, frame_s=FRAME_S)
    check.learn(1.0, np.zeros(2), None)

    assert not check.steer(1.0).any()


@settings(max_examples=50)
@given(
    angle_deg=st.floats(-180, 180),
    scale=st.floats(0.3, 3.0),
    is_mirrored=st.booleans(),
    noise_um=st.floats(0.0, 60.0),
    seed=st.integers(0, 1000),
)
def test_however_noisy_right_is_never_called_wrong_nor_wrong_right(
    angle_deg, scale, is_mirrored, noise_um, seed
):
    matrix = scale * turned(angle_deg) @ np.diag([-1.0 if is_mirrored else 1.0, 1.0])
    t_s = np.arange(0.0, 0.8, FRAME_S)
    stage_um = 25.0 * np.stack([np.cos(31.4 * t_s), np.sin(31.4 * t_s)], axis=1)
    noise = np.random.default_rng(seed).normal(0.0, noise_um, (len(t_s), 2))
    off_by = np.linalg.norm(matrix - np.eye(2), 2)

    finding = judge(t_s, stage_um, noise - stage_um @ matrix.T)

    assert finding.verdict is not Verdict.WRONG or off_by > 0.5
    assert finding.verdict is not Verdict.RIGHT or off_by < 0.9


def test_what_is_wrong_is_said_in_words():
    assert describe(np.diag([2.0, -2.0])) == (
        "the picture moves mirrored, 2.00 times as far as the calibration says"
    )
    assert "turned by 90 degrees, 1.00 times" in describe(turned(90))
    assert "turned by -30 degrees, 0.50 times" in describe(0.5 * turned(-30))


T_S = np.arange(100.0, 100.8, FRAME_S)
CIRCLE_UM = 25.0 * np.stack([np.cos(31.416 * T_S), np.sin(31.416 * T_S)], axis=1) + [7e3, -3e3]


@pytest.mark.parametrize(
    ("matrix", "verdict"),
    [
        (np.diag([1.55, 1.0]), Verdict.RIGHT),
        (np.diag([1.0, 1.65]), Verdict.UNDECIDED),
        (np.diag([1.0, 1.75]), Verdict.UNDECIDED),
        (np.diag([1.85, 1.0]), Verdict.WRONG),
        (np.diag([-0.45, 1.0]), Verdict.WRONG),
        (np.diag([-0.35, 1.0]), Verdict.UNDECIDED),
        (np.diag([0.35, -0.35]), Verdict.UNDECIDED),
        (np.diag([0.45, -0.45]), Verdict.WRONG),
    ],
)
def test_the_bounds_between_the_verdicts_are_these(matrix, verdict):
    finding = judge(T_S, CIRCLE_UM, -(CIRCLE_UM - CIRCLE_UM[0]) @ matrix.T)

    assert finding.verdict is verdict


def test_what_hardly_moves_is_said_so_only_where_that_is_sure():
    still = judge(T_S, CIRCLE_UM, -0.1 * CIRCLE_UM)
    unsure = judge(T_S, CIRCLE_UM, np.random.default_rng(1).normal(0.0, 60.0, CIRCLE_UM.shape))

    assert still.why == "what is seen does not move against the stage"
    assert "give or take" in unsure.why


@pytest.mark.parametrize("axis", [0, 1])
def test_the_doubt_is_three_standard_errors_of_the_worse_axis(axis):
    doubts, misses = [], []
    for seed in range(200):
        noise_um = np.random.default_rng(seed).normal(0.0, 0.2, CIRCLE_UM.shape)
        noise_um[:, axis] *= 20.0
        matrix, error = _fit(T_S, CIRCLE_UM, noise_um - CIRCLE_UM)
        doubts.append(error)
        misses.append((matrix - np.eye(2))[axis])

    assert np.median(doubts) == pytest.approx(np.std(misses), rel=0.12)


def test_a_smooth_path_of_the_animal_s_own_changes_nothing():
    since_s = (T_S - T_S[0])[:, np.newaxis]
    path_um = 300.0 * since_s + 400.0 * since_s**2 - 500.0 * since_s**3 + 200.0 * since_s**4
    matrix = np.array([[1.1, 0.2], [-0.3, 0.9]])

    found, error = _fit(T_S, CIRCLE_UM, path_um * [1.0, -0.5] - CIRCLE_UM @ matrix.T)

    assert found == pytest.approx(matrix, abs=1e-6)
    assert error < 1e-6


def test_the_circle_begins_northwards_and_turns_west():
    check = SignCheck(max_speed_um_s=3000.0, frame_s=FRAME_S)
    check.learn(7.0, np.zeros(2), np.zeros(2))

    speed_um_s = 25.0 * 2.0 * math.pi / 0.2
    assert check.steer(7.0) == pytest.approx([0.0, speed_um_s])
    assert check.steer(7.05) == pytest.approx([-speed_um_s, 0.0], abs=1e-6)


@pytest.mark.parametrize(("seen", "is_judged"), [(21, False), (25, True)])
def test_seven_of_ten_pictures_must_show_the_head(seen, is_judged):
    check = SignCheck(max_speed_um_s=3000.0, frame_s=FRAME_S)
    shown = np.linspace(1, 33, seen).astype(int)
    for tick in range(60):
        t_s = 7.0 + tick * FRAME_S
        is_shown = tick == 0 or tick in shown
        finding = check.learn(t_s, np.zeros(2), np.ones(2) if is_shown else None)
        if finding is not None:
            break

    assert ("pictures" not in finding.why) == is_judged
