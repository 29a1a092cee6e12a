"""Zones that nothing may enter, whatever is asked for."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tracker.config import KeepOutBox, KeepOutCircle
from tracker.messages import GuardAction
from tracker.safety.keep_out import Box, Circle, Reach, limit_to_outside, zones

BOX = Box(np.array([200.0, -300.0]), np.array([500.0, 300.0]))
CIRCLE = Circle(np.array([-400.0, 400.0]), 200.0)
BOTH = (BOX, CIRCLE)
velocities = arrays(np.float64, 2, elements=st.floats(-3000, 3000))
places = arrays(np.float64, 2, elements=st.floats(-900, 900))


def reach_at(place_um, *, ahead_s=0.2, wide_um=0.0):
    return Reach(
        lowest_um=np.array(place_um, float),
        highest_um=np.array(place_um, float) + wide_um,
        ahead_s=ahead_s,
        max_acceleration_um_s2=50_000.0,
    )


@st.composite
def reaches(draw):
    return reach_at(
        draw(places),
        ahead_s=draw(st.floats(0, 0.3)),
        wide_um=draw(st.floats(0, 50)),
    )


def is_in(zone, place_um):
    return zone.meets(np.asarray(place_um), np.asarray(place_um))


def test_the_config_s_zones_are_these():
    box, circle = zones(
        [
            KeepOutBox(kind="box", lower_um=(200, -300), upper_um=(500, 300)),
            KeepOutCircle(kind="circle", center_um=(-400, 400), radius_um=200),
        ]
    )

    assert (box.lower_um == BOX.lower_um).all()
    assert (box.upper_um == BOX.upper_um).all()
    assert (circle.center_um == CIRCLE.center_um).all()
    assert circle.radius_um == CIRCLE.radius_um


@pytest.mark.parametrize(
    ("zone", "place_um", "is_inside"),
    [
        (BOX, (350, 0), True),
        (BOX, (199, 0), False),
        (BOX, (199.6, 0), True),
        (BOX, (501, 0), False),
        (BOX, (350, 301), False),
        (BOX, (350, -301), False),
        (CIRCLE, (-400, 400), True),
        (CIRCLE, (-400, 601), False),
        (CIRCLE, (-400, 600.4), True),
        (CIRCLE, (-250, 550), False),
    ],
)
def test_what_lies_in_a_zone_or_at_its_edge_meets_it(zone, place_um, is_inside):
    assert is_in(zone, np.array(place_um, float)) == is_inside


def test_a_box_that_spans_a_zone_meets_it_though_no_corner_lies_in_it():
    assert CIRCLE.meets(np.array([-1000.0, 350.0]), np.array([0.0, 360.0]))
    assert BOX.meets(np.array([0.0, 0.0]), np.array([900.0, 1.0]))


@pytest.mark.parametrize(
    ("zone", "place_um", "way"),
    [
        (BOX, (210, 0), (-1, 0)),
        (BOX, (490, 0), (1, 0)),
        (BOX, (350, -290), (0, -1)),
        (BOX, (350, 290), (0, 1)),
        (CIRCLE, (-400, 450), (0, 1)),
        (CIRCLE, (-500, 400), (-1, 0)),
        (CIRCLE, (-400, 400), (1, 0)),
    ],
)
def test_the_way_out_is_the_shortest(zone, place_um, way):
    assert zone.way_out(np.array(place_um, float)) == pytest.approx(way)


@given(velocity_um_s=velocities, reach=reaches())
def test_no_way_of_braking_leads_into_a_zone(velocity_um_s, reach):
    sent_um_s = limit_to_outside(velocity_um_s, reach, BOTH)

    if any(zone.meets(reach.lowest_um, reach.highest_um) for zone in BOTH):
        return
    still = limit_to_outside(np.zeros(2), reach, BOTH)
    swept = reach.corners(sent_um_s)
    assert not still.any()
    assert not sent_um_s.any() or not any(zone.meets(*swept) for zone in BOTH)


@given(velocity_um_s=velocities, reach=reaches())
def test_a_zone_never_makes_a_velocity_faster_or_turns_it_round(velocity_um_s, reach):
    sent_um_s = limit_to_outside(velocity_um_s, reach, BOTH)

    assert math.hypot(*sent_um_s) <= math.hypot(*velocity_um_s) * (1 + 1e-9)
    assert sent_um_s @ velocity_um_s >= -1e-9


@given(velocity_um_s=velocities, place_um=places)
def test_in_a_zone_only_the_way_out_is_open(velocity_um_s, place_um):
    for zone in BOTH:
        if is_in(zone, place_um):
            sent_um_s = limit_to_outside(velocity_um_s, reach_at(place_um), (zone,))
            out = zone.way_out(place_um)
            assert sent_um_s == pytest.approx(out * max(velocity_um_s @ out, 0.0), abs=1e-6)


def test_far_from_zones_a_velocity_is_left_alone():
    velocity_um_s = np.array([300.0, -100.0])

    assert limit_to_outside(velocity_um_s, reach_at((-800, -800)), BOTH) is velocity_um_s


def test_beside_a_wall_the_way_along_it_stays_open():
    sent_um_s = limit_to_outside(np.array([500.0, 400.0]), reach_at((190, 0)), BOTH)

    assert sent_um_s[1] == pytest.approx(400.0)
    assert 0.0 <= sent_um_s[0] < 50.0


def test_a_zone_is_approached_up_to_its_edge_and_no_slower_than_need_be():
    sent_um_s = limit_to_outside(np.array([3000.0, 0.0]), reach_at((0, 0)), BOTH)

    way_um = sent_um_s[0] * 0.2 + sent_um_s[0] ** 2 / (50_000.0 * math.sqrt(2.0))
    assert way_um == pytest.approx(200.0, abs=1.0)


steps = st.lists(
    st.tuples(st.tuples(st.floats(-6000, 6000), st.floats(-6000, 6000)), st.floats(0.005, 0.2)),
    min_size=1,
    max_size=25,
)


@settings(max_examples=100, deadline=None)
@given(steps=steps)
def test_no_sequence_of_commands_drives_the_stage_into_a_zone(make_rig, steps):
    rig = make_rig(keep_out=BOTH)
    rig.wait(0.01)
    for velocity_um_s, pause_s in steps:
        rig.command(velocity_um_s)
        rig.wait(pause_s)
    rig.wait(0.5)

    for place_um in rig.reached_um:
        assert not is_in(Box(BOX.lower_um + 1.0, BOX.upper_um - 1.0), place_um)
        assert math.dist(place_um, CIRCLE.center_um) >= CIRCLE.radius_um


@pytest.mark.parametrize("toward_um", [(350.0, 0.0), (-400.0, 400.0)])
def test_full_speed_at_a_zone_ends_before_it_and_says_why(make_rig, toward_um):
    rig = make_rig(keep_out=BOTH)
    rig.wait(0.01)
    said = GuardAction.NONE
    for _ in range(100):
        here_um = rig.stage.mechanics.stage_um(rig.clock.now_s())
        said |= rig.command((np.array(toward_um) - here_um) * 50.0).action
        rig.wait(0.02)

    assert said & GuardAction.KEEP_OUT
    assert not any(is_in(zone, rig.reached_um[-1]) for zone in BOTH)
    assert rig.speed_um_s() < 10.0  # it creeps up to the edge


def test_what_is_swept_is_the_way_and_the_braking_and_no_more():
    reach = reach_at((10.0, 20.0), wide_um=5.0)

    low_um, high_um = reach.corners(np.array([300.0, -600.0]))

    brake_um = np.array([300.0**2, 600.0**2]) / (50_000.0 * math.sqrt(2.0))
    assert low_um == pytest.approx([10.0, 20.0 - 120.0 - brake_um[1]])
    assert high_um == pytest.approx([15.0 + 60.0 + brake_um[0], 25.0])


@pytest.mark.parametrize(
    ("place_um", "velocity_um_s", "open_axis"),
    [((350, -310), (400, 500), 0), ((350, 310), (-400, -500), 0), ((510, 0), (-500, -400), 1)],
)
def test_along_every_side_the_way_stays_open(place_um, velocity_um_s, open_axis):
    velocity_um_s = np.array(velocity_um_s, float)

    sent_um_s = limit_to_outside(velocity_um_s, reach_at(place_um), (BOX,))

    assert sent_um_s[open_axis] == pytest.approx(velocity_um_s[open_axis])
    assert abs(sent_um_s[1 - open_axis]) < 50.0


def test_just_beside_the_middle_of_a_circle_the_way_out_is_still_the_shortest():
    assert CIRCLE.way_out(np.array([-400.0, 399.5])) == pytest.approx([0.0, -1.0])


def test_a_box_is_left_a_little_room_on_either_side():
    beside = [(199.6, 0.0), (500.4, 0.0), (350.0, -300.4), (350.0, 300.4)]

    assert all(is_in(BOX, np.array(place_um)) for place_um in beside)
