"""What the stage process does for the focus drive, in stepped time."""

import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.errors import LinkLostError
from hardware.focus import FocusLimits
from hardware.sim.dynamics import SimulatedMechanics
from hardware.sim.scenario import StageDynamics
from hardware.sim.stepped_focus import SteppedFocus
from tracker.errors import CalibrationError
from tracker.focus_config import FocusConfig
from tracker.runtime.focus_duty import FocusDuty
from tracker.safety.focus_guard import FocusGuard

LIMITS = FocusLimits(floor_um=-50.0, ceiling_um=50.0, max_speed_um_s=100.0)
TILTED = ((0.0, 0.0, 0.0), (1000.0, 0.0, 10.0), (0.0, 1000.0, 0.0))


class Bench:
    def __init__(self, **config):
        self.clock = SteppedClock(10.0)
        self.mechanics = SimulatedMechanics(StageDynamics())
        self.drive = SteppedFocus(self.mechanics, LIMITS, self.clock)
        self.guard = FocusGuard(self.drive, self.clock)
        self.reports = []
        self.duty = FocusDuty(
            self.guard,
            FocusConfig(**config),
            tell=self.reports.append,
            clock=self.clock,
            period_s=0.1,
        )

    def run(self, seconds, stage_um=None):
        until_s = self.clock.now_s() + seconds
        stage_um = None if stage_um is None else np.array(stage_um)
        while self.clock.now_s() < until_s:
            self.clock.advance_to(self.clock.now_s() + 0.005)
            self.duty.turn(may_talk=True, stage_um=stage_um)
        return self.mechanics.focus_um(self.clock.now_s())


def test_the_plane_is_followed_only_while_there_is_a_stage_to_follow():
    bench = Bench(follow="plane", points_um=TILTED)

    idle_um = bench.run(1.0)
    led_um = bench.run(1.0, (2000.0, 0.0))
    left_um = bench.run(1.0)

    assert idle_um == 0.0
    assert led_um == pytest.approx(20.0, abs=0.1)
    assert left_um == pytest.approx(20.0, abs=0.1)
    assert len(bench.reports) == pytest.approx(30, abs=3)


def test_less_than_the_deadband_moves_nothing():
    bench = Bench(follow="plane", points_um=TILTED, deadband_um=2.0)
    bench.run(1.0, (2000.0, 0.0))
    targets = bench.duty.counts.focus_targets

    bench.run(1.0, (2100.0, 0.0))
    near = bench.duty.counts.focus_targets
    bench.run(1.0, (2300.0, 0.0))

    assert near == targets
    assert bench.duty.counts.focus_targets > targets


def test_a_jog_while_following_shifts_the_plane_and_one_before_it_does_not():
    bench = Bench(follow="plane", points_um=TILTED)
    bench.run(0.3)
    bench.duty.jog(7.0)
    bench.run(1.0)
    first_um = bench.run(1.0, (1000.0, 0.0))
    bench.duty.jog(-3.0)
    second_um = bench.run(1.0, (2000.0, 0.0))

    assert first_um == pytest.approx(10.0, abs=0.1)
    assert second_um == pytest.approx(17.0, abs=0.1)


def test_three_marks_are_a_plane_that_is_followed_from_then_on():
    bench = Bench(follow="plane")
    told = []
    for x_um, y_um, z_um in TILTED:
        bench.run(0.3)
        bench.guard.go_to(z_um)
        bench.run(1.0)
        told.append(bench.duty.mark(np.array([x_um, y_um])).told)

    assert told[0] == "2 more for a plane"
    assert "tilted by 0.57 degrees" in told[2]
    assert "is followed from now on" in told[2]
    assert bench.run(1.5, (3000.0, 0.0)) == pytest.approx(30.0, abs=0.3)


def test_marks_on_no_plane_are_refused_and_the_old_plane_stays():
    bench = Bench(follow="plane", points_um=TILTED)
    bench.run(0.3)
    marks = [bench.duty.mark(np.array([x_um, 0.0])) for x_um in (0.0, 1000.0, 2000.0)]

    assert "lie on a line" in marks[-1].told
    assert bench.run(1.0, (1000.0, 0.0)) == pytest.approx(10.0, abs=0.1)


def test_nothing_is_marked_while_stage_or_drive_are_unknown():
    bench = Bench()

    assert bench.duty.mark(np.zeros(2)) is None
    bench.run(0.3)
    assert bench.duty.mark(None) is None


def test_points_of_the_config_on_no_plane_are_refused():
    with pytest.raises(CalibrationError, match="lie on a line"):
        Bench(follow="plane", points_um=((0.0, 0.0, 0.0), (1e3, 0.0, 1.0), (2e3, 0.0, 2.0)))


@pytest.mark.parametrize("is_shared", [False, True], ids=["own port", "the stage's port"])
def test_a_port_of_its_own_may_go_without_the_stage_and_a_shared_one_may_not(is_shared):
    bench = Bench()
    bench.run(0.3)
    bench.drive.shares_line = is_shared

    def gone():
        raise LinkLostError("gone")

    bench.drive.ask = gone
    if is_shared:
        with pytest.raises(LinkLostError):
            bench.run(0.3)
    else:
        bench.run(0.3)
        assert bench.duty.is_lost
