"""Today's loop over a recording: the same loop says the same, another says what is different."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hardware.config import validate
from hardware.registry import believed_calibration
from hardware.ring import frame_record
from tracker.commands.main import main
from tracker.config import Config, load_config, resolved_yaml
from tracker.errors import RecordingError
from tracker.record.difference import compare
from tracker.record.difference_words import difference_table, verdict
from tracker.record.header import Header
from tracker.record.reader import open_recording
from tracker.record.schema import FRAMES, TABLES, framed_record
from tracker.record.writer import RecordingWriter
from tracker.runtime.replay import replay
from tracker.runtime.stepped import open_session

CONFIG = load_config(Path(__file__).parents[2] / "config.yaml")
SHAPE = (4, 8)
SECONDS = 6.0


@pytest.fixture(scope="module")
def run():
    """A run in stepped time."""
    session = open_session("roam", 1, CONFIG)
    while len(session.exposures) * 0.025 < SECONDS:
        session.step()
    return SimpleNamespace(
        rows=session.rows(), candidates={t.frame_index: t.candidates for t in session.ticks}
    )


@pytest.fixture
def folder(run, tmp_path):
    """The run as a recording; each picture is the number of its frame."""
    tables = {name: getattr(run.rows, name) for name in TABLES if name != "focus"}
    header = Header(
        session="session",
        wall_time="2026-02-03T10:11:12.000+01:00",
        wall_time_at_s=0.0,
        started_s=0.0,
        software_version="0.1.0",
        config_sha256="",
        calibration=believed_calibration(CONFIG.rig),
        facts={},
        animal={},
        streams={
            FRAMES: framed_record(frame_record(SHAPE)),
            **{name: rows.dtype for name, rows in tables.items()},
        },
    )
    frames = np.zeros(len(run.rows.ticks), frame_record(SHAPE))
    frames["index"] = run.rows.ticks["frame_index"]
    frames["t_s"], frames["received_s"] = run.rows.ticks["t_s"], run.rows.ticks["received_s"]
    frames["pixels"][:, 0] = frames["index"].reshape(-1, 1).view(np.uint8)
    folder = tmp_path / "0001"
    writer = RecordingWriter(folder, header, config_yaml=resolved_yaml(CONFIG), flush_s=0.5)
    writer.append(FRAMES, frames)
    for name, rows in tables.items():
        writer.append(name, rows)
    writer.close()
    return folder


class _RememberingEye:
    """Sees in each picture what was seen in it then, but for a shift."""

    def __init__(self, candidates, *, shift_px=(0.0, 0.0)):
        self._candidates, self._shift_px = candidates, np.asarray(shift_px)

    def detect(self, image, *, near_px=None):
        number = int(image[0].copy().view("<i8")[0])
        return [
            replace(candidate, keypoints_px=candidate.keypoints_px + self._shift_px)
            for candidate in self._candidates[number]
        ]


def _difference(folder, eye, config=CONFIG):
    recording = open_recording(folder)
    return compare(recording.ticks, replay(recording, config, eye), recording.truth)


def test_the_loop_that_recorded_it_does_exactly_the_same_again(folder, run):
    difference = _difference(folder, _RememberingEye(run.candidates))

    assert difference["frames"] == len(run.rows.ticks)
    assert difference["head_px"]["max"] == 0.0
    assert difference["command_um_s"]["max"] < 1e-6
    assert verdict(difference).startswith("Exactly as then")


def test_an_eye_that_sees_the_head_two_pixels_aside_is_found_out(folder, run):
    difference = _difference(folder, _RememberingEye(run.candidates, shift_px=(0.0, 2.0)))

    assert difference["head_px"]["p50"] == pytest.approx(2.0)
    assert difference["estimate_um"]["p50"] == pytest.approx(2.0 * 1.26, rel=0.02)
    assert difference["true_error_now_um"]["rms"] > difference["true_error_then_um"]["rms"]
    assert verdict(difference).startswith("Different")
    assert "farther from the truth" in verdict(difference)


def test_an_eye_that_sees_nothing_is_said_to_have_lost_every_frame(folder, run):
    difference = _difference(folder, _RememberingEye(dict.fromkeys(run.candidates, ())))

    assert difference["found"]["only_now"] == difference["found"]["both"] == 0
    assert difference["found"]["only_then"] == int(run.rows.ticks["is_found"].sum())
    assert np.isnan(difference["head_px"]["max"])
    assert "only then" in difference_table(difference)


def test_an_eye_that_trembles_less_than_the_run_does_is_called_the_same(folder, run):
    noise = np.random.default_rng(1)

    class Trembling(_RememberingEye):
        def detect(self, image, *, near_px=None):
            self._shift_px = noise.normal(scale=0.1, size=2)
            return super().detect(image, near_px=near_px)

    difference = _difference(folder, Trembling(run.candidates))

    assert 0.0 < difference["head_um"]["p95"] < difference["own_head_um"]
    assert verdict(difference).startswith("The same within 0.")


def test_a_shift_below_the_scatter_that_is_always_to_the_same_side_is_found_out(folder, run):
    difference = _difference(folder, _RememberingEye(run.candidates, shift_px=(0.4, 0.0)))

    assert difference["head_um"]["p95"] < difference["own_head_um"]
    assert difference["shift_um"] == pytest.approx(0.4 * 1.26, rel=0.02)
    assert verdict(difference).startswith("Different")


def test_a_recording_that_begins_in_mid_session_is_compared_from_a_second_on(folder, run):
    recording = open_recording(folder)
    begun = replace(recording, ticks=recording.ticks[60:])

    now = replay(begun, CONFIG, _RememberingEye(run.candidates))
    difference = compare(begun.ticks, now, begun.truth)

    assert difference["warm_up"] == 40
    assert difference["estimate_um"]["max"] < 0.2
    assert "Left out is the first second" in verdict(difference)


def test_what_was_known_of_the_stage_then_is_known_in_the_replay(folder, run):
    recording = open_recording(folder)
    late = replace(recording, positions=recording.positions.copy())
    late.positions["received_s"] += 0.002  # told later than the loop knew it

    difference = compare(
        recording.ticks, replay(late, CONFIG, _RememberingEye(run.candidates)), recording.truth
    )

    assert verdict(difference).startswith("Exactly as then")


def test_a_field_that_was_nudged_is_nudged_at_the_same_frame(folder, run):
    recording = open_recording(folder)
    ticks = recording.ticks.copy()
    ticks["nudge_um"][100:] = [12.0, -5.0]

    now = replay(replace(recording, ticks=ticks), CONFIG, _RememberingEye(run.candidates))

    assert now["nudge_um"].tolist() == ticks["nudge_um"].tolist()
    found = now["is_found"] & ticks["is_found"]
    moved = (now["error_um"] - ticks["error_um"])[100:][found[100:]]
    assert np.median(moved, axis=0) == pytest.approx([-12.0, 5.0])


def test_another_law_steers_otherwise_and_sees_the_same(folder, run):
    changed = CONFIG.model_dump(mode="json")
    changed["control"]["law"] = "proportional"

    config = validate(changed, Config, source="test")
    difference = _difference(folder, _RememberingEye(run.candidates), config)

    assert difference["head_px"]["max"] == 0.0
    assert difference["command_um_s"]["p50"] > 10.0


def test_a_damaged_frame_is_passed_over(folder, run):
    file = folder / "frames.bin"
    content = bytearray(file.read_bytes())
    content[10 * framed_record(frame_record(SHAPE)).itemsize + 60] ^= 1
    file.write_bytes(content)

    difference = _difference(folder, _RememberingEye(run.candidates))

    assert difference["frames"] == len(run.rows.ticks) - 1


def test_a_recording_without_frames_cannot_be_replayed(folder, run):
    (folder / "frames.bin").write_bytes(b"")

    with pytest.raises(RecordingError, match="no recorded frame was used"):
        replay(open_recording(folder), CONFIG, _RememberingEye(run.candidates))


@pytest.mark.parametrize("command", ["replay", "score"])
def test_a_recording_that_is_not_there_is_one_line_and_exit_status_two(command, tmp_path, capsys):
    status = main([command, str(tmp_path / "nowhere")])

    assert status == 2
    assert capsys.readouterr().err == (
        f"wormlock {command}: {tmp_path / 'nowhere'}: there is no such recording\n"
    )


def test_score_prints_the_table_and_writes_the_figures(folder, tmp_path, capsys):
    status = main(["score", str(folder), "--json", str(tmp_path / "figures.json")])

    assert status == 0
    assert "within 50 um" in capsys.readouterr().out
    assert json.loads((tmp_path / "figures.json").read_text())["head_found"] > 0.9
