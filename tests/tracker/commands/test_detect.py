"""`wormlock detect`: a model's raw predictions as a table."""

import csv

import cv2
import numpy as np
import pytest

from models.contract import SHIPPED_MANIFEST, load_model
from tracker.commands.main import main


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Six rendered frames half a second apart, and where their keypoints are."""
    folder = tmp_path_factory.mktemp("rendered") / "frames"
    assert main(["render", "crawl", "--out", str(folder), "--frames", "6", "--every", "0.1"]) == 0
    with (folder / "keypoints.csv").open() as file:
        return folder, list(csv.DictReader(file))


def rows_of(path):
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("model", ["shipped", str(SHIPPED_MANIFEST), "graph"])
def test_heads_are_found_where_they_are(rendered, tmp_path, model):
    folder, truth = rendered
    given = str(load_model(SHIPPED_MANIFEST).search_file) if model == "graph" else model

    status = main(["detect", given, str(folder), "--csv", str(tmp_path / "found.csv")])

    rows = rows_of(tmp_path / "found.csv")
    assert status == 0
    assert [row["present"] for row in rows] == ["yes"] * 6
    for row, true in zip(rows, truth, strict=True):
        for column in ("nose_x_px", "nose_y_px", "terminal_bulb_x_px", "terminal_bulb_y_px"):
            assert float(row[column]) == pytest.approx(float(true[column]), abs=12.0)
        assert 0.5 <= float(row["metacorpus_confidence"]) <= 1.0


def test_linked_rows_bear_their_track(rendered, tmp_path):
    folder, _ = rendered
    words = ["--csv", str(tmp_path / "found.csv"), "--link", "--step-px", "40"]

    assert main(["detect", "shipped", str(folder), *words]) == 0

    assert [row["track"] for row in rows_of(tmp_path / "found.csv")] == ["0"] * 6


def test_a_picture_without_a_head_has_a_row_that_says_so(tmp_path):
    cv2.imwrite(str(tmp_path / "agar.png"), np.full((300, 400), 140, np.uint8))

    assert main(["detect", "shipped", str(tmp_path), "--csv", str(tmp_path / "found.csv")]) == 0

    (row,) = rows_of(tmp_path / "found.csv")
    assert (row["present"], row["nose_x_px"]) == ("no", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["shipped", "nosuch", "--csv", "{}/a.csv"], "nosuch: no such file or folder"),
        (["nosuch.onnx", "{}", "--csv", "{}/a.csv"], "nosuch.onnx: no such model"),
        (["shipped", "{}", "--csv", "{}/nosuch/a.csv"], "there is no folder"),
        (["shipped", "{}", "--csv", "{}/agar.png"], "exists already"),
        (["shipped", "{}", "--csv", "{}/a.csv", "--min-confidence", "7"], "0 to 1"),
        (["shipped", "{}", "--csv", "{}/a.csv", "--link", "--animals", "9"], "1 to 4"),
    ],
    ids=["pictures", "model", "folder", "exists", "confidence", "animals"],
)
def test_what_cannot_be_done_is_refused_in_one_line(tmp_path, capsys, words, said):
    cv2.imwrite(str(tmp_path / "agar.png"), np.full((100, 100), 140, np.uint8))

    status = main(["detect", *(word.format(tmp_path) for word in words)])

    printed = capsys.readouterr().err.strip()
    assert status == 2
    assert said in printed
    assert len(printed.splitlines()) == 1
    assert not (tmp_path / "a.csv").exists()
