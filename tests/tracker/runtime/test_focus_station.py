"""What the operator is told of the focus drive, and what holds the stage too."""

import pytest

from hardware.clock import SteppedClock
from hardware.errors import LinkTimeoutError, RefusedError
from hardware.focus import FocusLimits, FocusState
from hardware.ring import RingReader, RingWriter
from tracker.focus_config import FocusConfig
from tracker.messages import FOCUS_ROW, focus_record
from tracker.runtime.focus_duty import FocusDuty
from tracker.runtime.focus_station import FocusStation
from tracker.runtime.orders import Held, JogFocus, Notice, StopFocus
from tracker.safety.focus_guard import FocusGuard


class PaperDrive:
    """Fulfils `hardware.focus.Focus`; says what it is told to say."""

    limits = FocusLimits(floor_um=-10.0, ceiling_um=50.0, max_speed_um_s=100.0)
    step_um, shares_line, awaits_reply = 0.1, False, False

    def __init__(self, clock):
        self.clock, self.says, self.targets, self.is_closed = clock, 0.0, [], False

    def ask(self):
        pass

    def answer(self):
        if isinstance(self.says, Exception):
            raise self.says
        return FocusState(t_s=self.clock.now_s(), z_um=self.says)

    def move_to(self, z_um):
        self.targets.append(z_um)

    def halt(self):
        pass

    def close(self):
        self.is_closed = True


class Bench:
    def __init__(self, folder):
        self.clock = SteppedClock(10.0)
        self.drive = PaperDrive(self.clock)
        self.guard = FocusGuard(self.drive, self.clock)
        rows = RingWriter(folder / "focus", FOCUS_ROW, slots=256)
        self.rows = RingReader(folder / "focus", FOCUS_ROW)
        duty = FocusDuty(
            self.guard,
            FocusConfig(),
            tell=lambda report: rows.append(*focus_record(report)),
            clock=self.clock,
            period_s=0.1,
        )
        self.station = FocusStation(self.guard, duty, rows, holds_limits=False, clock=self.clock)

    def run(self, seconds):
        """Turn; return what was told."""
        told = []
        until_s = self.clock.now_s() + seconds
        while self.clock.now_s() < until_s:
            self.clock.advance_to(self.clock.now_s() + 0.02)
            self.station.duty.turn(may_talk=True, stage_um=None)
            told.append(self.station.trouble())
        return [report for report in told if report is not None]


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_below_the_floor_the_stage_is_held_too_until_the_drive_is_back_and_released(bench):
    bench.run(0.5)
    bench.drive.says = -20.0
    told = bench.run(1.0)
    held_at_once = bench.station.keeps_stage_held
    refused = bench.station.release()
    bench.drive.says = 0.0
    bench.run(0.5)

    assert [type(report) for report in told] == [Held]
    assert "below rig.focus.floor_um" in told[0].message
    assert held_at_once
    assert isinstance(refused, Held)
    assert bench.station.release() is None
    assert not bench.station.keeps_stage_held


def test_above_the_ceiling_the_focus_alone_is_held(bench):
    bench.drive.says = 90.0
    told = bench.run(1.0)

    assert [type(report) for report in told] == [Notice]
    assert not bench.station.keeps_stage_held
    assert isinstance(bench.station.obey(JogFocus(-5.0), None), Notice)
    assert bench.drive.targets == []


def test_a_silent_drive_and_one_that_refuses_are_told_once(bench):
    bench.run(0.5)
    bench.drive.says = LinkTimeoutError("nothing came")
    silent = bench.run(5.0)
    bench.drive.says = RefusedError("the device rejected move abs", reply=b"RJ")
    refusing = bench.run(1.0)

    assert ["2 s where it is" in report.message for report in silent] == [True]
    assert ["are its own limits narrower" in report.message for report in refusing] == [True]


def test_jogs_move_and_a_stop_is_held(bench):
    bench.run(0.3)
    bench.station.obey(JogFocus(3.0), None)
    bench.run(0.3)
    bench.station.obey(StopFocus(), None)
    given = list(bench.drive.targets)
    bench.station.obey(JogFocus(3.0), None)
    bench.run(0.3)

    assert given[-1] == pytest.approx(3.0)
    assert bench.drive.targets == given


def test_every_height_is_a_row_and_closing_lets_the_drive_go(bench):
    bench.run(1.0)
    rows = bench.rows.take().rows

    bench.station.close()

    assert len(rows) == pytest.approx(10, abs=1)
    assert bench.drive.is_closed
