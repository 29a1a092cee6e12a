"""The focus drive's guard on a drive that really follows, with its delay and its ramps."""

import contextlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.clock import SteppedClock
from hardware.errors import ConfigMismatchError, LinkTimeoutError
from hardware.focus import FocusLimits, FocusState
from hardware.sim.dynamics import SimulatedMechanics
from hardware.sim.scenario import FocusDynamics, StageDynamics
from hardware.sim.stepped_focus import SteppedFocus
from tracker.messages import FocusAction
from tracker.safety.focus_guard import LONGEST_STEP_S, FocusGuard

FLOOR_UM, CEILING_UM, FASTEST_UM_S = -20.03, 60.0, 100.0
LIMITS = FocusLimits(floor_um=FLOOR_UM, ceiling_um=CEILING_UM, max_speed_um_s=FASTEST_UM_S)
OUT_OF_LIMITS = st.sampled_from([math.nan, math.inf, -math.inf, 1e300, -1e300])


class WatchedDrive(SteppedFocus):
    """Keeps what it was told, and may say that it is somewhere else, or nothing."""

    def __init__(self, mechanics, limits, clock):
        super().__init__(mechanics, limits, clock)
        self.targets, self.halts, self.is_closed = [], 0, False
        self.says = None

    def move_to(self, z_um):
        self.targets.append((self._clock.now_s(), z_um))
        super().move_to(z_um)

    def halt(self):
        self.halts += 1
        super().halt()

    def answer(self):
        if self.says is not None:
            if isinstance(self.says, Exception):
                raise self.says
            return FocusState(t_s=self._clock.now_s(), z_um=self.says)
        return super().answer()

    def close(self):
        super().close()
        self.is_closed = True


class FocusRig:
    def __init__(self, limits=LIMITS):
        self.clock = SteppedClock(10.0)
        self.mechanics = SimulatedMechanics(StageDynamics(), focus=FocusDynamics())
        self.drive = WatchedDrive(self.mechanics, limits, self.clock)
        self.guard = FocusGuard(self.drive, self.clock)
        self.reached_um = []

    def restart(self):
        """Another process takes the drive in charge, as it is."""
        self.guard = FocusGuard(self.drive, self.clock)

    def wait(self, seconds, *, turns_s=0.05):
        until_s = self.clock.now_s() + seconds
        while self.clock.now_s() < until_s:
            self.clock.advance_to(min(self.clock.now_s() + turns_s, until_s))
            with contextlib.suppress(LinkTimeoutError):
                self.guard.answer()
            self.guard.turn()
            self.guard.ask()
            self.reached_um.append(self.z_um())

    def z_um(self):
        return self.mechanics.focus_um(self.clock.now_s())


@pytest.fixture
def rig():
    made = FocusRig()
    made.wait(0.2)
    return made


heights = st.floats(-1e4, 1e4) | OUT_OF_LIMITS
requests = st.one_of(
    st.tuples(st.just("go"), heights),
    st.tuples(st.just("jog"), heights),
    st.tuples(st.just("says"), st.floats(-100.0, 100.0) | OUT_OF_LIMITS | st.none()),
    st.tuples(st.just("silent"), st.none()),
    st.tuples(st.sampled_from(["halt", "stop", "release", "restart"]), st.none()),
)


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(st.tuples(requests, st.floats(0.001, 2.0)), min_size=1, max_size=25))
def test_no_sequence_of_requests_readings_delays_or_restarts_gives_a_target_beyond_the_limits(
    steps,
):
    rig = FocusRig()
    rig.wait(0.2)
    for (what, number), pause_s in steps:
        match what:
            case "go":
                rig.guard.go_to(number)
            case "jog":
                rig.guard.jog(number)
            case "says":
                rig.drive.says = number
            case "silent":
                rig.drive.says = LinkTimeoutError("nothing came")
            case _:
                getattr(rig, what, None)() if what == "restart" else getattr(rig.guard, what)()
        rig.wait(pause_s)

    assert all(FLOOR_UM <= target_um <= CEILING_UM for _, target_um in rig.drive.targets)
    assert min(rig.reached_um) >= FLOOR_UM - 0.06  # half a step of the drive's own encoder
    assert max(rig.reached_um) <= CEILING_UM + 0.06


@settings(max_examples=60, deadline=None)
@given(goals=st.lists(st.tuples(st.floats(-30, 80), st.floats(0.05, 1.5)), min_size=1, max_size=8))
def test_the_drive_is_led_no_faster_than_it_may_go(goals):
    rig = FocusRig()
    rig.wait(0.2)
    for goal_um, pause_s in goals:
        rig.guard.go_to(goal_um)
        rig.wait(pause_s)

    ways = zip([(10.2, 0.0), *rig.drive.targets], rig.drive.targets, strict=False)
    for (before_s, before_um), (after_s, after_um) in ways:
        since_s = max(min(after_s - before_s, LONGEST_STEP_S), 0.05)
        assert abs(after_um - before_um) <= FASTEST_UM_S * since_s + rig.drive.step_um


def test_a_goal_is_reached_and_one_beyond_the_floor_ends_on_it(rig):
    rig.guard.go_to(33.3)
    rig.wait(1.0)
    there_um = rig.z_um()
    rig.guard.go_to(-500.0)
    rig.wait(0.6)
    report = rig.guard.report(FocusState(t_s=0.0, z_um=rig.z_um()))
    rig.wait(1.0)

    assert there_um == pytest.approx(33.3, abs=0.06)
    assert rig.drive.targets[-1][1] == pytest.approx(-20.0)  # the whole step above the floor
    assert report.action is FocusAction.FLOOR


