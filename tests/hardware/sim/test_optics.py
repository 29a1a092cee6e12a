import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.sim.calibration import true_calibration
from hardware.sim.optics import Renderer
from hardware.sim.scenario import Fault, Scenario, load_scenario
from hardware.sim.scenery import MARGIN_PX
from hardware.sim.world import World

ROWS, COLUMNS = 240, 320


def small(scenario: Scenario, **optics: float) -> Scenario:
    return scenario.model_copy(
        update={
            "camera": scenario.camera.model_copy(update={"rows": ROWS, "columns": COLUMNS}),
            "field": scenario.field.model_copy(update={"center_px": (170.0, 110.0)}),
            "optics": scenario.optics.model_copy(update=optics),
        }
    )


SCENARIO = small(load_scenario("roam"))
RENDERER = Renderer(SCENARIO, 1)
LOOK_S = 3.0
HEAD_UM = World(SCENARIO, 1).head_um(LOOK_S)


def test_the_same_scenario_seed_time_and_stage_give_the_same_pixels():
    first = Renderer(SCENARIO, 1).render(LOOK_S, HEAD_UM, frame_index=7)
    Renderer(SCENARIO, 1).render(9.0, HEAD_UM + 500.0)

    again = Renderer(SCENARIO, 1).render(LOOK_S, HEAD_UM, frame_index=7)

    assert first.dtype == np.uint8
    assert first.shape == (ROWS, COLUMNS)
    assert (first == again).all()


def test_another_seed_is_another_world():
    other = Renderer(SCENARIO, 2).render(LOOK_S, HEAD_UM, frame_index=7)

    assert (other != RENDERER.render(LOOK_S, HEAD_UM, frame_index=7)).mean() > 0.5


@settings(max_examples=30, deadline=None)
@given(off_um=st.tuples(*[st.floats(-0.8 * MARGIN_PX, 0.8 * MARGIN_PX)] * 2))
def test_a_frame_drawn_ahead_is_the_frame_drawn_at_once(off_um):
    prepared = RENDERER.prepare(LOOK_S, HEAD_UM + np.array(off_um))

    finished = RENDERER.finish(prepared, HEAD_UM, 7)

    assert (finished == RENDERER.render(LOOK_S, HEAD_UM, frame_index=7)).all()


def test_a_second_of_frames_drawn_ahead_of_a_moving_stage_is_that_drawn_at_once():
    world = World(SCENARIO, 1)
    for index in range(40):
        t_s = 2.0 + 0.025 * index
        stage_um, velocity_um_s = world.head_um(t_s - 0.05), world.head_velocity_um_s(t_s - 0.05)
        expected_um = stage_um - 0.02 * velocity_um_s

        prepared = RENDERER.prepare(t_s, expected_um, stage_velocity_um_s=velocity_um_s)
        ahead = RENDERER.finish(prepared, stage_um, index)

        at_once = RENDERER.render(
            t_s, stage_um, frame_index=index, stage_velocity_um_s=velocity_um_s
        )
        assert (ahead == at_once).all()


def test_a_stage_beyond_the_margin_is_shown_where_it_is_all_the_same():
    prepared = RENDERER.prepare(LOOK_S, HEAD_UM + 5000.0)

    finished = RENDERER.finish(prepared, HEAD_UM, 7)

    assert (finished == RENDERER.render(LOOK_S, HEAD_UM, frame_index=7)).all()


@pytest.mark.parametrize("whole_px", [(12, 0), (0, -9), (-7, 15)])
def test_what_lies_on_the_plate_moves_in_the_picture_as_the_calibration_says(whole_px):
    scenario = small(load_scenario("roam"), noise_grey=0.0, corner_grey=172.0, brightest_grey=174.0)
    renderer = Renderer(scenario, 1)
    matrix = true_calibration(scenario).stage_from_image_um_per_px
    x_px, y_px = whole_px

    before = renderer.render(LOOK_S, HEAD_UM).astype(int)
    after = renderer.render(LOOK_S, HEAD_UM + matrix @ np.array(whole_px)).astype(int)

    moved = np.roll(before, (-y_px, -x_px), axis=(0, 1))
    inside = (slice(20, -20), slice(20, -20))
    assert np.abs(moved - after)[inside].max() <= 2  # the lamp does not move with the plate


