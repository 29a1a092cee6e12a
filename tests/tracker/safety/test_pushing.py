"""Motions that nothing sent explains."""

import numpy as np
import pytest

from hardware.types import StageState
from tracker.safety.pushing import PushWatch
from tracker.safety.sent import SentVelocities

READ_S = 0.007


def watch_stage(told_um_s, goes_um_s, *, seconds=1.0, most_um=50.0, glitch_s=None):
    """Tell a stage velocities and see it go others; return when the watch speaks up, or None."""
    sent, watch = SentVelocities(0.01, 0.0), PushWatch()
    place_um = np.zeros(2)
    for step in range(1, round(seconds / READ_S)):
        t_s = step * READ_S
        if step % 4 == 1:
            sent.remember(np.array(told_um_s(t_s), float), t_s)
        place_um = place_um + np.array(goes_um_s(t_s), float) * READ_S
        seen_um = place_um + (80.0 if glitch_s and abs(t_s - glitch_s) < 0.8 * READ_S else 0.0)
        if watch.see(StageState(t_s=t_s, position_um=seen_um), sent, most_um=most_um):
            return t_s
    return None


def steady(x_um_s, y_um_s=0.0):
    return lambda t_s: (x_um_s, y_um_s)


@pytest.mark.parametrize("speed_um_s", [0.0, 300.0, -1200.0, 3000.0])
def test_a_stage_that_goes_as_told_is_left_in_peace(speed_um_s):
    assert watch_stage(steady(speed_um_s), steady(speed_um_s), seconds=3.0) is None


@pytest.mark.parametrize("ratio", [0.85, 1.15])
def test_a_unit_that_is_a_little_off_is_not_a_push(ratio):
    assert watch_stage(steady(800.0), steady(800.0 * ratio), seconds=3.0) is None


@pytest.mark.parametrize(
    ("told", "goes", "within_s"),
    [
        (steady(0.0), steady(300.0), 0.3),  # a joystick
        (steady(0.0), steady(0.0, -300.0), 0.3),
        (steady(300.0), steady(0.0), 0.4),  # something in its way
        (steady(300.0), steady(-300.0), 0.2),  # an axis reversed
        (steady(300.0), steady(600.0), 0.4),  # a unit that is twice as large
        (steady(0.0), steady(3000.0), 0.06),
    ],
)
def test_what_was_not_sent_is_noticed(told, goes, within_s):
    noticed_s = watch_stage(told, goes)

    assert noticed_s is not None
    assert noticed_s < within_s


@pytest.mark.parametrize("speed_um_s", [90.0, -90.0])
def test_a_slow_drift_within_the_bounds_is_not_noticed(speed_um_s):
    assert watch_stage(steady(0.0), steady(speed_um_s)) is None


def test_a_command_that_is_replaced_may_act_a_little_later():
    def told(t_s):
        return (1500.0, 0.0) if t_s % 0.392 < 0.196 else (-1500.0, 0.0)

    assert watch_stage(told, lambda t_s: told(t_s - 0.04), seconds=3.0) is None
    assert watch_stage(told, lambda t_s: told(t_s - 0.2), seconds=3.0) is not None


def test_one_reply_that_was_read_wrong_is_not_a_push():
    assert watch_stage(steady(0.0), steady(0.0), glitch_s=0.5) is None


def test_what_was_forgotten_no_longer_counts():
    sent, watch = SentVelocities(0.01, 0.0), PushWatch()
    for step in range(1, 200):
        if step % 10 == 0:
            watch.forget()
        state = StageState(t_s=step * READ_S, position_um=np.array([2.5 * step, 0.0]))
        assert not watch.see(state, sent, most_um=50.0)
    assert watch.unexplained_um < 50.0


def test_stamps_that_do_not_rise_say_nothing():
    sent, watch = SentVelocities(0.01, 0.0), PushWatch()
    for step in range(20):
        state = StageState(t_s=1.0, position_um=np.array([100.0 * step, 0.0]))
        assert not watch.see(state, sent, most_um=50.0)


def test_how_much_is_unexplained_is_told():
    sent, watch = SentVelocities(0.01, 0.0), PushWatch()
    for step in range(1, 40):
        state = StageState(t_s=step * 0.01, position_um=np.array([0.0, 3.0 * step]))
        watch.see(state, sent, most_um=1e6)

    assert watch.unexplained_um == pytest.approx(38 * 3.0 - 0.38 * 20.0)


def test_each_axis_is_judged_by_what_it_was_sent_itself():
    assert watch_stage(steady(3000.0), steady(3000.0, 300.0)) is not None
    assert watch_stage(steady(0.0, 3000.0), steady(-300.0, 3000.0)) is not None


def test_what_is_explained_leaves_nothing():
    sent, watch = SentVelocities(0.01, 0.0), PushWatch()
    for step in range(1, 40):
        watch.see(StageState(t_s=step * 0.01, position_um=np.zeros(2)), sent, most_um=50.0)

    assert watch.unexplained_um == 0.0


def test_the_fourth_position_in_a_row_decides_and_one_that_fits_begins_a_new_row():
    sent, watch = SentVelocities(0.01, 0.0), PushWatch()
    places_um = [0.0, 100.0, 100.0, 100.0, 0.0, 100.0, 100.0, 100.0, 100.0]
    said = [
        watch.see(
            StageState(t_s=step * 0.01, position_um=np.array([x_um, 0.0])), sent, most_um=50.0
        )
        for step, x_um in enumerate(places_um, start=1)
    ]

    assert said == [False] * 8 + [True]


def test_a_new_watch_and_one_that_forgot_begin_with_an_empty_row():
    sent, watch = SentVelocities(0.01, 0.0), PushWatch()
    begun = watch.unexplained_um
    times_s = iter(range(1, 99))

    def say_up_to_the_third():
        states = [
            StageState(t_s=0.01 * next(times_s), position_um=np.array([x_um, 0.0]))
            for x_um in (0.0, 100.0, 100.0, 100.0)
        ]
        return [watch.see(state, sent, most_um=50.0) for state in states]

    new = say_up_to_the_third()
    watch.forget()
    forgot = watch.unexplained_um
    again = say_up_to_the_third()

    assert begun == forgot == 0.0
    assert new == again == [False] * 4
