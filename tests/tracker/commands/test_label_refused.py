"""`wormlock label`: what is refused before the page opens, each in one line."""

import socket

import cv2
import numpy as np
import pytest

from tracker.commands.main import main

GOLD = "file,annotator,nose_x_px,nose_y_px\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with frames and files that are wrong in many ways, and we stand in it."""
    monkeypatch.chdir(tmp_path)
    for name in ("frames", "empty"):
        (tmp_path / name).mkdir()
    for number in range(2):
        image = np.full((20, 30), number, np.uint8)
        assert cv2.imwrite(str(tmp_path / "frames" / f"{number}.png"), image)
    for name, text in {
        "notes.txt": "hello",
        "faulty.csv": GOLD + "0.png,ann,five,6\n",
        "two.csv": GOLD + "0.png,ann,5,6\n1.png,bob,5,6\n",
        "else.csv": GOLD + "77.png,ann,5,6\n",
        "bad.csv": "file,index,why\n77.png,0,\n",
        "none.csv": "file,index,why\n",
    }.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nosuch"], "nosuch: no such file or folder"),
        (["empty"], "no images in it"),
        (["notes.txt"], "not an image"),
        (["frames", "--share", "1.5"], "--share 1.5: expected 0 to 1"),
        (["frames", "--gold-share", "-1"], "--gold-share -1: expected 0 to 1"),
        (["frames", "--people", "0"], "--people 0: expected 1 or more"),
        (["frames", "--port", "99999"], "--port 99999: expected 0 to 65535"),
        (["frames", "--host", "192.0.2.1"], "cannot listen there"),
        (["frames", "--annotator", "a/b"], "--annotator 'a/b'"),
        (["frames", "--annotator", "consensus"], "a meaning of its own"),
        (["frames", "--annotator", "a", "--annotator", "a"], "given twice"),
        (["frames", "--labels", "labels.json"], "ends in .csv"),
        (["frames", "--labels", "faulty.csv"], "faulty.csv, line 2: nose_x_px 'five'"),
        (["frames", "--labels", "frames/0.png/labels.csv"], "cannot be written"),
        (["frames", "--images", "empty"], "does not lie below --images"),
        (["frames", "--gold", "nosuch.csv"], "nosuch.csv: is no file"),
        (["frames", "--gold", "two.csv"], "holds labels of ann, bob"),
        (["frames", "--gold", "else.csv"], "none of its 1 frames lies below"),
        (["frames", "--gold", "two.csv", "--only", "two.csv"], "give one of them"),
        (["frames", "--only", "two.csv"], "is no worklist"),
        (["frames", "--only", "bad.csv"], "bad.csv, line 2: picture 77.png is not below"),
        (["frames", "--only", "none.csv"], "lists no frame"),
        (["frames", "--model", "nosuch.yaml"], "nosuch.yaml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_labelled_is_refused_in_one_line(folder, capsys, words, said):
    given = [] if "--labels" in words else ["--labels", "labels.csv"]

    status = main(["label", *words, *given])

    printed = capsys.readouterr().err.strip()
    assert (status, said in printed) == (2, True), printed
    assert len(printed.splitlines()) == 1
    assert not (folder / "labels.csv").exists() or "--host" in words


def test_a_port_that_is_taken_is_told(folder, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status = main(["label", "frames", "--labels", "labels.csv", "--port", port])

    assert status == 2
    assert f"--port {port}: cannot listen there" in capsys.readouterr().err
