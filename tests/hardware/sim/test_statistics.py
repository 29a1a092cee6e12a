"""The default animal against four real recordings, and the code that measures both.

The bounds are the least and the greatest of the four recordings. Maxima get 40 % on top: the
simulated animals are watched some fifty times longer than the real ones were.
"""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from hardware.sim.gait import GaitAnimal
from hardware.sim.scenario import load_scenario
from hardware.sim.statistics import (
    MEASURED,
    NATURAL_REVERSALS_PER_MIN,
    MotionStatistics,
    measure,
    sample_midlines_um,
)
from hardware.sim.trajectory import load_trajectory

SHARED = Path(__file__).parents[4] / "shared" / "data" / "trajectories"
COMPARED = [
    field.name
    for field in fields(MotionStatistics)
    if field.name not in {"seconds", "reversals_per_min"}
]


def watched(scenario: str, *, seeds: int, seconds: float) -> dict[str, float]:
    worm = load_scenario(scenario).worm
    lives = [
        measure(sample_midlines_um(GaitAnimal(worm, (seed, 0)), seconds=seconds), rate_hz=30.0)
        for seed in range(1, seeds + 1)
    ]
    names = [field.name for field in fields(MotionStatistics)]
    return {name: float(np.mean([getattr(life, name) for life in lives])) for name in names}


@pytest.fixture(scope="module")
def roaming() -> dict[str, float]:
    return watched("roam", seeds=5, seconds=200.0)


@pytest.mark.parametrize("figure", COMPARED)
def test_the_default_animal_moves_within_the_spread_of_real_ones(roaming, figure):
    real = [getattr(recording, figure) for recording in MEASURED.values()]
    allowance = 1.4 if "max" in figure else 1.0

    assert min(real) <= roaming[figure] <= allowance * max(real)


def test_the_default_animal_reverses_as_often_as_natural_ones(roaming):
    _, mean, _ = NATURAL_REVERSALS_PER_MIN

    assert roaming["reversals_per_min"] == pytest.approx(mean, rel=0.3)


@pytest.mark.parametrize(
    ("scenario", "recording"),
    [
        ("forward_fast_swings", "schafer_off_food"),
        ("forward_wild", "wt2_forward"),
        ("omega_turn", "broekmans_omega"),
        ("delta_turn", "broekmans_delta"),
    ],
)
def test_scenarios_after_a_recording_move_much_as_it_does(scenario, recording):
    real = MEASURED[recording]

    animal = watched(scenario, seeds=3, seconds=120.0)

    for figure in ("nose_speed_mean_um_s", "pharynx_speed_mean_um_s", "nose_speed_p95_um_s"):
        assert animal[figure] == pytest.approx(getattr(real, figure), rel=0.15)
    for figure in ("pharynx_acceleration_p50_um_s2", "pharynx_acceleration_p95_um_s2"):
        assert animal[figure] == pytest.approx(getattr(real, figure), rel=0.35)
    assert animal["backward_fraction"] == pytest.approx(real.backward_fraction, abs=0.12)


def test_a_body_that_slides_straight_ahead_is_measured_right():
    times_s = np.arange(90) / 30.0
    x_um = 200.0 * times_s[:, None] - np.linspace(0.0, 900.0, 49)
    sliding = measure(np.stack([x_um, np.zeros_like(x_um)], axis=2), rate_hz=30.0)

    assert sliding.length_um == pytest.approx(900.0)
    assert sliding.nose_speed_max_um_s == pytest.approx(200.0)
    assert sliding.pharynx_acceleration_max_um_s2 == pytest.approx(0.0, abs=1e-6)
    assert sliding.backward_fraction == 0.0


def test_a_body_that_slides_back_for_a_second_has_reversed_once():
    along_um = 200.0 * np.concatenate([np.arange(60), 60 - np.arange(30), 30 + np.arange(60)]) / 30
    x_um = along_um[:, None] - np.linspace(0.0, 900.0, 49)
    turned = measure(np.stack([x_um, np.zeros_like(x_um)], axis=2), rate_hz=30.0)

    assert turned.reversals_per_min == pytest.approx(60.0 / (149.0 / 30.0))
    assert turned.backward_fraction == pytest.approx(0.2, abs=0.02)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the measured trajectories are not here")
@pytest.mark.parametrize(
    ("file", "recording"),
    [
        ("wt2_CB4853_forward_30hz", "wt2_forward"),
        ("broekmans_omega_turn_32hz", "broekmans_omega"),
    ],
)
def test_our_code_reads_the_published_figures_off_the_recordings(file, recording):
    trajectory = load_trajectory(SHARED / f"{file}.npz")

    ours, published = (
        measure(trajectory.midlines_um, rate_hz=trajectory.rate_hz),
        MEASURED[recording],
    )

    for figure in ("nose_speed_p95_um_s", "pharynx_speed_mean_um_s", "head_bend_p99_deg_s"):
        assert getattr(ours, figure) == pytest.approx(getattr(published, figure), rel=0.01)
    assert ours.pharynx_acceleration_p95_um_s2 == pytest.approx(
        published.pharynx_acceleration_p95_um_s2, rel=0.06
    )
