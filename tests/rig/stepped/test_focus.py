"""The plate is tilted: along a plane of points marked in focus, the picture stays sharp."""

import cv2
import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.config import RigConfig, SimulatedStage
from hardware.focus_config import SimulatedFocus
from hardware.registry import open_stepped_rig
from tracker.focus_config import FocusConfig
from tracker.messages import FocusAction
from tracker.runtime.stepped import SteppedSession
from tracker.safety.guard import stage_limits

pytestmark = pytest.mark.rig

# Straight uphill, where the plate of 0.3 degrees rises fastest.
SCENARIO = """
title: an animal that crawls uphill
worm:
  kind: gait
  heading_deg: 40
  behaviour: {reversals_per_min: 0, pauses_per_min: 0, wander_deg_per_mm: 0, range_um: 20000}
plate: {tilt_deg: 0.3, tilt_direction_deg: 40, debris_per_mm2: 20, texture_grey: 6}
optics: {noise_grey: 0, depth_of_field_um: 12}
"""
SECONDS = 20.0


def marked_points():
    """Three points as an operator marks them: each half a micrometre off, this way or that."""
    slope = np.tan(np.radians(0.3)) * np.array([np.cos(np.radians(40)), np.sin(np.radians(40))])
    places_um = np.array([[-6000.0, -5000.0], [6000.0, -5000.0], [0.0, 7000.0]])
    off_um = (0.5, -0.5, 0.5)
    return tuple(
        (x, y, float(slope @ (x, y)) + off) for (x, y), off in zip(places_um, off_um, strict=True)
    )


@pytest.fixture
def follow(config, write_scenario):
    """Run the scenario; return the session, its rig, and the exposures' true defocus."""

    def run(follow, *, floor_um=-200.0, seconds=SECONDS):
        drive = SimulatedFocus(
            kind="simulated", floor_um=floor_um, ceiling_um=200.0, max_speed_um_s=100.0
        )
        stage = SimulatedStage(kind="simulated", language="asi")
        rig = RigConfig.model_validate(
            config.rig.model_copy(update={"stage": stage, "focus": drive}).model_dump()
        )
        focus = FocusConfig(follow=follow, points_um=marked_points())
        altered = config.model_copy(update={"rig": rig, "focus": focus})
        clock = SteppedClock()
        stepped = open_stepped_rig(
            str(write_scenario(SCENARIO)), 1, stage_limits(config.safety), clock
        )
        session = SteppedSession(stepped, clock, altered)
        session.run(seconds)
        return session, stepped, np.abs(session.rows().truth["defocus_um"])

    return run


def sharpness(session, rig):
    """How much fine structure the last picture has."""
    picture = rig.picture(session.exposures[-1])
    return float(cv2.Laplacian(picture, cv2.CV_32F).std())


def test_along_the_plane_the_picture_stays_sharp_and_without_it_blurs(follow):
    led, led_rig, led_um = follow("plane")
    left, left_rig, left_um = follow("none")

    assert led_um[40:].max() < 2.0  # after a second: half a micrometre of marks, and the deadband
    assert left_um.max() > 25.0
    assert np.diff(left_um[::200]).min() > 0.0  # it grows
    assert sharpness(led, led_rig) > 1.5 * sharpness(left, left_rig)
    assert len(led.focus_reports) > 9 * SECONDS


def test_the_head_is_followed_no_worse_for_it(follow):
    session, _, _ = follow("plane")
    truth = session.rows().truth

    error_um = np.hypot(*(truth["head_um"] - truth["stage_um"])[40:].T)
    assert np.sqrt(np.mean(error_um**2)) < 12.0


def test_a_drive_that_stands_below_its_floor_is_led_nowhere(follow):
    session, _, _ = follow("plane", floor_um=4.0, seconds=6.0)

    heights_um = [report.z_um for report in session.focus_reports]
    assert session.focus.counts.focus_targets == 0
    assert set(heights_um) == {0.0}
    assert session.focus_reports[-1].action & FocusAction.HELD
