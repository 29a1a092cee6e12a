"""What the whole loop does to a simulated animal; each claim was measured before it was made."""

import numpy as np
import pytest

pytestmark = pytest.mark.rig


@pytest.mark.parametrize("scenario", ["crawl", "roam", "reversals"])
def test_foresight_beats_the_laws_that_only_look(run_rig, scenario):
    rms_um = {
        law: run_rig(scenario, seconds=12.0, seed=3, law=law).rms_um
        for law in ("foresight", "proportional", "incumbent")
    }

    assert rms_um["foresight"] < 0.5 * rms_um["proportional"]
    assert rms_um["foresight"] < 0.25 * rms_um["incumbent"]


@pytest.mark.parametrize("scenario", ["roam", "reversals"])
def test_foresight_beats_a_well_tuned_pid_where_the_head_turns(run_rig, scenario):
    foresight = run_rig(scenario, seconds=15.0, seed=3).rms_um
    pid = run_rig(scenario, seconds=15.0, seed=3, law="pid").rms_um

    assert foresight < 0.9 * pid


def test_foresight_needs_no_tuning_for_a_longer_delay(run_rig):
    rms_um = {
        law: run_rig("roam", seconds=15.0, seed=3, law=law, turnaround_s=0.02).rms_um
        for law in ("foresight", "incumbent")
    }

    assert rms_um["foresight"] < 6.0
    assert rms_um["foresight"] < 0.25 * rms_um["incumbent"]


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_roaming_head_stays_in_the_confocals_field(run_rig, seed):
    summary = run_rig("roam", seconds=20.0, seed=seed).summary

    assert summary["within_50_um"] >= 0.999
    assert summary["within_25_um"] >= 0.995
    assert summary["error_um"]["rms"] < 5.0
    assert summary["stage"]["halts"] == 0


@pytest.mark.parametrize("scenario", ["escape", "omega", "delta_turn", "forward_fast_swings"])
def test_no_way_of_crawling_loses_the_head(run_rig, scenario):
    summary = run_rig(scenario, seconds=20.0).summary

    assert summary["within_50_um"] == 1.0
    assert summary["error_um"]["rms"] < 6.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_animals_that_cross_are_not_taken_for_ours(run_rig, seed):
    run = run_rig("crossing", seconds=30.0, seed=seed)

    assert run.error_um().max() < 50.0
    assert run.rms_um < 5.0


def test_a_wrong_calibration_shifts_the_head_and_does_not_shake_it(run_rig):
    run = run_rig("drift_calibration", seconds=20.0)

    offset_um = np.mean(run.truth["head_um"] - run.truth["stage_um"], axis=0)
    assert np.hypot(*offset_um) == pytest.approx(6.3, abs=1.0)  # 5 px: the centre's own error
    assert run.error_um().std() < 4.0


BLIND = """
title: a head that vanishes for a while
worm: {{kind: gait}}
faults:
  - {{kind: blind, from_s: 5.0, to_s: {until_s}}}
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_speck_is_coasted_over(run_rig, write_scenario, seed):
    run = run_rig(write_scenario(BLIND.format(until_s=5.15)), seconds=7.0, seed=seed)

    assert run.error_um(from_s=5.0, to_s=5.3).max() < 50.0
    assert run.error_um(from_s=5.4).max() < 25.0


@pytest.mark.parametrize("seed", [1, 3, 5, 6])
def test_the_stage_stands_while_the_head_is_long_lost_and_finds_it_again(
    run_rig, write_scenario, seed
):
    run = run_rig(write_scenario(BLIND.format(until_s=6.5)), seconds=9.0, seed=seed)

    assert run.stage_speed_um_s(5.2) > 10.0
    assert [run.stage_speed_um_s(t_s) for t_s in (5.75, 6.0, 6.25, 6.45)] == [0.0] * 4
    assert run.error_um(from_s=7.0).max() < 25.0
    assert run.summary["stage"]["halts"] == 0


FAULT = """
title: something is wrong with camera or controller for a while
worm: {{kind: gait}}
faults:
  - {{kind: {kind}, from_s: 5.0, to_s: 5.4}}
"""


@pytest.mark.parametrize(
    ("kind", "halts"),
    [("drop_frames", 1), ("serial_silence", 1), ("garbled_replies", 1), ("stall", 1)],
)
def test_a_fault_halts_the_stage_and_tracking_goes_on_after_it(
    run_rig, write_scenario, kind, halts
):
    run = run_rig(write_scenario(FAULT.format(kind=kind)), seconds=8.0, seed=4)

    assert run.summary["stage"]["halts"] == halts
    assert run.error_um(from_s=6.0).max() < 25.0


def test_a_loop_slower_than_the_camera_takes_the_newest_frame(run_rig):
    run = run_rig("crawl", seconds=8.0, turnaround_s=0.035)

    frames = run.summary["frames"]
    assert frames["used"] == pytest.approx(frames["exposed"] * 25 / 35, abs=3)
    assert run.summary["delay_s"]["total"]["max"] < 0.1
    assert run.error_um(from_s=1.0).max() < 50.0


def test_the_same_seed_gives_the_same_run_to_the_bit(run_rig):
    first, second = (run_rig("crossing", seconds=10.0, seed=7).rows for _ in range(2))

    for table in ("ticks", "stage", "positions", "truth"):
        assert getattr(first, table).tobytes() == getattr(second, table).tobytes()


def test_another_seed_gives_another_run(run_rig):
    first, second = (run_rig("roam", seconds=3.0, seed=seed).rms_um for seed in (1, 2))

    assert first != second
