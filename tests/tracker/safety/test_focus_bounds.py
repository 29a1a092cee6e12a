"""The focus guard at its very bounds, on a drive that says what it is told to say."""

import math

import pytest

from hardware.clock import SteppedClock
from hardware.errors import ConfigMismatchError
from hardware.focus import FocusLimits, FocusState
from tracker.messages import FocusAction
from tracker.safety.focus_guard import FocusGuard, take_charge_of_focus

LIMITS = FocusLimits(floor_um=-20.0, ceiling_um=60.0, max_speed_um_s=10.0)


class PuppetDrive:
    """Says `z_um`, follows nothing."""

    shares_line = awaits_reply = False

    def __init__(self, clock, limits=LIMITS, step_um=1.0):
        self.clock, self.limits, self.step_um = clock, limits, step_um
        self.z_um, self.targets, self.halts, self.is_closed = 0.0, [], 0, False

    def ask(self):
        pass

    def answer(self):
        return FocusState(t_s=self.clock.now_s(), z_um=self.z_um)

    def move_to(self, z_um):
        self.targets.append(z_um)

    def halt(self):
        self.halts += 1

    def close(self):
        self.is_closed = True


class Puppet:
    def __init__(self, **changes):
        self.clock = SteppedClock(0.0)
        self.drive = PuppetDrive(self.clock, **changes)
        self.guard = FocusGuard(self.drive, self.clock)

    def turn(self, seconds, *, z_um=None):
        """Let time pass, hear where the drive is, and take a turn."""
        self.clock.advance_to(self.clock.now_s() + seconds)
        self.drive.z_um = self.drive.z_um if z_um is None else z_um
        self.guard.answer()
        return self.guard.turn()

    def report(self):
        return self.guard.report(FocusState(t_s=0.5, z_um=3.0))


@pytest.fixture
def puppet():
    made = Puppet()
    made.guard.answer()
    return made


def test_a_report_tells_times_height_goal_and_target(puppet):
    idle = puppet.report()
    puppet.guard.go_to(5.0)
    puppet.turn(0.125)
    busy = puppet.report()

    assert (idle.t_s, idle.received_s, idle.z_um) == (0.5, 0.0, 3.0)
    assert math.isnan(idle.goal_um)
    assert math.isnan(idle.target_um)
    assert idle.action is FocusAction.NONE
    assert (busy.received_s, busy.goal_um, busy.target_um) == (0.125, 5.0, 1.0)
    assert busy.action is FocusAction.NONE


def test_a_report_says_that_a_goal_was_cut_at_either_end(puppet):
    puppet.guard.go_to(-500.0)
    floor = puppet.report().action
    puppet.guard.go_to(500.0)

    assert floor is FocusAction.FLOOR
    assert puppet.report().action is FocusAction.CEILING


def test_a_report_says_stopped_and_held_together(puppet):
    puppet.guard.stop()
    stopped = puppet.report().action
    for _ in range(2):
        puppet.turn(0.1, z_um=-30.0)

    assert stopped is FocusAction.STOPPED
    assert puppet.report().action == FocusAction.STOPPED | FocusAction.HELD


def test_a_turn_says_whether_a_target_was_sent(puppet):
    without_goal = puppet.turn(0.25)
    puppet.guard.go_to(2.0)
    first = puppet.turn(0.25)
    waiting = puppet.turn(0.25)
    again = puppet.turn(0.25)
    there = puppet.turn(0.5, z_um=1.0)

    assert (without_goal, first, waiting, again) == (False, True, False, True)
    assert puppet.drive.targets == [2.0, 2.0]
    assert not there  # within a step of it: that is as near as the drive can say
    assert math.isnan(puppet.report().goal_um)


def test_a_goal_without_a_recent_height_sends_nothing_and_halts(puppet):
    puppet.guard.go_to(30.0)
    puppet.clock.advance_to(1.25)

    assert puppet.guard.turn() is False
    assert puppet.drive.halts == 2
    assert puppet.drive.targets == []


