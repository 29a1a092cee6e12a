"""What pairs of pictures and positions tell of matrix and delays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.calibrate.drift import FEWEST_PAIRS, fit_delay_drift, fit_matrix_drift
from tracker.calibrate.ground import SIDE_PX, StandingStill, middle


def pairs(count=60, *, off=((0.0, 0.0), (0.0, 0.0)), lateness_s=0.0, noise_um=0.3, seed=1):
    """Moves, changes of velocity, and what is seen of them by a matrix that is off."""
    draw = np.random.default_rng(seed)
    moves_um = draw.normal(0.0, 20.0, (count, 2))
    changes_um_s = draw.normal(0.0, 120.0, (count, 2))
    believed = np.eye(2) + np.array(off)
    seen_um = -(moves_um + lateness_s * changes_um_s) @ believed.T
    return moves_um, changes_um_s, seen_um + draw.normal(0.0, noise_um, (count, 2))


@given(
    off=st.tuples(*[st.tuples(*[st.floats(-0.1, 0.1)] * 2)] * 2),
    lateness_s=st.floats(-0.02, 0.02),
)
def test_what_was_planted_is_found(off, lateness_s):
    found = fit_matrix_drift(*pairs(off=off, lateness_s=lateness_s))

    assert found.off == pytest.approx(np.array(off), abs=0.012)
    assert found.lateness_s == pytest.approx(lateness_s, abs=0.003)
    assert found.error < 0.006


@pytest.mark.parametrize("seed", range(5))
def test_a_third_of_the_pairs_may_have_seen_something_else(seed):
    moves_um, changes_um_s, seen_um = pairs(off=((0.05, 0.0), (0.0, 0.05)), seed=seed)
    seen_um[::3] = np.random.default_rng(seed).normal(0.0, 20.0, seen_um[::3].shape)

    found = fit_matrix_drift(moves_um, changes_um_s, seen_um)

    assert found.off == pytest.approx(0.05 * np.eye(2), abs=0.015)


def test_too_few_pairs_and_pairs_that_do_not_agree_tell_nothing():
    moves_um, changes_um_s, seen_um = pairs(FEWEST_PAIRS - 1)
    assert fit_matrix_drift(moves_um, changes_um_s, seen_um) is None

    moves_um, changes_um_s, seen_um = pairs()
    assert fit_matrix_drift(moves_um, changes_um_s, -seen_um) is None


def driven(later_s, *, seconds=10.0, unit=1.0, seed=1):
    """A stage that is sent another velocity forty times a second, and acts later than believed."""
    draw = np.random.default_rng(seed)
    acts_s = np.arange(0.0, seconds, 0.025)
    sent_um_s = np.cumsum(draw.normal(0.0, 60.0, (len(acts_s), 2)), axis=0)
    ways_um = np.vstack([np.zeros(2), np.cumsum(0.025 * sent_um_s[:-1], axis=0)])
    times_s = np.arange(0.0, seconds - 0.1, 1.0 / 150.0)
    places_um = np.column_stack(
        [unit * np.interp(times_s - later_s, acts_s, ways_um[:, axis]) for axis in (0, 1)]
    )
    return acts_s, sent_um_s, times_s, np.round(places_um / 0.05) * 0.05


@given(later_s=st.floats(-0.015, 0.06), unit=st.floats(0.8, 1.2))
def test_a_delay_is_found_whatever_the_unit_of_velocity(later_s, unit):
    found = fit_delay_drift(*driven(later_s, unit=unit))

    assert found.later_s == pytest.approx(later_s, abs=0.0006)


def test_a_stage_at_rest_tells_no_delay():
    acts_s, sent_um_s, times_s, places_um = driven(0.01)

    assert fit_delay_drift(acts_s, 0.0 * sent_um_s, times_s, 0.0 * places_um) is None
    assert fit_delay_drift(acts_s[:0], sent_um_s[:0], times_s, places_um) is None
    assert fit_delay_drift(acts_s, sent_um_s, times_s[:50], places_um[:50]) is None


def test_an_animal_that_stands_in_the_picture_has_no_say():
    draw = np.random.default_rng(3)
    plate = draw.normal(150.0, 6.0, (400, 400))
    lamp = np.linspace(0.8, 1.2, SIDE_PX)[:, None]

    def picture(at_px):
        seen = plate[at_px : at_px + SIDE_PX, 40 : 40 + SIDE_PX] * lamp
        seen[100:160, 60:200] = 70.0 + draw.normal(0.0, 10.0, (60, 140))
        return middle(np.clip(seen, 0, 255).astype(np.uint8))

    still = StandingStill()
    for at_px in range(12):
        still.learn(picture(7 * at_px))
    shift = still.shift(picture(20), picture(34))

    assert still.is_known
    assert shift.shift_px == pytest.approx([0.0, -14.0], abs=0.2)
