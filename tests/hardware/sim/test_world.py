import numpy as np
import pytest

from hardware.sim.anatomy import tracked_head_um
from hardware.sim.scenario import Scenario, load_scenario, shipped_scenarios
from hardware.sim.world import World

MOVING = {"kind": "gait"}
EXPECTED = {
    "crawl", "roam", "reversals", "escape", "omega", "lost", "crossing", "drift_calibration",
    "forward_fast_swings", "forward_wild", "omega_turn", "delta_turn", "bare_plate",
}  # fmt: skip


def test_every_scenario_of_the_list_is_shipped():
    assert set(shipped_scenarios()) >= EXPECTED


@pytest.mark.parametrize("name", sorted(set(shipped_scenarios()) - {"bare_plate"}))
def test_every_shipped_scenario_comes_to_life(name):
    world = World(load_scenario(name), seed=1)

    assert np.isfinite(world.head_um(12.0)).all()
    assert world.animals[0] is world.tracked


def test_a_bare_plate_has_no_animal_and_nobody_knows_of_a_head():
    world = World(load_scenario("bare_plate"), seed=1)

    assert world.animals == ()
    assert np.isnan(world.head_um(1.0)).all()


def test_the_truth_is_the_tracked_head_and_its_velocity():
    world = World(load_scenario("roam"), seed=1)

    later_um, sooner_um = world.head_um(5.05), world.head_um(4.95)

    assert world.head_um(5.0) == pytest.approx(tracked_head_um(world.animals[0].midline_um(5.0)))
    assert world.head_velocity_um_s(5.0) == pytest.approx((later_um - sooner_um) / 0.1, abs=20.0)


def test_keypoints_come_in_the_order_of_the_detectors():
    world = World(load_scenario("crawl"), seed=1)

    nose_um, metacorpus_um, bulb_um = world.keypoints_um(3.0)

    assert world.head_um(3.0) == pytest.approx(metacorpus_um + 0.3 * (bulb_um - metacorpus_um))
    assert nose_um == pytest.approx(world.animals[0].midline_um(3.0)[0], abs=10.0)


def test_faults_are_on_between_their_times_and_only_their_kind():
    world = World(load_scenario("lost"), seed=1)

    assert [world.is_blind(t_s) for t_s in (19.99, 20.0, 21.99, 22.0)] == [False, True, True, False]
    assert world.fault_is_on("serial_silence", 34.2)
    assert not world.fault_is_on("stall", 34.2)


@pytest.mark.parametrize("seed", [1, 2, 3, 11])
def test_in_crossing_another_body_lies_across_the_head_within_a_minute(seed):
    scenario = load_scenario("crossing")
    world = World(scenario, seed=seed)

    for other, worm in zip(world.animals[1:], scenario.others, strict=True):
        assert worm.meets.at_s < 60.0
        apart_um = np.linalg.norm(
            other.midline_um(worm.meets.at_s) - world.head_um(worm.meets.at_s), axis=1
        )
        assert apart_um.min() < 1.0


def test_in_crossing_the_others_come_and_go():
    world = World(load_scenario("crossing"), seed=1)
    times_s = np.arange(0.0, 60.0, 0.25)

    nearest_um = [
        min(
            np.linalg.norm(other.midline_um(t_s) - world.head_um(t_s), axis=1).min()
            for other in world.animals[1:]
        )
        for t_s in times_s
    ]

    assert 0.02 < np.mean(np.array(nearest_um) < 100.0) < 0.5


def test_two_animals_of_a_world_live_different_lives():
    world = World(
        Scenario.model_validate({"title": "two", "worm": MOVING, "others": [MOVING]}), seed=1
    )

    one, other = (animal.midline_um(9.0) for animal in world.animals)

    assert np.abs(one - other).max() > 50.0


@pytest.mark.parametrize(
    ("worms", "said"),
    [
        ({"worm": {**MOVING, "meets": {"at_s": 3.0}}}, r"\.meets: only"),
        (
            {
                "worm": MOVING,
                "others": [{"kind": "video", "path": "a", "um_per_px": 1.0, "rate_hz": 20.0}],
            },
            r"\[0\]\.kind: expected gait or trajectory, got video",
        ),
    ],
    ids=["meets-itself", "video-among-others"],
)
def test_animals_that_do_not_fit_together_are_refused(worms, said):
    with pytest.raises(ValueError, match=said):
        Scenario.model_validate({"title": "misfit", **worms})


def test_a_relative_path_starts_at_the_scenarios_folder(tmp_path):
    file = tmp_path / "replay.yaml"
    file.write_text("title: a replay\nworm: {kind: trajectory, path: worm.npz}\n")
    (tmp_path / "worm.npz").touch()

    assert load_scenario(str(file)).worm.path == tmp_path / "worm.npz"


def test_a_video_without_labels_has_no_truth(tmp_path):
    video = {"kind": "video", "path": "clip", "um_per_px": 10.0, "rate_hz": 15.0}
    world = World(Scenario.model_validate({"title": "clip", "worm": video}), seed=1)

    assert world.animals == ()
    assert np.isnan(world.head_um(1.0)).all()
    assert np.isnan(world.keypoints_um(1.0)).all()


def test_a_midline_that_is_kept_cannot_be_written_to():
    animal = World(load_scenario("crossing"), seed=1).animals[0]
    first_um = animal.midline_um(3.0)

    assert animal.midline_um(3.0) is first_um
    with pytest.raises(ValueError, match="read-only"):
        first_um += 1.0
