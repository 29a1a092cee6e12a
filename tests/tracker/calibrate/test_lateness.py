"""Whether pictures and positions tell the same time."""

from dataclasses import replace

import numpy as np
import pytest

from hardware.types import StageState
from tracker.calibrate.drive import Drive
from tracker.calibrate.lateness import Seen, fit_lateness, seen_shifts
from tracker.calibrate.trial import run_trial, sway
from tracker.errors import CalibrationError


@pytest.mark.parametrize("late_s", [0.0, 0.012, -0.03])
def test_the_lateness_of_pictures_is_found_to_half_a_millisecond(make_rig, late_s):
    rig = make_rig(shape=(240, 320))
    drive = Drive(rig.feed, speed_um_s=300.0)
    drive.stand()
    still = drive.look(4)

    trace = run_trial(drive, sway(seconds=1.6, period_s=rig.period_s, reach_um=60.0), is_seen=True)
    stamped = [replace(frame, t_s=frame.t_s - late_s) for frame in trace.frames]
    fit = fit_lateness(seen_shifts(still.images, stamped), trace.states)

    assert fit.lateness_s == pytest.approx(late_s, abs=5e-4)
    assert fit.error_s < 5e-4


def moved(lateness_s, *, noise_px, seed=0, outliers=0):
    t_s = np.arange(0.0, 3.0, 0.006)
    places_um = 60.0 * np.column_stack([np.sin(5.0 * t_s), np.cos(6.0 * t_s)])
    states = [StageState(t_s=t, position_um=p) for t, p in zip(t_s, places_um, strict=True)]
    draw = np.random.default_rng(seed)
    seen_s = np.arange(0.3, 2.7, 0.06)
    there = [np.interp(seen_s + lateness_s, t_s, places_um[:, axis]) for axis in (0, 1)]
    shifts = np.column_stack(there) @ np.array([[0.7, 0.1], [-0.1, 0.7]])
    shifts += draw.normal(0.0, noise_px, shifts.shape)
    shifts[draw.choice(len(shifts), outliers, replace=False)] += 40.0
    return Seen(t_s=seen_s, shifts_px=shifts), states


def test_wild_shifts_do_not_count():
    fit = fit_lateness(*moved(0.02, noise_px=0.2, outliers=6))

    assert fit.lateness_s == pytest.approx(0.02, abs=1e-3)


def test_pictures_that_go_their_own_way_are_refused():
    seen, states = moved(0.0, noise_px=30.0)

    with pytest.raises(CalibrationError, match="do not go with the stage"):
        fit_lateness(seen, states)


def test_too_few_clear_pictures_are_refused():
    seen, states = moved(0.0, noise_px=0.1)

    with pytest.raises(CalibrationError, match="too little texture"):
        fit_lateness(Seen(t_s=seen.t_s[:5], shifts_px=seen.shifts_px[:5]), states)
