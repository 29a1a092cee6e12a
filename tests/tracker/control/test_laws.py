import numpy as np
import pytest

from models.detection import Candidate
from tracker.config import ControlConfig
from tracker.control.incumbent import GAIN_PER_S, Incumbent
from tracker.control.laws import make_controller, tuned
from tracker.control.proportional import Proportional
from tracker.history import StageHistory
from tracker.messages import Estimate, Sighting

STAGE = StageHistory(np.array([0.99, 1.0]), np.array([[100.0, 50.0], [100.0, 50.0]]))


def foreseen(position_um, velocity_um_s=(0.0, 0.0), t_s=1.02, seen_s=1.0):
    return Estimate(
        t_s=t_s,
        position_um=np.array(position_um),
        velocity_um_s=np.array(velocity_um_s),
        covariance=np.eye(4),
        seen_s=seen_s,
    )


def seen(head_um, confidences=(0.95, 0.95, 0.95), keypoints_px=((0, 0), (50, 0), (100, 0))):
    candidate = Candidate(
        keypoints_px=np.array(keypoints_px, dtype=np.float64),
        confidences=np.array(confidences),
        confidence=float(np.mean(confidences)),
    )
    return Sighting(candidate=candidate, head_px=np.zeros(2), head_um=np.array(head_um))


@pytest.mark.parametrize("law", ["foresight", "proportional", "pid", "incumbent"])
def test_every_law_steers_towards_a_head_off_the_centre(law):
    controller = make_controller(tuned(law))
    for step in range(5):
        estimate = foreseen((140.0, 30.0), t_s=1.02 + 0.025 * step, seen_s=1.0 + 0.025 * step)
        velocity_um_s = controller.steer(estimate, STAGE, seen((140.0, 30.0)))

    assert velocity_um_s[0] > 0.0 > velocity_um_s[1]


@pytest.mark.parametrize("law", ["proportional", "pid", "incumbent"])
def test_the_other_laws_leave_the_last_velocity_when_the_head_is_unseen(law):
    controller = make_controller(tuned(law))
    before_um_s = controller.steer(foreseen((140.0, 30.0)), STAGE, seen((140.0, 30.0)))

    assert (controller.steer(foreseen((140.0, 30.0)), STAGE, None) == before_um_s).all()


def test_a_head_in_the_centre_that_crawls_is_followed_at_its_own_speed():
    controller = make_controller(ControlConfig(law="foresight"))

    velocity_um_s = controller.steer(foreseen((100.0, 50.0), (300.0, -80.0)), STAGE, None)

    assert velocity_um_s == pytest.approx([300.0, -80.0])


def test_what_is_under_way_is_not_asked_for_twice():
    controller = make_controller(ControlConfig(law="foresight", gain_per_s=40.0))
    first_um_s = controller.steer(foreseen((110.0, 50.0), t_s=1.02), STAGE, None)

    # Nothing has been seen to move yet; 25 ms later the first command will have done its work.
    second_um_s = controller.steer(foreseen((110.0, 50.0), t_s=1.045), STAGE, None)

    assert first_um_s == pytest.approx([400.0, 0.0])
    assert second_um_s == pytest.approx([0.0, 0.0], abs=1e-6)


def test_proportional_looks_at_the_last_picture_alone():
    controller = Proportional(10.0)

    velocity_um_s = controller.steer(foreseen((900.0, 900.0)), STAGE, seen((103.0, 46.0)))

    assert velocity_um_s == pytest.approx([30.0, -40.0])


def test_the_incumbent_runs_at_its_gain_between_its_two_distances():
    law = Incumbent()

    assert law.steer(foreseen((0, 0)), STAGE, seen((120.0, 50.0))) == pytest.approx(
        [20.0 * GAIN_PER_S, 0.0]
    )
    near_um_s = law.steer(foreseen((0, 0)), STAGE, seen((103.0, 50.0)))
    far_um_s = law.steer(foreseen((0, 0)), STAGE, seen((300.0, 50.0)))
    assert near_um_s[0] == far_um_s[0] == pytest.approx(20.0 * GAIN_PER_S)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        seen((120.0, 50.0), confidences=(0.95, 0.89, 0.95)),
        seen((120.0, 50.0), keypoints_px=((0, 0), (100, 0), (50, 0))),
    ],
    ids=["unseen", "doubtful", "out of order"],
)
def test_every_fourth_bad_frame_stops_the_incumbent_and_good_ones_do_not_reset(bad):
    law = Incumbent()
    good = seen((120.0, 50.0))
    velocities_um_s = [
        law.steer(foreseen((0, 0)), STAGE, sighting)[0]
        for sighting in (good, bad, bad, good, bad, bad, bad)
    ]

    assert (np.array(velocities_um_s) > 0.0).tolist() == [True] * 5 + [False] * 2
