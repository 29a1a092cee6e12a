"""The laws of the filter, not examples of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.estimate.kalman import Agility, HeadMotion, correct, first_seen, predict

AGILITY = Agility(agility_um2_s3=2e6, swing_s=0.1)
agilities = st.builds(
    Agility,
    agility_um2_s3=st.floats(1e4, 1e8),
    swing_s=st.floats(0.02, 2.0),
)
HERE = correct(
    first_seen(0.0, np.array([10.0, -20.0]), AGILITY, noise_um=1.5),
    np.array([11.0, -19.0]),
    noise_um=1.5,
)


@given(first_s=st.floats(0, 1), second_s=st.floats(0, 1), agility=agilities)
def test_two_short_predictions_say_what_one_long_one_says(first_s, second_s, agility):
    moving = HeadMotion(t_s=0.0, state=np.array([[1.0, 2], [300, -50], [2e3, 5e2]]),
                        covariance=HERE.covariance)  # fmt: skip

    once = predict(moving, first_s + second_s, agility)
    twice = predict(predict(moving, first_s, agility), first_s + second_s, agility)

    assert twice.state == pytest.approx(once.state, rel=1e-6, abs=1e-6)
    assert twice.covariance == pytest.approx(once.covariance, rel=2e-2, abs=1e-3)


@given(waits_s=st.lists(st.floats(0, 0.5), min_size=1, max_size=30), agility=agilities)
def test_the_covariance_stays_that_of_something_real(waits_s, agility):
    motion = first_seen(0.0, np.zeros(2), agility, noise_um=1.5)
    for wait_s in waits_s:
        motion = correct(predict(motion, motion.t_s + wait_s, agility), np.ones(2), noise_um=1.5)

    scale = np.sqrt(np.outer(np.diag(motion.covariance), np.diag(motion.covariance)))
    assert motion.covariance == pytest.approx(motion.covariance.T)
    assert np.linalg.eigvalsh(motion.covariance / scale).min() > -1e-9
    assert motion.deviation_um <= 1.5


def test_a_look_makes_surer_and_waiting_makes_less_sure():
    later = predict(HERE, 0.1, AGILITY)

    assert later.deviation_um > HERE.deviation_um
    assert correct(later, np.zeros(2), noise_um=1.5).deviation_um < later.deviation_um


def test_a_steady_crawl_is_learnt():
    motion = first_seen(0.0, np.zeros(2), AGILITY, noise_um=1.5)
    for step in range(1, 60):
        t_s = 0.025 * step
        motion = correct(
            predict(motion, t_s, AGILITY), np.array([300.0, -100.0]) * t_s, noise_um=1.5
        )

    assert motion.velocity_um_s == pytest.approx([300.0, -100.0], abs=1.0)


def test_the_past_cannot_be_predicted():
    with pytest.raises(ValueError, match="cannot predict back"):
        predict(HERE, -0.01, AGILITY)