def test_jogs_add_up_and_begin_where_the_drive_is(rig):
    for _ in range(3):
        rig.guard.jog(5.0)
    rig.wait(1.0)
    first_um = rig.z_um()
    rig.guard.jog(-7.0)
    rig.wait(1.0)

    assert first_um == pytest.approx(15.0, abs=0.06)
    assert rig.z_um() == pytest.approx(8.0, abs=0.06)


def test_nothing_moves_before_the_drive_has_said_where_it_is():
    rig = FocusRig()

    rig.guard.go_to(10.0)
    rig.guard.jog(10.0)
    rig.guard.turn()

    assert rig.drive.targets == []
    assert rig.drive.halts == 1  # it is halted when it is taken in charge


def test_a_drive_that_no_longer_says_where_it_is_is_led_no_further(rig):
    rig.guard.go_to(60.0)
    rig.wait(0.1)
    rig.drive.says = LinkTimeoutError("nothing came")
    rig.wait(3.0)
    given = len(rig.drive.targets)
    rig.guard.jog(5.0)
    rig.wait(1.0)

    assert rig.drive.halts == 2
    assert len(rig.drive.targets) == given


def test_heights_below_the_floor_halt_at_once_and_the_second_holds_and_says_so(rig):
    rig.guard.go_to(50.0)
    rig.wait(0.1)
    rig.drive.says = FLOOR_UM - 5.0
    rig.guard.answer()
    halts, was_held = rig.drive.halts, bool(rig.guard.held_because)
    rig.guard.answer()

    assert halts == 2
    assert not was_held
    assert rig.guard.is_below_floor
    assert rig.guard.held_because == (
        "the focus drive says that it stands at -25.0 um, below rig.focus.floor_um, -20.0: bring "
        "it back by hand, then press t"
    )


def test_a_hold_is_taken_back_only_within_the_limits_and_by_the_operator(rig):
    rig.drive.says = CEILING_UM + 5.0
    rig.wait(0.2)
    why = rig.guard.held_because
    rig.guard.release()
    was_held = bool(rig.guard.held_because)
    rig.drive.says = None
    rig.wait(0.2)
    is_held_still = not rig.guard.may_move
    rig.guard.release()
    rig.guard.go_to(1.0)
    rig.wait(0.2)

    assert "above rig.focus.ceiling_um, 60.0" in why
    assert not rig.guard.is_below_floor
    assert was_held
    assert is_held_still
    assert rig.z_um() == pytest.approx(1.0, abs=0.06)


def test_halts_do_not_go_on_for_ever_while_the_drive_stands_beyond_its_limits(rig):
    rig.drive.says = FLOOR_UM - 5.0
    rig.wait(5.0)

    assert rig.drive.halts == 3  # the first height, and the one that holds


def test_the_operators_stop_is_held_until_released(rig):
    rig.guard.go_to(50.0)
    rig.wait(0.1)
    rig.guard.stop()
    rig.wait(0.2)
    stood_um = rig.z_um()
    rig.guard.jog(5.0)
    rig.wait(0.5)
    crept_um = rig.z_um()
    rig.guard.release()
    rig.guard.jog(5.0)
    rig.wait(0.5)

    assert crept_um == stood_um
    assert rig.z_um() == pytest.approx(stood_um + 5.0, abs=0.1)


def test_a_target_that_was_lost_on_the_line_is_sent_again(rig):
    lost = rig.drive.move_to
    rig.drive.move_to = lambda z_um: None
    rig.guard.go_to(3.0)
    rig.wait(0.3)
    rig.drive.move_to = lost
    rig.wait(1.5)

    assert rig.z_um() == pytest.approx(3.0, abs=0.06)


def test_a_hand_on_the_knob_is_not_fought_and_gives_a_new_place_to_begin_at(rig):
    rig.guard.go_to(5.0)
    rig.wait(1.0)
    rig.drive.targets.clear()
    rig.mechanics.move_axis_to(2, rig.clock.now_s(), 50.0)
    rig.wait(2.0)
    fought = list(rig.drive.targets)
    rig.guard.jog(5.0)
    rig.wait(1.0)

    assert fought == []
    assert all(50.0 <= target_um <= 55.1 for _, target_um in rig.drive.targets)
    assert rig.z_um() == pytest.approx(55.0, abs=0.1)


def test_a_guard_that_is_closed_has_halted_and_moves_nothing_any_more(rig):
    rig.guard.go_to(50.0)
    rig.wait(0.1)
    rig.guard.close()
    given = len(rig.drive.targets)
    rig.guard.go_to(60.0)
    rig.guard.turn()

    assert rig.drive.is_closed
    assert rig.drive.halts == 2
    assert len(rig.drive.targets) == given


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (FocusLimits(floor_um=0.01, ceiling_um=0.09, max_speed_um_s=10.0), "floor_um: no step"),
        (FocusLimits(floor_um=0.0, ceiling_um=9.0, max_speed_um_s=0.1), "max_speed_um_s: expected"),
    ],
    ids=["no step between the limits", "slower than a step"],
)
def test_limits_that_leave_no_target_are_refused(limits, said):
    with pytest.raises(ConfigMismatchError, match=said):
        FocusRig(limits)
