import numpy as np
import pytest

from hardware.sim import anatomy
from tracker.geometry import HEAD_FRACTION

STRAIGHT_UM = np.column_stack([np.linspace(0.0, -1000.0, 49), np.zeros(49)])


def test_world_and_loop_mean_the_same_point_by_the_head():
    assert anatomy.HEAD_BETWEEN_BULBS == HEAD_FRACTION


def test_keypoints_of_a_straight_animal_lie_at_their_fractions():
    keypoints_um = anatomy.keypoints_um(STRAIGHT_UM)

    assert keypoints_um == pytest.approx(np.array([[0.0, 0.0], [-69.0, 0.0], [-138.0, 0.0]]))


def test_the_nose_is_the_tip_that_the_head_points_at():
    bent_um = STRAIGHT_UM.copy()
    bent_um[0] += [-5.0, 15.0]  # the midline leaves the round end aside

    nose_um, _, _ = anatomy.keypoints_um(bent_um)

    assert abs(nose_um[1]) < 7.0
    assert nose_um[0] > -8.0


def test_the_tracked_head_lies_between_the_bulbs():
    assert anatomy.tracked_head_um(STRAIGHT_UM) == pytest.approx(np.array([-89.7, 0.0]))


def test_the_body_is_widest_in_the_middle_and_thinnest_at_the_tail():
    places = np.array([0.0, 0.14, 0.45, 0.88, 1.0])

    widths_px = anatomy.half_width_um(places, length_um=750.0)

    assert widths_px == pytest.approx([11.0, 22.0, 27.0, 18.0, 1.0])


def test_another_build_is_stouter_and_its_nose_more_pointed():
    places = np.array([0.0, 0.14, 0.45, 0.88, 1.0])
    build = anatomy.Build(stout=1.2, nose=0.5)

    widths_px = anatomy.half_width_um(places, length_um=750.0, build=build)

    assert widths_px[0] == pytest.approx(0.5 * 1.2 * 11.0)
    assert widths_px[2:] == pytest.approx(1.2 * np.array([27.0, 18.0, 1.0]))
    assert build.widest == pytest.approx(1.2 * 27.0 / 750.0)
