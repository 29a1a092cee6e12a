import numpy as np
import pytest

from hardware.sim.anatomy import tracked_head_um
from hardware.sim.gait import BEGINS_S, GaitAnimal
from hardware.sim.scenario import Behaviour, GaitWorm, load_scenario

RESTLESS = GaitWorm(
    kind="gait",
    behaviour=Behaviour(
        reversals_per_min=8.0, escapes_per_min=2.0, omega_fraction=0.7, pauses_per_min=3.0
    ),
)


def heads_um(animal: GaitAnimal, *, seconds: float, rate_hz: float) -> np.ndarray:
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.array([tracked_head_um(animal.midline_um(t_s)) for t_s in times_s])


def test_the_order_of_asking_changes_nothing():
    times_s = [40.0, 3.0, 55.5, 0.0, 17.2, 3.0]
    asked_in_order = GaitAnimal(RESTLESS, (1, 0))
    in_order = {t_s: asked_in_order.midline_um(t_s) for t_s in sorted(times_s)}

    animal = GaitAnimal(RESTLESS, (1, 0))

    for t_s in times_s:
        assert (animal.midline_um(t_s) == in_order[t_s]).all()


def test_another_seed_is_another_life():
    one, other = GaitAnimal(RESTLESS, (1, 0)), GaitAnimal(RESTLESS, (2, 0))

    assert np.abs(one.midline_um(20.0) - other.midline_um(20.0)).max() > 100.0


def test_the_body_keeps_its_length_whatever_it_does():
    animal = GaitAnimal(RESTLESS, (3, 0))

    for t_s in np.arange(0.0, 60.0, 0.37):
        steps_um = np.diff(animal.midline_um(t_s), axis=0)
        assert np.hypot(*steps_um.T) == pytest.approx(1000.0 / 48.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_neither_place_nor_heading_ever_jumps(seed):
    rate_hz = 250.0
    animal = GaitAnimal(RESTLESS, (seed, 0))
    midlines_um = np.array([animal.midline_um(t_s) for t_s in np.arange(0, 60, 1 / rate_hz)])

    moved_um_s = np.linalg.norm(np.diff(midlines_um, axis=0), axis=2) * rate_hz
    heading = midlines_um[:, 0] - midlines_um[:, 6]
    turned_rad_s = np.abs(np.diff(np.unwrap(np.arctan2(heading[:, 1], heading[:, 0])))) * rate_hz

    assert moved_um_s.max() < 2000.0
    assert turned_rad_s.max() < 15.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_velocity_never_jumps_either(seed):
    heads = heads_um(GaitAnimal(RESTLESS, (seed, 0)), seconds=60.0, rate_hz=100.0)

    acceleration_um_s2 = np.linalg.norm(np.diff(heads, 2, axis=0), axis=1) * 1e4

    assert acceleration_um_s2.max() < 20_000.0  # 28 mm/s2 is the peak of real ones


def test_crawling_forward_the_body_follows_the_path_of_its_neck():
    crawl = GaitWorm(kind="gait", behaviour=Behaviour(reversals_per_min=0, pauses_per_min=0))
    animal = GaitAnimal(crawl, (1, 0))
    neck_um = np.array([animal.midline_um(t_s)[18] for t_s in np.arange(0.0, 12.0, 0.005)])

    tail_um = animal.midline_um(12.0)[20:]

    away_um = np.linalg.norm(tail_um[:, None] - neck_um[None], axis=2).min(axis=1)
    assert away_um.max() < 6.0


def test_the_head_starts_where_the_scenario_says_and_the_way_it_says():
    worm = GaitWorm(kind="gait", start_um=(300.0, -200.0), heading_deg=90.0)
    animal = GaitAnimal(worm, (4, 0))

    assert tracked_head_um(animal.midline_um(0.0)) == pytest.approx(np.array([300.0, -200.0]))
    forward_um = animal.midline_um(0.0)[0] - animal.midline_um(0.0)[-1]
    assert forward_um[1] > 500.0


def test_before_its_beginning_the_animal_stands_still():
    animal = GaitAnimal(RESTLESS, (1, 0))

    assert (animal.midline_um(BEGINS_S - 5.0) == animal.midline_um(BEGINS_S)).all()


def test_an_escape_runs_back_for_about_five_seconds():
    animal = GaitAnimal(load_scenario("escape").worm, (1, 0))
    midlines_um = np.array([animal.midline_um(t_s) for t_s in np.arange(0.0, 120.0, 0.05)])
    forward = midlines_um[:, 12] - midlines_um[:, 24]
    velocity = np.gradient(midlines_um[:, 18], 0.05, axis=0)
    is_backward = np.concatenate([[False], (velocity * forward).sum(axis=1) < 0.0, [False]])

    edges = np.flatnonzero(np.diff(is_backward))
    lasted_s = 0.05 * (edges[1::2] - edges[::2])

    assert 4.0 < np.median(lasted_s[lasted_s > 2.5]) < 6.5


def test_at_the_edge_of_its_range_the_animal_turns_back():
    crawl = GaitWorm(kind="gait", behaviour=Behaviour(reversals_per_min=0, range_um=3000.0))
    animal = GaitAnimal(crawl, (1, 0))

    away_um = [np.linalg.norm(animal.midline_um(t_s)[0]) for t_s in np.arange(0.0, 400.0, 1.0)]

    assert max(away_um) < 3000.0 + 5000.0
