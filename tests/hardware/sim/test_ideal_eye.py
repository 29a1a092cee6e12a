import numpy as np
import pytest

from hardware.sim.calibration import true_calibration
from hardware.sim.ideal_eye import IdealEye
from hardware.sim.scenario import Scenario
from hardware.sim.world import World


def scenario(**detections):
    return Scenario.model_validate(
        {
            "title": "an animal to be seen",
            "worm": {"kind": "gait"},
            "detections": {"miss_fraction": 0.0, "outlier_fraction": 0.0, **detections},
            "faults": [{"kind": "blind", "from_s": 5.0, "to_s": 6.0}],
        }
    )


def look(world, t_s, *, index=0, seed=1):
    return IdealEye(world, seed).look(index, t_s, world.head_um(t_s))


def test_a_head_over_the_field_is_seen_at_the_fields_centre():
    world = World(scenario(noise_px=0.0), 1)

    head = look(world, 1.0)[0]

    _, metacorpus_px, bulb_px = head.keypoints_px
    target_px = true_calibration(world.scenario).target_px
    assert metacorpus_px + 0.3 * (bulb_px - metacorpus_px) == pytest.approx(target_px)
    assert head.confidence > 0.9


def test_the_noise_is_as_large_as_the_scenario_says():
    world = World(scenario(noise_px=2.0), 1)
    clean = look(World(scenario(noise_px=0.0), 1), 1.0)[0].keypoints_px

    seen = [look(world, 1.0, index=index)[0].keypoints_px for index in range(200)]

    assert np.std(np.array(seen) - clean) == pytest.approx(2.0, rel=0.1)


def test_as_many_heads_are_missed_as_the_scenario_says():
    world = World(scenario(miss_fraction=0.3, tail_confidence=0.2), 1)

    found = [
        any(glimpse.confidence > 0.8 for glimpse in look(world, 1.0, index=index))
        for index in range(300)
    ]

    assert 1.0 - np.mean(found) == pytest.approx(0.3, abs=0.08)


def test_an_outlier_lies_where_the_scenario_says():
    world = World(scenario(noise_px=0.0, outlier_fraction=1.0, outlier_px=200.0), 1)

    glimpses = look(world, 1.0)

    specks = [glimpse for glimpse in glimpses if 0.6 < glimpse.confidence < 0.8]
    away_px = specks[0].keypoints_px - glimpses[0].keypoints_px
    assert np.hypot(*away_px.T) == pytest.approx([200.0] * 3)


def test_a_tail_out_of_the_picture_is_not_seen():
    world = World(scenario(tail_confidence=0.5), 1)
    far_um = world.head_um(1.0) + np.array([3000.0, 0.0])

    assert IdealEye(world, 1).look(0, 1.0, far_um) == []


def test_a_blind_eye_sees_nothing_of_the_tracked_animal():
    assert look(World(scenario(), 1), 5.5) == []


def test_what_is_seen_of_a_frame_depends_on_seed_and_index_alone():
    world = World(scenario(), 1)
    eye = IdealEye(world, 3)
    eye.look(11, 2.0, world.head_um(2.0))

    again = eye.look(12, 1.0, world.head_um(1.0))[0]

    assert (again.keypoints_px == look(world, 1.0, index=12, seed=3)[0].keypoints_px).all()


def test_dirt_on_the_lens_goes_with_the_stage_and_dirt_on_the_agar_does_not():
    dirt = [
        {"kind": "camera", "at_px": [700.0, 300.0], "confidence": 0.8},
        {"kind": "plate", "at_um": [100.0, 0.0], "confidence": 0.6},
    ]
    eye = IdealEye(World(scenario(dirt=dirt, noise_px=0.0), 1), 1)

    places_px = []
    for x_um in (0.0, 126.0):
        seen = [g for g in eye.look(0, 0.0, np.array([x_um, 0.0])) if 0.5 < g.confidence < 0.9]
        places_px.append([glimpse.keypoints_px[1] for glimpse in seen])
    (lens, agar), (lens_later, agar_later) = places_px

    assert lens_later == pytest.approx(lens)
    assert np.hypot(*(agar_later - agar)) == pytest.approx(100.0, abs=0.1)


def test_an_animal_too_far_to_be_seen_leaves_what_is_seen_of_the_next_one_as_it_was(monkeypatch):
    far = {"kind": "gait", "start_um": [20_000.0, 0.0]}
    near = {"kind": "gait", "start_um": [100.0, 200.0]}
    content = scenario(outlier_fraction=0.5, miss_fraction=0.5).model_dump()
    world = World(Scenario.model_validate(content | {"others": [far, near]}), 1)
    at_um = np.array([100.0, 0.0])
    seen = [IdealEye(world, 1).look(index, 0.5, at_um) for index in range(40)]

    monkeypatch.setattr(IdealEye, "_is_far", lambda *_: False)
    looked_for = [IdealEye(world, 1).look(index, 0.5, at_um) for index in range(40)]

    assert sum(map(len, seen)) > 60
    assert [[g.keypoints_px.tolist() for g in glimpses] for glimpses in seen] == [
        [g.keypoints_px.tolist() for g in glimpses] for glimpses in looked_for
    ]
