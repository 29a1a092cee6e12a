"""Whether a drift is told while an animal is followed, and never where there is none."""

import re
from pathlib import Path

import numpy as np
import pytest

from tracker.calibrate.drift_watch import DriftWatch
from tracker.config import load_config
from tracker.runtime.stepped import open_session

pytestmark = pytest.mark.rig

CONFIG = load_config(Path(__file__).parents[3] / "config.yaml")
TOLD_WITHIN_S = 20.0
QUIET_S = 20.0


class WatchedRig:
    """A stepped session whose recorder would watch for drift: pictures are drawn for it alone."""

    def __init__(self, scenario, seed, *, stamped_early_s=0.0, believed_lag_s=None):
        self.session = open_session(str(scenario), seed, CONFIG)
        self.rig = self.session._rig
        if believed_lag_s is not None:
            self.rig.stage._lag_s = believed_lag_s
        self.watch = DriftWatch(self.rig.believed_calibration, CONFIG.drift)
        self.stamped_early_s = stamped_early_s
        self.told = []

    def run(self, seconds):
        post, period_s = self.session.post, self.rig.period_s
        while len(self.session.exposures) * period_s < seconds and not self.told:
            states, guarded = len(post.states), len(post.guarded)
            self.session.step()
            self._hear(post.states[states:], post.guarded[guarded:])
            exposure = self.session.exposures[-1]
            stamp_s = exposure.t_s - self.stamped_early_s
            if self.watch.wants(stamp_s):
                self.watch.see(self.rig.picture(exposure), stamp_s)
            self.told += self.watch.judge()
        return self

    def _hear(self, states, guarded):
        self.watch.note_positions(*table((s.t_s, s.position_um) for s in states))
        self.watch.note_sent(*table((g.acts_s, g.sent_um_s) for g in guarded))

    @property
    def ran_s(self):
        return len(self.session.exposures) * self.rig.period_s


def table(rows):
    rows = list(rows)
    return np.array([t_s for t_s, _ in rows]), np.array([v for _, v in rows]).reshape(-1, 2)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_wrong_matrix_is_told_with_how_it_is_wrong(seed):
    watched = WatchedRig("drift_calibration", seed).run(TOLD_WITHIN_S)

    (told,) = watched.told
    found = re.match(
        r"the picture does not move as calibrated: a pixel is ([\d.]+) % less than the calibration "
        r"says, turned by ([-+][\d.]+) degrees",
        told,
    )
    assert float(found[1]) == pytest.approx(4.8, abs=1.0)  # the lab believes 5 % too many um
    assert float(found[2]) == pytest.approx(-4.0, abs=0.6)
    assert watched.watch.matrix.by == pytest.approx(0.087, abs=0.015)


@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("scenario", ["roam", "crawl", "escape", "omega", "reversals"])
def test_nothing_is_told_where_nothing_has_drifted(scenario, seed):
    watched = WatchedRig(scenario, seed).run(QUIET_S)

    assert watched.told == []
    assert watched.watch.matrix.by < 0.025
    assert abs(watched.watch.later_s) < 0.003


def test_a_stage_that_acts_later_than_its_driver_believes_is_told(write_scenario):
    slow = write_scenario("title: slow\nworm: {kind: gait}\nstage: {lag_s: 0.022}\n")
    watched = WatchedRig(slow, 2, believed_lag_s=0.006).run(TOLD_WITHIN_S)

    (told,) = watched.told
    assert "longer than believed from a picture to the stage acting on it" in told
    assert watched.watch.delay.later_s == pytest.approx(0.0169, abs=0.001)  # 0.9 ms are the ramps
    assert watched.watch.matrix.lateness_s == pytest.approx(0.0, abs=0.002)


def test_pictures_that_are_stamped_too_early_are_told():
    watched = WatchedRig("roam", 2, stamped_early_s=0.02).run(QUIET_S)

    (told,) = watched.told
    assert "ms younger than their stamps" in told
    assert watched.watch.matrix.lateness_s == pytest.approx(0.02, abs=0.007)


def test_without_a_plate_to_see_nothing_is_said(write_scenario):
    bare = "title: bare\nworm: {kind: gait}\nplate: {debris_per_mm2: 0, texture_grey: 0}\n"
    watched = WatchedRig(write_scenario(bare), 1).run(10.0)

    assert watched.told == []