def test_a_height_counts_for_a_whole_second(puppet):
    puppet.clock.advance_to(1.0)
    puppet.guard.go_to(5.0)

    assert puppet.report().goal_um == 5.0


def test_ways_shorter_than_a_step_add_up_to_no_more_than_the_speed(puppet):
    puppet.guard.go_to(30.0)
    given = [(puppet.clock.now_s(), puppet.turn(1 / 64)) for _ in range(64)]

    assert sum(was_sent for _, was_sent in given) == len(puppet.drive.targets)
    assert puppet.drive.targets[:4] == [0.0, 1.0, 2.0, 3.0]
    assert 6.0 <= puppet.drive.targets[-1] <= 10.0  # a second at ten micrometres a second


def test_a_drive_that_does_not_follow_is_not_led_far_away(puppet):
    puppet.guard.go_to(60.0)
    for _ in range(40):
        puppet.turn(0.25)

    # two steps' ways and twice the slack ahead of where it is, and one way from there
    assert max(puppet.drive.targets) == 8.0


@pytest.mark.parametrize(("z_um", "is_within"), [
    (-21.0, True), (-21.01, False), (61.0, True), (61.01, False), (-20.0, True), (60.0, True),
])  # fmt: skip
def test_what_lies_within_the_slack_is_no_breach(puppet, z_um, is_within):
    for _ in range(2):
        puppet.turn(0.1, z_um=z_um)

    assert (puppet.guard.held_because == "") is is_within


def test_the_very_first_height_alone_holds_nothing():
    puppet = Puppet()
    puppet.drive.z_um = -50.0
    puppet.guard.answer()
    after_one = puppet.guard.held_because
    puppet.guard.answer()

    assert after_one == ""
    assert "-50.0 um, below rig.focus.floor_um, -20.0" in puppet.guard.held_because


def test_a_release_leaves_nothing_held(puppet):
    for z_um in (-50.0, -50.0, 0.0):
        puppet.turn(0.1, z_um=z_um)
    puppet.guard.release()

    assert puppet.guard.held_because == ""
    assert puppet.guard.may_move


def test_a_limit_that_is_a_whole_step_is_reached_whatever_the_division_says():
    limits = FocusLimits(floor_um=0.3, ceiling_um=0.35, max_speed_um_s=10.0)  # 0.3 / 0.1 < 3
    puppet = Puppet(limits=limits, step_um=0.1)
    puppet.turn(0.125, z_um=0.3)
    puppet.guard.go_to(0.35)
    puppet.turn(0.125)
    upper = Puppet(limits=FocusLimits(floor_um=0.0, ceiling_um=0.3, max_speed_um_s=10.0),
                   step_um=0.1)  # fmt: skip
    upper.guard.answer()
    upper.guard.go_to(0.3)
    upper.turn(0.2)

    assert puppet.drive.targets == pytest.approx([0.3])
    assert upper.drive.targets == [0.3]


def test_a_step_within_the_longest_pause_is_just_fast_enough():
    just = FocusLimits(floor_um=0.0, ceiling_um=9.0, max_speed_um_s=5.0)
    slower = FocusLimits(floor_um=0.0, ceiling_um=9.0, max_speed_um_s=4.9)

    Puppet(limits=just)
    with pytest.raises(ConfigMismatchError, match=r"expected at least 5, a step .* got 4\.9"):
        Puppet(limits=slower)


def test_a_drive_is_halted_when_taken_in_charge_and_let_go_when_it_cannot_be():
    clock = SteppedClock(0.0)
    good, bad = PuppetDrive(clock), PuppetDrive(clock, step_um=100.0)

    guard = take_charge_of_focus(good, clock)
    with pytest.raises(ConfigMismatchError):
        take_charge_of_focus(bad, clock)

    assert good.halts == 1
    assert guard.answer() == FocusState(t_s=0.0, z_um=0.0)
    guard.go_to(5.0)
    assert guard.report(FocusState(t_s=0.0, z_um=0.0)).goal_um == 5.0
    assert not good.is_closed
    assert bad.is_closed
