"""`wormlock sync`: from a recording and a logger's file to a row a neural frame."""

import json

import numpy as np
import pandas as pd
import pytest

from tracker.commands.main import main


def rows_of(recording):
    return pd.read_csv(recording.folder / "sync" / "neural_frames.csv")


def sync(recording, edges, words):
    return main(["sync", str(recording.folder), str(edges), *words.split()])


def test_every_neural_frame_is_placed_in_time_volume_and_space(lab):
    recording = lab.record()
    neural_s = lab.started_s + 0.05 + 0.01 * np.arange(900)
    edges = lab.log(camera=lab.starts_s, confocal=neural_s)

    scan = "--planes 8 --flyback 2 --step-um 2.5 --neural-exposure-ms 10"
    status = sync(recording, edges, f"--neural confocal --first-edge 0 {scan}")

    rows = rows_of(recording)
    step = np.arange(900) % 10
    assert status == 0
    assert rows["t_s"].to_numpy() == pytest.approx(neural_s + 0.005, abs=2e-6)
    assert rows["volume"].tolist() == np.where(step < 8, np.arange(900) // 10, -1).tolist()
    assert rows["z_um"][step < 8].to_numpy() == pytest.approx(2.5 * step[step < 8])
    passed_s = rows["t_s"] - lab.started_s
    assert rows["stage_x_um"].to_numpy() == pytest.approx(lab.speed_um_s * passed_s, abs=0.01)
    assert rows["error_x_um"].to_numpy() == pytest.approx(3.0, abs=0.01)
    moved_um = 7 * 0.01 * lab.speed_um_s
    assert rows["stage_moved_um"][step < 8].to_numpy() == pytest.approx(moved_um, abs=0.01)
    off_s = rows["tracking_t_s"] - rows["t_s"]
    assert np.abs(off_s).max() <= lab.period_s / 2 + 1e-6


def test_what_is_missing_is_told_and_written(lab, capsys):
    recording = lab.record(without=[100, 101])
    edges = lab.log(
        camera=np.delete(lab.starts_s, 200),
        confocal=lab.started_s + 0.05 + 0.01 * np.delete(np.arange(500), [70]),
    )

    sync(recording, edges, "--neural confocal --first-edge 0 --neural-frames 498")

    said = capsys.readouterr().out
    assert "1 frames without an edge: 200" in said
    assert "2 edges without a frame, of frames: 100, 101" in said
    assert "1 neural frames without an edge (placed between): 70" in said
    assert "2 edges after the last of 498 neural frames" in said
    figures = json.loads((recording.folder / "sync" / "sync.json").read_text())
    assert len(figures["notes"]) == 4
    assert rows_of(recording)["t_s"].to_numpy() == pytest.approx(
        lab.started_s + 0.05 + 0.01 * np.arange(498), abs=2e-6
    )


def test_an_edge_a_volume_is_spread_over_its_planes(lab):
    recording = lab.record()
    edges = lab.log(camera=lab.starts_s, volumes=lab.started_s + 0.1 + 0.1 * np.arange(50))

    scan = "--planes 4 --flyback 1 --edge-per-volume"
    sync(recording, edges, f"--neural volumes --first-edge 0 {scan}")

    assert rows_of(recording)["t_s"].to_numpy() == pytest.approx(
        lab.started_s + 0.1 + 0.02 * np.arange(250), abs=2e-6
    )


def test_flashes_do_where_nobody_counted(lab, capsys):
    def lit(t_s):
        return np.isin(np.round(t_s / lab.period_s).astype(int) % 137, [20, 21, 55]) * 90

    recording = lab.record(brightness=lambda numbers: 90 + lit(lab.exposed_s(numbers)))
    neural_s = lab.exposed_s(np.arange(60, 400))  # 20 frames after the recording began
    profile = lab.folder / "profile.csv"
    profile.write_text(
        "frame,mean\n" + "\n".join(f"{at},{90 + v}" for at, v in enumerate(lit(neural_s)))
    )

    status = main(["sync", str(recording.folder), "--flash", str(profile)])

    assert status == 0
    assert "40.00" in capsys.readouterr().out
    assert rows_of(recording)["t_s"].to_numpy() == pytest.approx(neural_s, abs=1e-4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "expected EDGES"),
        ("{edges}", "say --neural"),
        ("{edges} --neural laser", "no column 'laser': it has camera, confocal"),
        ("{edges} --neural confocal", "--first-edge"),
        ("{edges} --neural confocal --piezo confocal --first-edge 0", "samples"),
        ("nosuch.csv --neural confocal", "nosuch.csv: cannot be read"),
    ],
    ids=["nothing", "no-neural", "no-column", "ambiguous", "no-samples", "no-file"],
)
def test_what_cannot_be_aligned_is_refused_in_one_line(lab, capsys, words, said):
    recording = lab.record()
    edges = lab.log(camera=lab.starts_s, confocal=lab.started_s + 0.01 * np.arange(400))

    status = main(["sync", str(recording.folder), *words.format(edges=edges).split()])

    printed = capsys.readouterr().err.strip()
    assert status == 2
    assert said in printed
    assert len(printed.splitlines()) == 1
    assert not (recording.folder / "sync").exists()


def test_an_earlier_sync_is_replaced_only_when_it_is_asked_for(lab, capsys):
    recording = lab.record()
    edges = lab.log(camera=lab.starts_s, confocal=lab.started_s + 0.01 * np.arange(400))
    words = "--neural confocal --first-edge 0"

    ended = [sync(recording, edges, f"{words} {more}") for more in ("", "", "--overwrite")]

    assert ended == [0, 2, 0]
    assert "--overwrite" in capsys.readouterr().err
