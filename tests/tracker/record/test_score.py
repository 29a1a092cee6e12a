"""The figures of a run whose errors and delays are known."""

from dataclasses import replace

import numpy as np
import pytest

from tracker.messages import Mode
from tracker.record.events import Event
from tracker.record.reader import open_recording
from tracker.record.score import rows_of, score


def _score(folder):
    return score(rows_of(open_recording(folder)))


def test_a_head_that_is_always_five_micrometres_off_is_scored_so(record):
    summary = _score(record(80))

    assert list(summary["error_um"].values()) == pytest.approx([5.0] * 5)
    assert list(summary["detected_error_um"].values()) == pytest.approx([5.0] * 5)
    assert summary["within_25_um"] == 1.0


def test_delays_are_those_between_the_stamps(record):
    delay_s, turnaround_s = (
        _score(record(80))["delay_s"],
        _score(record(80, name="2"))["turnaround_s"],
    )

    assert delay_s["total"]["p50"] == pytest.approx(0.020)
    assert delay_s["readout"]["max"] == pytest.approx(0.008)
    assert delay_s["detect"]["p95"] == pytest.approx(0.002)
    assert delay_s["decide"]["p99"] == pytest.approx(0.0003)
    assert delay_s["command"]["p50"] == pytest.approx(0.0095)
    assert turnaround_s["p50"] == pytest.approx(0.0025)


def test_a_command_that_never_reached_the_stage_has_no_delay_and_is_not_counted(record, made_up):
    tables = made_up.run(80)
    tables["stage"] = np.delete(tables["stage"], [3, 50])

    summary = _score(record(80, tables=tables))

    assert summary["stage"]["commands"] == 78
    assert summary["delay_s"]["total"]["max"] == pytest.approx(0.020)


def test_frames_in_which_the_head_is_not_found_still_count_where_the_truth_is_known(
    record, made_up
):
    tables = made_up.run(80)
    unseen = slice(40, 60)
    tables["ticks"]["is_found"][unseen] = False
    tables["ticks"]["error_um"][unseen] = np.nan
    tables["truth"]["stage_um"][unseen] -= 100.0

    summary = _score(record(80, tables=tables))

    assert summary["head_found"] == pytest.approx(1.0 - 20 / 79)
    assert summary["lost_s"] == pytest.approx(0.5)
    assert summary["within_50_um"] == pytest.approx(1.0 - 20 / 79)
    assert summary["detected_error_um"]["max"] == pytest.approx(5.0)
    assert summary["error_um"]["max"] > 100.0


def test_what_happened_before_the_first_command_is_not_tracking(record, made_up):
    tables = made_up.run(80)
    tables["ticks"]["sequence"][:30] = -1
    tables["ticks"]["mode"][:30] = Mode.IDLE
    tables["truth"]["stage_um"][:30] -= 1000.0

    assert _score(record(80, tables=tables))["error_um"]["max"] == pytest.approx(5.0)


def test_the_stage_catching_up_after_the_first_command_is_not_hidden(record, made_up):
    tables = made_up.run(80)
    tables["ticks"]["sequence"][:30] = -1
    tables["ticks"]["mode"][:30] = Mode.IDLE
    tables["truth"]["stage_um"][31] -= 1000.0

    assert _score(record(80, tables=tables))["error_um"]["max"] > 1000.0


def test_a_run_without_a_stage_is_judged_over_all_its_frames(record, made_up):
    tables = made_up.run(80)
    tables["ticks"]["sequence"] = -1
    tables["stage"], tables["truth"] = tables["stage"][:0], tables["truth"][:0]

    summary = _score(record(80, tables=tables))

    assert np.isnan(summary["error_um"]["rms"])
    assert summary["detected_error_um"]["rms"] == pytest.approx(5.0)
    assert summary["head_found"] == 1.0
    assert np.isnan(summary["delay_s"]["total"]["p50"])


def test_frames_are_counted_by_what_became_of_them(record, made_up):
    tables = made_up.run(80)
    tables["ticks"] = np.delete(tables["ticks"], [10, 11, 12])
    lost = Event(101.0, "frames_lost", "frames 80 to 83", {"count": 4})
    tables["ticks"]["frame_index"][-1] = 89

    frames = _score(record(80, tables=tables, events=[lost]))["frames"]

    assert frames == {
        "exposed": 90,
        "received": 84,
        "used": 77,
        "recorded": 80,
        "dropped": 6,
        "lost": 4,
    }


def test_halts_and_timeouts_are_counted(record, made_up):
    tables = made_up.run(80)
    tables["stage"]["sequence"][5] = -1
    silence = Event(101.0, "stage_timeouts", "", {"count": 7})

    stage = _score(record(80, tables=tables, events=[silence]))["stage"]

    assert stage == {"commands": 79, "replies": 80, "timeouts": 7, "halts": 1}


def test_a_recording_that_was_killed_at_once_is_scored_with_blanks(record, made_up):
    nothing = {name: rows[:0] for name, rows in made_up.run(1).items()}

    summary = _score(record(0, tables=nothing))

    assert summary["duration_s"] == 0.0
    assert summary["frames"]["exposed"] == 0
    assert np.isnan(summary["head_found"])


def test_a_nudge_of_the_field_counts_from_its_tick_on(record, made_up):
    tables = made_up.run(80, error_um=(3.0, 4.0))
    tables["ticks"]["nudge_um"][40:] = (3.0, 4.0)

    summary = _score(record(80, tables=tables))

    assert summary["error_um"]["max"] == pytest.approx(5.0)
    assert summary["error_um"]["rms"] == pytest.approx(5.0 * np.sqrt(39 / 79))


def test_an_older_recording_knows_no_nudges(record, made_up):
    tables = made_up.run(80)
    names = [name for name in tables["ticks"].dtype.names if name != "nudge_um"]
    run = rows_of(open_recording(record(80)))

    assert score(replace(run, ticks=tables["ticks"][names]))["error_um"]["rms"] == pytest.approx(5)
