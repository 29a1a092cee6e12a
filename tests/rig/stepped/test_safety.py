"""The guard in the closed loop: wrong matrices, slipping stages, joysticks, searches."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.registry import open_stepped_rig
from hardware.sim.scenario import SHIPPED
from tracker.config import KeepOutCircle, SearchConfig
from tracker.messages import GuardAction, Mode
from tracker.runtime.stepped import SteppedSession
from tracker.safety.guard import stage_limits

pytestmark = pytest.mark.rig

MOST_OFF_UM = 500.0  # half of the picture, and a bit


def turned(degrees):
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cos, -sin], [sin, cos]])


WRONG = {
    "180": turned(180),
    "90": turned(90),
    "-90": turned(-90),
    "mirrored in x": np.diag([-1.0, 1.0]),
    "mirrored in y": np.diag([1.0, -1.0]),
}


class MisledRig:
    """A rig whose lab believes in another matrix."""

    def __init__(self, rig, matrix):
        self._rig, self._matrix = rig, matrix

    def __getattr__(self, name):
        return getattr(self._rig, name)

    @property
    def believed_calibration(self):
        told = self._rig.believed_calibration
        return replace(
            told, stage_from_image_um_per_px=self._matrix @ told.stage_from_image_um_per_px
        )


class SlippingRig(MisledRig):
    """A rig whose motors turn, and whose stage no longer follows them from some time on."""

    slips_from_s = 2.0

    def stage_um(self, t_s):
        return self._rig.stage_um(min(t_s, self.slips_from_s))

    def look(self, exposure):
        return self._rig._eye.look(exposure.index, exposure.t_s, self.stage_um(exposure.t_s))


class WatchedSession(SteppedSession):
    """A session that stops, as the supervisor would have it stop, when it is held."""

    @property
    def held_because(self):
        return self.post._guard.held_because

    def run_until_held(self, seconds):
        while (len(self.exposures) + 1) * self._rig.period_s < seconds:
            self.step()
            if self.held_because:
                break

    @property
    def went_um(self):
        places_um = np.array([state.position_um for state in self.post.states])
        return np.hypot(*(places_um - places_um[0]).T).max()


@pytest.fixture
def open_rig(config):
    def open_one(scenario, seed=1, *, matrix=None, rig_kind=MisledRig, **safety):
        ours = config.model_copy(update={"safety": config.safety.model_copy(update=safety)})
        clock = SteppedClock()
        rig = open_stepped_rig(scenario, seed, stage_limits(ours.safety), clock)
        misled = rig_kind(rig, np.eye(2) if matrix is None else matrix)
        return WatchedSession(misled, clock, ours)

    return open_one


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_matrix_is_found_and_tracking_never_starts(open_rig, name, seed):
    session = open_rig("roam", seed, matrix=WRONG[name], sign_check=True)
    session.run(4.0)

    (outcome,) = session.outcomes
    assert outcome.message.startswith("sign check: wrong: the picture moves")
    assert {tick.mode for tick in session.ticks} == {Mode.IDLE, Mode.CHECKING}
    assert session.went_um < 60.0


@pytest.mark.parametrize("seed", range(1, 13))
@pytest.mark.parametrize("scenario", ["roam", "escape", "omega_turn", "forward_fast_swings"])
def test_a_right_matrix_under_a_crawling_worm_is_never_called_wrong(open_rig, scenario, seed):
    session = open_rig(scenario, seed, sign_check=True)
    session.run(2.0)

    (outcome,) = session.outcomes
    assert outcome.message.startswith("sign check: right")
    assert session.loop.mode is Mode.TRACKING


def test_after_the_check_the_head_is_caught_up_with(open_rig):
    session = open_rig("roam", sign_check=True)
    session.run(4.0)

    errors_um = [math.hypot(*(t.sighting.head_um - t.stage_um)) for t in session.ticks[-40:]
                 if t.sighting is not None]  # fmt: skip
    assert max(errors_um) < 25.0


def test_without_an_animal_nothing_is_decided(open_rig):
    session = open_rig("bare_plate", sign_check=True)
    session.run(4.0)

    (outcome,) = session.outcomes
    assert outcome.message == (
        "sign check: undecided: no head was seen: press t again to track all the same"
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", WRONG)
def test_an_unchecked_wrong_matrix_is_held_before_the_head_is_lost(open_rig, name, seed):
    session = open_rig("roam", seed, matrix=WRONG[name])
    session.run_until_held(3.0)
    session.run(4.0)

    assert "um to follow it: the stage is held" in session.held_because
    assert session.went_um < MOST_OFF_UM
    assert session.post.guarded[-1].action is GuardAction.RUNAWAY
    assert not session.post.guarded[-1].sent_um_s.any()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_slipping_stage_is_held(open_rig, seed):
    session = open_rig("crawl", seed, rig_kind=SlippingRig)
    session.run_until_held(6.0)

    assert session.held_because
    assert len(session.exposures) * 0.025 < 4.0


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("joystick_um_s", [(300.0, 0.0), (-200.0, 500.0)])
def test_a_joystick_pauses_tracking(open_rig, joystick_um_s, seed):
    session = open_rig("roam", seed)
    session.run(3.0)
    mechanics, by_um_s = session._rig.stage.mechanics, np.array(joystick_um_s)
    told = mechanics.set_velocity
    mechanics.set_velocity = lambda t_s, v_um_s: told(t_s, v_um_s + by_um_s) - by_um_s
    session.run_until_held(5.0)

    assert "a joystick, a hand" in session.held_because
    assert len(session.exposures) * 0.025 < 3.6
    assert session.post.guarded[-1].action & GuardAction.PUSHED


SHIPPED_NAMES = sorted(path.stem for path in SHIPPED.glob("*.yaml"))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("scenario", [name for name in SHIPPED_NAMES if name != "lost"])
def test_nothing_is_suspected_in_a_shipped_scenario(open_rig, scenario, seed):
    session = open_rig(scenario, seed)
    session.run_until_held(20.0)

    assert session.held_because == ""
    assert scenario == "dirt" or session.news == []


def test_nothing_is_suspected_where_the_head_is_lost_now_and_then(open_rig):
    session = open_rig("lost", 3)
    session.run_until_held(52.0)

    assert session.held_because == ""
    assert session.news == []


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_head_that_vanishes_for_two_seconds_is_searched_for_and_found(open_rig, seed):
    search = SearchConfig(speed_um_s=1000.0, out_to_um=2000.0)
    session = open_rig("lost", seed, search=search)
    session.run(26.0)

    found_s = np.array([tick.t_s for tick in session.ticks if tick.sighting is not None])
    blind_until_s = 22.0
    assert found_s[found_s >= blind_until_s][0] < blind_until_s + 3.0
    assert any(made.action & GuardAction.SEARCHING for made in session.post.guarded)
    errors_um = [math.hypot(*(t.sighting.head_um - t.stage_um)) for t in session.ticks[-10:]
                 if t.sighting is not None]  # fmt: skip
    assert np.median(errors_um) < 25.0


def test_the_head_crawls_into_a_zone_and_the_stage_does_not_follow(open_rig):
    free = open_rig("roam", 2)
    free.run(6.0)
    goal_um = free.post.states[-1].position_um
    zone = KeepOutCircle(kind="circle", center_um=tuple(goal_um.tolist()), radius_um=200.0)
    session = open_rig("roam", 2, keep_out=(zone,))
    session.run(8.0)

    away_um = [math.dist(state.position_um, goal_um) for state in session.post.states]
    assert min(away_um) > 200.0
    assert any(made.action & GuardAction.KEEP_OUT for made in session.post.guarded)
    assert session.held_because == ""


@pytest.mark.parametrize("seed", [1, 3, 4, 6])
def test_dirt_on_the_lens_is_found_out_and_the_head_is_taken_again(open_rig, seed):
    session = open_rig("dirt", seed)
    session.run(11.0)

    (told,) = session.news
    assert "dirt on camera or lens" in told
    assert session.held_because == ""
    errors_um = [math.hypot(*(session._rig.head_um(t.t_s) - t.stage_um))
                 for t in session.ticks if t.t_s > 10.0]  # fmt: skip
    assert max(errors_um) < 25.0