def test_the_grey_levels_are_those_of_the_near_infrared_rig():
    frame = Renderer(load_scenario("crawl"), 1).render(0.0, np.array([9000.0, 0.0]))

    corners = [frame[y, x] for y in (slice(24), slice(-24, None)) for x in (slice(24),)]
    assert np.median(frame) == pytest.approx(173, abs=5)
    assert np.mean(corners) == pytest.approx(105, abs=10)
    assert np.percentile(frame[250:450, 350:600], 50) == pytest.approx(204, abs=5)


def test_two_frames_of_one_moment_differ_by_nearly_white_noise_alone():
    first, second = (
        RENDERER.render(LOOK_S, HEAD_UM, frame_index=index).astype(float) for index in (3, 4)
    )

    noise = (first - second) / np.sqrt(2.0)
    neighbours = np.mean(noise[:, 1:] * noise[:, :-1]) / noise.var()
    assert noise.std() == pytest.approx(5.5, abs=0.3)
    assert abs(neighbours) < 0.03


def test_the_animal_lies_where_its_midline_is():
    quiet = small(load_scenario("roam"), noise_grey=0.0, shadow=0.0, rotation_deg=20.0)
    world = World(quiet, 1)
    midline_um = world.animals[0].midline_um(LOOK_S)
    renderer = Renderer(quiet, 1, world=world)
    middle_um = midline_um[20]

    frame = renderer.render(LOOK_S, middle_um).astype(float)
    empty = Renderer(quiet, 1).render(LOOK_S + 1000.0, middle_um).astype(float)

    calibration = true_calibration(quiet)
    inverse = np.linalg.inv(calibration.stage_from_image_um_per_px)
    line_px = np.rint((midline_um - middle_um) @ inverse.T + calibration.target_px).astype(int)
    is_in = ((line_px > 3) & (line_px < (COLUMNS - 3, ROWS - 3))).all(axis=1)
    darker = (frame / empty)[line_px[is_in, 1], line_px[is_in, 0]]
    assert is_in.sum() >= 8
    assert np.mean(darker) == pytest.approx(0.87, abs=0.05)
    assert (frame / empty).max() > 1.05  # the halo


def test_a_smear_hides_the_animal_while_a_fault_blinds_the_camera():
    fault = Fault(kind="blind", from_s=2.5, to_s=3.5)
    scenario = small(load_scenario("roam"), noise_grey=0.0)
    blinded = scenario.model_copy(update={"faults": (fault,)})

    seen = Renderer(scenario, 1).render(LOOK_S, HEAD_UM).astype(float)
    hidden = Renderer(blinded, 1).render(LOOK_S, HEAD_UM).astype(float)

    head = (slice(90, 130), slice(150, 190))
    assert hidden[head].std() < 0.5 * seen[head].std()


def test_a_smear_drawn_ahead_is_the_smear_drawn_at_once():
    blinded = SCENARIO.model_copy(update={"faults": (Fault(kind="blind", from_s=2.5, to_s=3.5),)})
    renderer = Renderer(blinded, 1)

    ahead = renderer.finish(renderer.prepare(LOOK_S, HEAD_UM + 21.3), HEAD_UM, 7)

    difference = ahead.astype(int) - renderer.render(LOOK_S, HEAD_UM, frame_index=7)
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize(
    "look",
    [
        {"contrast": -20.0, "background_grey": 12.0, "corner_grey": 9.0, "brightest_grey": 15.0},
        {"contrast": -1.0},
        {"flip_um": 20.0, "focus_um": 45.0},
        {"oblique": 1.0},
        {"silhouette": 1.0, "contrast": 3.0},
        {"um_per_px": 2.6, "is_mirrored": True},
    ],
    ids=[
        "dark field",
        "flipped",
        "flipped by focus",
        "oblique",
        "silhouette",
        "coarse and mirrored",
    ],
)
def test_every_look_shows_the_animal_apart_from_its_plate(look):
    scenario = small(load_scenario("roam"), noise_grey=0.0, **look)

    frame = Renderer(scenario, 1).render(LOOK_S, HEAD_UM).astype(float)
    empty = Renderer(scenario, 1).render(LOOK_S + 1000.0, HEAD_UM).astype(float)

    assert np.abs(frame - empty).max() > 12
