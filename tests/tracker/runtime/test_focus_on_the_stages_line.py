"""A focus drive on the stage's own serial line: every byte takes its time, in stepped time."""

import itertools
import math

import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.controllers import spoken_by
from hardware.errors import LinkLostError
from hardware.focus_drives.opening import open_serial_focus
from hardware.ring import RingReader, RingWriter
from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.languages import LANGUAGES, emulated_focus
from hardware.sim.scenario import StageDynamics
from hardware.stages.answering_stage import AnsweringStage
from hardware.types import StageLimits
from tracker.focus_config import FocusConfig
from tracker.messages import POSITION_ROW, POST_ROW, STAGE_ROW
from tracker.runtime.focus_duty import FocusDuty
from tracker.runtime.stage_duty import StageDuty
from tracker.safety.focus_guard import FocusGuard
from tracker.safety.guard import Guard

LIMITS = StageLimits(
    lower_um=np.full(2, -2e4),
    upper_um=np.full(2, 2e4),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=60_000.0,
)
FLOOR_UM = -50.0
FOCUS = {"floor_um": FLOOR_UM, "ceiling_um": 50.0, "max_speed_um_s": 100.0}
TILTED = ((0.0, 0.0, 0.0), (1000.0, 0.0, 20.0), (0.0, 1000.0, 0.0))  # steep, to be led always
CONTROLLER_S = 0.001
TURN_S = 0.0005
VELOCITY = {"asi": b"VE", "prior": b"VS", "zaber": b" move vel "}
TARGET = {"asi": b"M Z=", "prior": b"GZ,", "zaber": b" move abs "}


class Wire:
    """A serial line to an emulated controller; both directions are as slow as the baud says."""

    fileno = None

    def __init__(self, clock, face, baud):
        self.clock, self.face, self.byte_s = clock, face, 10 / baud
        self.written, self.through, self.coming = [], [], []
        self.out_free_s = self.in_free_s = 0.0
        self.is_lost = False

    def write(self, data):
        if self.is_lost:
            raise LinkLostError("gone")
        self.written.append((self.clock.now_s(), data))
        self.out_free_s = max(self.clock.now_s(), self.out_free_s) + len(data) * self.byte_s
        self.through.append((self.clock.now_s(), self.out_free_s))
        for exchange in self.face.feed(data, self.out_free_s):
            starts_s = max(self.out_free_s + CONTROLLER_S, self.in_free_s)
            self.in_free_s = starts_s + len(exchange.reply) * self.byte_s
            self.coming.append((self.in_free_s, exchange.reply))

    @property
    def has_come(self):
        return bool(self.coming) and self.coming[0][0] <= self.clock.now_s()

    def read_available(self):
        came = b""
        while self.has_come:
            came += self.coming.pop(0)[1]
        return came

    def wait(self, timeout_s):
        self.clock.advance_to(self.clock.now_s() + timeout_s)

    def close(self):
        self.written.append((self.clock.now_s(), b"closed"))


class Bench:
    """The stage process's duty over one line, and the hands of control."""

    def __init__(self, folder, language, *, has_focus, baud=115_200):
        self.language = language
        self.clock = SteppedClock(10.0)
        spoken = LANGUAGES[language]
        dynamics = spoken.dynamics(StageDynamics(baud=baud))
        self.device = EmulatedStage(dynamics)
        self.wire = Wire(self.clock, spoken.face(self.device), baud)
        section = spoken.section(dynamics, "/dev/nothing")
        self.stage = AnsweringStage(self.wire, spoken_by(section), section, LIMITS, self.clock)
        self.reports = []
        focus = self.open_focus() if has_focus else None
        guard = Guard(self.stage, LIMITS, deadman_s=0.2, coast_s=0.3, clock=self.clock)
        folder.mkdir()
        self.posts = RingWriter(folder / "posts", POST_ROW, slots=16)
        rows = RingWriter(folder / "rows", STAGE_ROW, slots=8192)
        self.positions = RingWriter(folder / "positions", POSITION_ROW, slots=8192)
        self.duty = StageDuty(
            guard,
            posts=RingReader(folder / "posts", POST_ROW),
            rows=rows,
            positions=self.positions,
            clock=self.clock,
            period_s=1.0 / 150.0,
            focus=focus,
        )
        self.posted_s = []
        self.lowest_um = self.highest_um = 0.0

    def open_focus(self):
        drive = open_serial_focus(emulated_focus(self.language, FOCUS), self.stage, self.clock)
        self.guard = FocusGuard(drive, self.clock)
        return FocusDuty(
            self.guard,
            FocusConfig(follow="plane", points_um=TILTED, most_residual_um=1.0),
            tell=self.reports.append,
            clock=self.clock,
            period_s=0.1,
        )

    def track(self, seconds, *, jitter_s=0.0):
        """Post at 40 Hz, as a picture's handling takes now longer and now shorter."""
        random = np.random.default_rng(1)
        begins_s, turns = self.clock.now_s(), itertools.count()
        post_s = begins_s
        while (now_s := begins_s + next(turns) * TURN_S) < begins_s + seconds:
            self.clock.advance_to(max(now_s, self.clock.now_s()))
            if now_s >= post_s:
                self.post((300.0 * math.cos(now_s), 300.0 * math.sin(now_s)))
                beat = round((now_s - begins_s) / 0.025) + 1
                post_s = begins_s + beat * 0.025 + random.uniform(-jitter_s, jitter_s)
            self.duty.turn(may_listen=self.wire.has_come)
            z_um = self.device.mechanics.focus_um(now_s)
            self.lowest_um, self.highest_um = min(self.lowest_um, z_um), max(self.highest_um, z_um)

    def post(self, velocity_um_s):
        now_s = self.clock.now_s()
        off_um = (math.nan, math.nan)
        self.posted_s.append(now_s)
        self.posts.append(len(self.posted_s), now_s, now_s, now_s, velocity_um_s, off_um, False)

    def said(self, word):
        return [t_s for t_s, data in self.wire.written if word in data]

    def waits_s(self):
        """How long each post waited for its bytes to be written."""
        written_s = np.array(self.said(VELOCITY[self.language]))
        return np.array([written_s[written_s >= t_s - 1e-9][0] - t_s for t_s in self.posted_s[:-2]])


