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
