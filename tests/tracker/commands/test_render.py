import csv

import cv2
import numpy as np
import pytest

from tracker.commands.main import main


@pytest.fixture
def scenario_file(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(
        "title: small\n"
        "worm: {kind: gait}\n"
        "camera: {rows: 160, columns: 200}\n"
        "field: {center_px: [110, 70]}\n"
    )
    return file


def test_render_writes_pictures_and_their_keypoints(scenario_file, tmp_path, capsys):
    out = tmp_path / "pictures"

    status = main(["render", str(scenario_file), "--out", str(out), "--frames", "3"])

    assert status == 0
    assert "3 frames" in capsys.readouterr().out
    with (out / "keypoints.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == ["00000.png", "00001.png", "00002.png"]
    assert cv2.imread(str(out / "00002.png"), cv2.IMREAD_UNCHANGED).shape == (160, 200)
    head_px = np.array([float(rows[1]["head_x_px"]), float(rows[1]["head_y_px"])])
    assert head_px == pytest.approx([110, 70], abs=0.01)  # the stage rides with the head


def test_an_overlay_is_drawn_in_colour(scenario_file, tmp_path):
    out = tmp_path / "pictures"

    main(["render", str(scenario_file), "--out", str(out), "--frames", "1", "--overlay"])

    picture = cv2.imread(str(out / "00000.png"), cv2.IMREAD_UNCHANGED)
    assert picture.shape == (160, 200, 3)
    assert (picture[..., 0] != picture[..., 2]).any()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["roam", "--frames", "0"], "--frames 0"),
        (["nowhere"], "nowhere: there is no such"),
    ],
)
def test_what_cannot_be_rendered_is_refused_in_one_line(arguments, complaint, tmp_path, capsys):
    status = main(["render", *arguments, "--out", str(tmp_path / "out")])

    assert status == 2
    assert complaint in capsys.readouterr().err


def run(scenario_file, out, *more):
    return main(["render", str(scenario_file), "--out", str(out), *more])


def test_a_folder_that_holds_files_is_left_alone_unless_asked(scenario_file, tmp_path, capsys):
    out = tmp_path / "pictures"
    run(scenario_file, out, "--frames", "3")
    (out / "notes.txt").write_text("mine")

    assert run(scenario_file, out, "--frames", "1", "--overlay") == 2
    assert "holds files already" in capsys.readouterr().err
    assert run(scenario_file, out, "--frames", "1", "--overlay", "--overwrite") == 0

    assert sorted(path.name for path in out.iterdir()) == [
        "00000.png",
        "keypoints.csv",
        "notes.txt",
    ]
    assert cv2.imread(str(out / "00000.png"), cv2.IMREAD_UNCHANGED).ndim == 3


@pytest.mark.parametrize("table", [None, "file,x\n00000.png,1\n"], ids=["none", "of-others"])
def test_pictures_of_others_are_never_replaced(scenario_file, tmp_path, capsys, table):
    out = tmp_path / "pictures"
    out.mkdir()
    (out / "00000.png").write_text("theirs")
    if table is not None:
        (out / "keypoints.csv").write_text(table)

    assert run(scenario_file, out, "--overwrite") == 2

    assert "its pictures are not ours" in capsys.readouterr().err
    assert (out / "00000.png").read_text() == "theirs"


def test_a_picture_that_the_table_does_not_list_stays(scenario_file, tmp_path, capsys):
    out = tmp_path / "pictures"
    run(scenario_file, out, "--frames", "1")
    (out / "00001.png").write_text("theirs")

    assert run(scenario_file, out, "--frames", "2", "--overwrite") == 2

    assert "00001.png is not in its keypoints.csv" in capsys.readouterr().err
    assert (out / "00001.png").read_text() == "theirs"


def test_a_run_that_is_interrupted_leaves_the_old_pictures(scenario_file, tmp_path, monkeypatch):
    out = tmp_path / "pictures"
    run(scenario_file, out, "--frames", "2")
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def struck(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cv2, "imwrite", struck)
    run(scenario_file, out, "--frames", "2", "--overlay", "--overwrite")

    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["pictures"]
