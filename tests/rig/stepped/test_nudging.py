"""The field's centre moved by the operator while the animal is followed, against the truth."""

from pathlib import Path

import numpy as np
import pytest

from hardware.sim.calibration import true_calibration
from hardware.sim.scenario import load_scenario
from tracker.config import load_config
from tracker.record.score import score
from tracker.runtime.stepped import open_session

pytestmark = pytest.mark.rig

CONFIG = load_config(Path(__file__).parents[3] / "config.yaml")
BEFORE_S, NUDGED_S, AFTER_S = 1.0, 15.0, 30.0


@pytest.fixture(scope="module", params=[(5.0, 0.0), (-5.0, 10.0)], ids=["right", "left and down"])
def nudged(request):
    """A followed animal whose field is nudged half-way, and by how much."""
    session = open_session("crawl", 3, CONFIG)
    session.run(NUDGED_S)
    session.loop.move_field(np.array(request.param))
    session.run(AFTER_S)
    return session.rows(), np.array(request.param)


def head_in_picture_um(run, from_s, to_s):
    """Where the head stood in the picture on average, in um along its axes."""
    truth = run.truth[(run.truth["t_s"] >= from_s) & (run.truth["t_s"] < to_s)]
    calibration = true_calibration(load_scenario("crawl"))
    matrix = calibration.stage_from_image_um_per_px
    off_px = (truth["head_um"] - truth["stage_um"]) @ np.linalg.inv(matrix).T
    return 1.26 * np.median(off_px, axis=0)


def test_the_head_moves_in_the_picture_by_as_much(nudged):
    run, nudge_um = nudged

    before_um = head_in_picture_um(run, BEFORE_S, NUDGED_S)
    after_um = head_in_picture_um(run, NUDGED_S + 0.3, AFTER_S)

    # The camera is turned by 1.5 degrees against the stage, whose axes the nudge is told in.
    assert after_um - before_um == pytest.approx(nudge_um, abs=0.6)


def test_errors_are_about_the_new_centre_from_then_on(nudged):
    run, nudge_um = nudged
    ticks = run.ticks
    late = ticks["t_s"] > NUDGED_S + 0.3

    assert np.nanmedian(ticks["error_um"][late], axis=0) == pytest.approx([0.0, 0.0], abs=0.6)
    assert (ticks["nudge_um"][ticks["t_s"] > NUDGED_S + 0.03] == nudge_um).all()
    assert not ticks["nudge_um"][ticks["t_s"] < NUDGED_S - 0.03].any()
    assert score(run)["error_um"]["rms"] < 3.5
    assert np.hypot(*np.median(run.truth["head_um"] - run.truth["stage_um"], axis=0)) > 1.0


def test_the_stage_goes_there_without_swinging_over(nudged):
    run, nudge_um = nudged
    truth = run.truth[(run.truth["t_s"] >= NUDGED_S) & (run.truth["t_s"] < NUDGED_S + 1.0)]
    off_um = truth["head_um"] - truth["stage_um"] - nudge_um

    assert np.hypot(*off_um.T).max() < np.hypot(*nudge_um) + 10.0
