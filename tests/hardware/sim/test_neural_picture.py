"""The simulated neurons: where they are, how they glow, what the camera makes of it."""

import math

import numpy as np
import pytest

from hardware.sim.calcium import Calcium
from hardware.sim.neural_picture import NeuralPicture
from hardware.sim.scenario import Scenario, load_scenario
from hardware.sim.scenario_neurons import Neurons
from hardware.sim.world import World

SHAPE = (128, 128)
DARK = {"read_noise_counts": 0.0, "background_photons": 0.0}


@pytest.fixture(scope="module")
def roam():
    return load_scenario("roam")


def picture_of(scenario, *, seed=3, number=0):
    return NeuralPicture(scenario, seed, SHAPE, world=World(scenario, seed), number=number)


def test_with_the_head_centred_all_neurons_are_in_the_field_whenever_one_looks(roam):
    world = World(roam, 3)
    picture = picture_of(roam)

    for t_s in np.linspace(0.0, 60.0, 61):
        at_px = picture.truth(t_s, world.head_um(t_s)).neurons_px
        assert (at_px > 0.0).all()
        assert (at_px < SHAPE[0]).all()


def test_what_the_stage_leaves_is_what_moves_in_the_picture_turned_as_the_field_is(roam):
    world, picture = World(roam, 3), picture_of(roam)
    head_um = world.head_um(5.0)
    angle_rad = math.radians(roam.field.rotation_deg)
    turn = np.array(
        [[math.cos(angle_rad), math.sin(angle_rad)], [-math.sin(angle_rad), math.cos(angle_rad)]]
    )

    centred = picture.truth(5.0, head_um).neurons_px
    left_behind = picture.truth(5.0, head_um - [30.0, 10.0]).neurons_px

    moved_um = (left_behind - centred) * picture.um_per_px
    tilt_rad = math.radians(roam.optics.rotation_deg)
    untilt = np.array(
        [[math.cos(tilt_rad), math.sin(tilt_rad)], [-math.sin(tilt_rad), math.cos(tilt_rad)]]
    )
    mirror = np.diag([-1.0 if roam.optics.is_mirrored else 1.0, 1.0])
    expected_um = turn @ mirror @ untilt @ [30.0, 10.0]
    assert moved_um == pytest.approx(np.tile(expected_um, (picture.neurons, 1)))


def test_neurons_leave_the_field_with_a_head_that_is_lost(roam):
    picture, head_um = picture_of(roam), World(roam, 3).head_um(5.0)

    seen = picture.truth(5.0, head_um + np.array([150.0, 0.0]))
    image = picture.render([seen], 0)

    outside = (seen.neurons_px < 0.0) | (seen.neurons_px >= SHAPE[0])
    assert outside.any(axis=1).sum() > picture.neurons / 2
    assert image.shape == SHAPE


def test_a_neuron_is_brightest_where_the_truth_says_and_its_light_follows_its_trace():
    scenario = Scenario.model_validate(
        {"title": "one", "worm": {"kind": "gait"}, "neurons": {"count": 1, **DARK}}
    )
    world, picture = World(scenario, 3), picture_of(scenario)
    light = []
    for t_s in (2.0, 4.0, 6.0, 8.0, 10.0, 12.0):
        seen = picture.truth(t_s, world.head_um(t_s))
        image = picture.render([seen], 7).astype(float) - scenario.neurons.offset_counts
        row, column = np.unravel_index(np.argmax(image), SHAPE)
        assert np.hypot(*(seen.neurons_px[0] - [column, row])) < 1.5
        light.append(image.sum() / (1.0 + seen.activity[0]))

    assert np.std(light) / np.mean(light) < 0.05


def test_the_same_moment_gives_the_same_picture_to_the_bit(roam):
    head_um = World(roam, 3).head_um(9.0)

    once, again = picture_of(roam), picture_of(roam)
    again.truth(30.0, head_um)

    images = [part.render([part.truth(9.0, head_um)], 11) for part in (once, again)]
    assert np.array_equal(*images)


def test_two_cameras_see_the_same_neurons_with_noise_of_their_own(roam):
    head_um = World(roam, 3).head_um(9.0)
    one, two = picture_of(roam, number=0), picture_of(roam, number=1)
    seen = one.truth(9.0, head_um)

    assert np.array_equal(seen.neurons_px, two.truth(9.0, head_um).neurons_px)
    assert not np.array_equal(one.render([seen], 1), two.render([seen], 1))


def test_noise_is_that_of_counted_light_and_of_the_reading():
    scenario = Scenario.model_validate(
        {
            "title": "no animal",
            "worm": {"kind": "none"},
            "neurons": {
                "background_photons": 100.0,
                "read_noise_counts": 3.0,
                "counts_per_photon": 2.0,
                "offset_counts": 50.0,
            },
        }
    )
    picture = picture_of(scenario)

    image = picture.render([picture.truth(1.0, np.zeros(2))], 0).astype(float)

    assert image.mean() == pytest.approx(250.0, abs=1.0)
    assert image.std() == pytest.approx(math.hypot(2.0 * 10.0, 3.0), rel=0.03)


def test_activity_rises_quickly_decays_slowly_and_is_never_less_than_at_rest():
    calcium = Calcium(Neurons(count=5, events_per_min=20.0), seed=1)
    traces = np.array([calcium.activity(t_s) for t_s in np.arange(0.0, 60.0, 0.05)])

    steps = np.diff(traces, axis=0)
    assert traces.min() >= 0.0
    assert traces.max() > 0.5
    assert steps.max() > 3.0 * -steps.min()
    assert np.array_equal(
        calcium.activity(33.3),
        Calcium(Neurons(count=5, events_per_min=20.0), seed=1).activity(33.3),
    )