@pytest.mark.parametrize("language", ["asi", "zaber", "prior"])
def test_the_drive_is_asked_and_led_over_the_line_and_velocities_wait_no_longer(tmp_path, language):
    alone = Bench(tmp_path / "alone", language, has_focus=False)
    alone.track(8.0, jitter_s=0.003)
    shared = Bench(tmp_path / "shared", language, has_focus=True)
    shared.track(8.0, jitter_s=0.003)

    waits_alone_s, waits_s = alone.waits_s(), shared.waits_s()
    assert len(shared.reports) > 60  # ten a second
    assert len(shared.said(TARGET[language])) > 15
    assert np.median(waits_s) <= np.median(waits_alone_s) + TURN_S
    assert np.quantile(waits_s, 0.95) <= np.quantile(waits_alone_s, 0.95) + TURN_S
    assert waits_s.max() <= waits_alone_s.max() + TURN_S
    assert shared.duty.counts.replies > 0.85 * alone.duty.counts.replies
    assert shared.duty.counts.timeouts == shared.duty.counts.unreadable == 0


def test_the_drive_is_where_the_plane_is(tmp_path):
    bench = Bench(tmp_path / "line", "asi", has_focus=True)
    bench.track(6.0)

    heights = [report.z_um for report in bench.reports]
    assert max(heights) - min(heights) > 5.0
    here_um = bench.device.mechanics.stage_um(bench.clock.now_s())
    assert bench.device.mechanics.focus_um(bench.clock.now_s()) == pytest.approx(
        0.02 * here_um[0], abs=2.0
    )


def test_no_target_reaches_the_line_while_nothing_is_tracked(tmp_path):
    bench = Bench(tmp_path / "line", "asi", has_focus=True)
    bench.track(1.0)
    bench.duty.note(bench.duty._guard.stop())
    given = len(bench.said(b"M Z="))
    bench.track(2.0)

    assert given > 0
    assert len(bench.said(b"M Z=")) <= given + 1


def test_a_port_that_is_gone_is_lost_for_both(tmp_path):
    bench = Bench(tmp_path / "line", "asi", has_focus=True)
    bench.track(1.0)
    bench.wire.is_lost = True

    with pytest.raises(LinkLostError):
        bench.track(1.0)


@pytest.mark.parametrize(
    ("language", "rounds_hz", "positions_hz", "heights_hz"),
    [("asi", 17.0, 10.0, 5.0), ("prior", 28.0, 15.0, 5.0), ("zaber", 11.0, 3.5, 2.0)],
)
def test_a_line_that_is_too_slow_for_both_is_shared_and_nobody_starves(
    tmp_path, language, rounds_hz, positions_hz, heights_hz
):
    alone = Bench(tmp_path / "alone", language, has_focus=False, baud=9600)
    alone.track(8.0, jitter_s=0.003)
    shared = Bench(tmp_path / "shared", language, has_focus=True, baud=9600)
    shared.track(8.0, jitter_s=0.003)

    lines = 2 if language == "zaber" else 1  # a round
    for bench in (alone, shared):
        assert len(bench.said(VELOCITY[language])) / 8.0 / lines > rounds_hz
    assert shared.duty.counts.replies / 8.0 > positions_hz
    assert len(shared.reports) / 8.0 > heights_hz
    assert len(shared.said(TARGET[language])) / 8.0 > 0.5


def test_velocities_do_not_pile_up_on_a_wire_that_is_too_slow_for_them(tmp_path):
    bench = Bench(tmp_path / "line", "zaber", has_focus=False, baud=9600)
    bench.track(4.0)
    longest_s = max(
        (through_s - written_s for written_s, through_s in bench.wire.through), default=0.0
    )

    assert longest_s < 0.1  # a halt waits no longer behind them
