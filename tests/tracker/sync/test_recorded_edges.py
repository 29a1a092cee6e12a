"""Edges that were counted while it was recorded: no logger's file, and no first edge to be told."""

import csv

import numpy as np
import pytest

from tracker.commands.main import main
from tracker.errors import UsageError
from tracker.sync.recorded_edges import other_line, recorded_edges

PLANE_S = 0.02


@pytest.fixture
def neural_s(lab):
    return lab.started_s + 1.0 + PLANE_S * np.arange(300)


def synced(lab, *options):
    folder = lab.folder / "session" / "0001"
    assert main(["sync", str(folder), *options]) == 0
    with (folder / "sync" / "neural_frames.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_neural_frames_are_laid_onto_the_clock_by_the_recordings_own_edges(lab, neural_s, capsys):
    # As many edges as frames fit in many ways; their own times say which one it is.
    lab.record(counted={"camera": lab.starts_s[50:430], "confocal": neural_s})

    rows = synced(lab)

    assert [float(row["t_s"]) for row in rows] == pytest.approx(neural_s, abs=2e-5)
    assert "the first edge is exposure 50" in capsys.readouterr().out


def test_edges_that_never_came_are_counted_and_named(lab, neural_s, capsys):
    neural_s[[40, 41, 90]] = np.nan
    lab.record(counted={"camera": lab.starts_s, "confocal": neural_s})

    rows = synced(lab)

    told = capsys.readouterr().out
    assert "note: 3 edges of confocal never came" in told
    assert "neural frames without an edge (placed between): 40, 41, 90" in told
    assert len(rows) == 300


def test_where_several_lines_were_counted_the_neural_one_must_be_named(lab, neural_s, capsys):
    counted = {"camera": lab.starts_s, "confocal": neural_s, "lamp": neural_s[:20]}
    recording = lab.record(counted=counted)

    status = main(["sync", str(recording.folder)])

    assert status == 2
    assert "say --neural, the neural exposures' column: camera, confocal, lamp" in (
        capsys.readouterr().err
    )
    assert other_line(recorded_edges(recording), "camera") is None


def test_a_recording_without_edges_asks_for_a_loggers_file(lab):
    with pytest.raises(UsageError, match=r"holds no edges: expected EDGES.*--flash"):
        recorded_edges(lab.record())


def test_the_error_of_a_neural_frame_is_about_the_field_as_it_was_moved(lab, neural_s):
    counted = {"camera": lab.starts_s, "confocal": neural_s}
    lab.record(counted=counted, nudge_um=(7.0, -4.0))

    rows = synced(lab)

    # Without a nudge the head is 3 um off along x.
    assert float(rows[10]["error_x_um"]) == pytest.approx(3.0 - 7.0, abs=0.01)
    assert float(rows[10]["error_y_um"]) == pytest.approx(4.0, abs=0.01)
