"""How tracking starts: at once, after test moves, or not at all."""

from types import SimpleNamespace

import numpy as np
import pytest

from hardware.types import Calibration
from tracker.config import SafetyConfig, SearchConfig
from tracker.messages import Mode
from tracker.runtime.tracking_start import TrackingStart, make_check, make_search
from tracker.safety.sign_check import Finding, Verdict

SAFETY = SafetyConfig(
    lower_um=(-1e4, -1e4),
    upper_um=(1e4, 1e4),
    max_speed_um_s=3000,
    max_acceleration_um_s2=50_000,
    deadman_s=0.2,
    coast_s=0.3,
)


class PaperCheck:
    """Finds what it is told, after its second picture."""

    def __init__(self, verdict):
        self.verdict, self.learnt = verdict, []

    def learn(self, t_s, stage_um, off_um):
        self.learnt.append(off_um)
        return Finding(self.verdict, "so it is") if len(self.learnt) == 2 else None


@pytest.fixture
def begin():
    def begin_with(*verdicts):
        loop = SimpleNamespace(
            mode=Mode.IDLE, check=None, in_picture=SimpleNamespace(off_um=np.ones(2))
        )
        checks = iter([PaperCheck(verdict) for verdict in verdicts])
        start = TrackingStart(loop, (lambda: next(checks)) if verdicts else None)
        start.begin()
        return start

    return begin_with


def turn(start):
    tick = SimpleNamespace(mode=start.loop.mode, t_s=1.0, stage_um=np.zeros(2))
    return start.note(tick)


def test_without_a_check_tracking_starts_at_once(begin):
    start = begin()

    assert start.loop.mode is Mode.TRACKING
    assert turn(start) is None


def test_tracking_waits_for_the_check_and_starts_when_it_finds_all_right(begin):
    start = begin(Verdict.RIGHT)
    assert (start.loop.mode, turn(start)) == (Mode.CHECKING, None)

    outcome = turn(start)

    assert outcome.may_track
    assert outcome.message == "sign check: right: so it is: tracking starts"
    assert start.loop.mode is Mode.TRACKING
    assert start.loop.check is None


def test_a_wrong_calibration_is_refused_however_often_t_is_pressed(begin):
    start = begin(Verdict.WRONG, Verdict.WRONG)
    turn(start)

    outcome = turn(start)
    assert not outcome.may_track
    assert "wrong: so it is: tracking is refused; measure it anew" in outcome.message
    assert start.loop.mode is Mode.IDLE
    start.end()  # the supervisor holds the session
    start.begin()

    assert start.loop.mode is Mode.CHECKING


def test_an_undecided_check_asks_and_t_accepts_it_once(begin):
    start = begin(Verdict.UNDECIDED, Verdict.RIGHT)
    turn(start)

    outcome = turn(start)
    assert not outcome.may_track
    assert outcome.message.endswith("press t again to track all the same")
    assert start.loop.mode is Mode.IDLE
    start.end()
    start.begin()
    assert start.loop.mode is Mode.TRACKING
    start.end()
    start.begin()

    assert start.loop.mode is Mode.CHECKING


def test_stopping_ends_a_check_without_a_word(begin):
    start = begin(Verdict.RIGHT)
    turn(start)
    start.end()

    assert turn(start) is None
    assert start.loop.mode is Mode.IDLE


def test_an_order_that_comes_twice_does_not_begin_the_check_anew(begin):
    start = begin(Verdict.RIGHT)
    turn(start)
    start.begin()

    assert turn(start).may_track


def test_a_check_and_a_search_are_made_only_where_config_yaml_wants_them():
    calibration = Calibration(
        stage_from_image_um_per_px=np.diag([1.5, 1.5]),
        target_px=np.zeros(2),
        field_size_um=np.ones(2),
        field_rotation_rad=0.0,
        measured_on="",
        residual_um=0.0,
    )
    wants = SAFETY.model_copy(
        update={"sign_check": True, "search": SearchConfig(speed_um_s=800, out_to_um=1e3)}
    )

    assert make_check(SAFETY, frame_s=0.025) is None
    assert make_search(SAFETY, calibration, (600, 800)) is None
    assert make_check(wants, frame_s=0.025)().lasts_s == pytest.approx(0.8)
    assert make_search(wants, calibration, (600, 800)) is not None
