from pathlib import Path

import numpy as np
import pytest

from hardware.errors import ConfigError
from hardware.sim.anatomy import tracked_head_um
from hardware.sim.scenario import TrajectoryWorm
from hardware.sim.statistics import measure, sample_midlines_um
from hardware.sim.trajectory import TrajectoryAnimal, load_trajectory

SHARED = Path(__file__).parents[4] / "shared" / "data" / "trajectories"


def waving_um(*, seconds: float = 6.0, rate_hz: float = 30.0) -> tuple[np.ndarray, np.ndarray]:
    """Return times and midlines of an animal that crawls round a wide bend."""
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    arc_um = 300.0 * times_s[:, None] - np.linspace(0.0, 1000.0, 49)
    heading_rad = 0.0002 * arc_um + 0.8 * np.sin(2.0 * np.pi * arc_um / 600.0)
    steps_um = 1000.0 / 48.0 * np.stack([np.cos(heading_rad), np.sin(heading_rad)], axis=2)
    body_um = np.cumsum(steps_um[:, :-1], axis=1)
    body_um = np.concatenate([np.zeros((len(times_s), 1, 2)), -body_um], axis=1)
    nose_um = np.cumsum(10.0 * steps_um[:, 0] / (1000.0 / 48.0), axis=0)
    return times_s, body_um + nose_um[:, None]


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    times_s, midlines_um = waving_um()
    np.savez(tmp_path / "waving.npz", t=times_s, midline_xy_um=midlines_um)
    return tmp_path / "waving.npz"


def animal_of(path: Path) -> TrajectoryAnimal:
    return TrajectoryAnimal(TrajectoryWorm(kind="trajectory", path=path, start_um=(50.0, 20.0)))


def test_the_head_starts_where_the_scenario_says(recorded):
    assert tracked_head_um(animal_of(recorded).midline_um(0.0)) == pytest.approx([50.0, 20.0])


def test_within_the_recording_the_head_goes_where_the_measured_one_went(recorded):
    times_s, midlines_um = waving_um()
    animal = animal_of(recorded)

    moved_um = animal.midline_um(times_s[60])[6] - animal.midline_um(times_s[20])[6]

    assert moved_um == pytest.approx(midlines_um[60, 6] - midlines_um[20, 6], abs=1e-6)


def test_copies_are_joined_without_a_jump_of_place_heading_or_length(recorded):
    animal = animal_of(recorded)
    midlines_um = np.array([animal.midline_um(t_s) for t_s in np.arange(0.0, 30.0, 0.005)])

    moved_um = np.linalg.norm(np.diff(midlines_um, axis=0), axis=2)
    head = midlines_um[:, 0] - midlines_um[:, 6]
    turned_rad = np.abs(np.diff(np.unwrap(np.arctan2(head[:, 1], head[:, 0]))))
    length_um = np.linalg.norm(np.diff(midlines_um, axis=1), axis=2).sum(axis=1)
    assert moved_um.max() < 0.005 * 2500.0
    assert turned_rad.max() < 0.005 * 12.0
    assert length_um == pytest.approx(animal.length_um)


def test_the_order_of_asking_changes_nothing(recorded):
    late, early = animal_of(recorded), animal_of(recorded)

    late.midline_um(100.0)

    assert (late.midline_um(31.7) == early.midline_um(31.7)).all()


def test_a_missing_file_is_refused_by_name(tmp_path):
    with pytest.raises(ConfigError, match=r"gone\.npz: no such trajectory"):
        load_trajectory(tmp_path / "gone.npz")


def test_a_file_without_midlines_is_refused_naming_the_key(tmp_path):
    np.savez(tmp_path / "half.npz", t=np.arange(5.0))

    with pytest.raises(ConfigError, match=r"half\.npz: expected midline_xy_um in it, got t"):
        load_trajectory(tmp_path / "half.npz")


def test_a_file_that_is_no_npz_is_refused(tmp_path):
    (tmp_path / "text.npz").write_text("nose, tail")

    with pytest.raises(ConfigError, match=r"text\.npz: not an \.npz"):
        load_trajectory(tmp_path / "text.npz")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t, m: (t, m[:, :40]), r"got \(180,\) and \(180, 40, 2\)"),
        (lambda t, m: (t, np.where(m > 500.0, np.nan, m)), "fill the gaps"),
        (lambda t, m: (t**2, m), "equal steps"),
        (lambda t, m: (t[:20], m[:20]), "too short"),
    ],
    ids=["40-points", "gaps", "uneven", "short"],
)
def test_a_trajectory_that_cannot_be_replayed_is_refused(tmp_path, spoil, said):
    times_s, midlines_um = spoil(*waving_um())
    np.savez(tmp_path / "spoilt.npz", t=times_s, midline_xy_um=midlines_um)

    with pytest.raises(ConfigError, match=said):
        load_trajectory(tmp_path / "spoilt.npz")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the measured trajectories are not here")
@pytest.mark.parametrize("name", ["wt2_CB4853_forward_30hz", "broekmans_omega_turn_32hz"])
def test_a_chain_of_a_real_recording_moves_as_the_recording_does(name):
    recorded = load_trajectory(SHARED / f"{name}.npz")
    once = measure(recorded.midlines_um, rate_hz=recorded.rate_hz)
    animal = TrajectoryAnimal(TrajectoryWorm(kind="trajectory", path=SHARED / f"{name}.npz"))

    chained = measure(sample_midlines_um(animal, seconds=90.0), rate_hz=30.0)

    assert chained.pharynx_speed_mean_um_s == pytest.approx(once.pharynx_speed_mean_um_s, rel=0.1)
    assert chained.pharynx_speed_max_um_s < 1.2 * once.pharynx_speed_max_um_s
    assert chained.pharynx_acceleration_p95_um_s2 == pytest.approx(
        once.pharynx_acceleration_p95_um_s2, rel=0.2
    )
