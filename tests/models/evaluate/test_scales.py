"""A model is shown pictures larger or smaller, and kept at the scale at which it does best."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.detection import Candidate
from models.evaluate.judging import Outcome, judge
from models.evaluate.scales import Shown
from models.evaluate.truth import TrueFrame, TrueHead
from models.labels.label import Frame
from tracker.commands.main import main

HEAD_PX = np.array([[140.0, 100.0], [110.0, 100.0], [80.0, 100.0]])
DATA = Path(__file__).parents[4] / "shared" / "data"
PUBLISHED = {
    "4x": "4x_all_with_noise.onnx",
    "10x": "10x_20241017_DepNet16SC_dropout000_datasetfinal_high_noised_350.onnx",
}


class Brightest:
    """Finds the brightest pixel, and remembers the size of what it was shown."""

    def __init__(self):
        self.shape = None

    def detect(self, image, *, near_px=None):
        self.shape = image.shape
        row, column = np.unravel_index(image.argmax(), image.shape)
        points = np.tile([float(column), float(row)], (3, 1))
        return [Candidate(keypoints_px=points, confidences=np.ones(3), confidence=1.0)]


def spot_at(x_px, y_px, shape=(60, 80)):
    image = np.full(shape, 20, np.uint8)
    cv2.circle(image, (x_px, y_px), 3, 200, -1)
    image[y_px, x_px] = 255
    return image


@pytest.mark.parametrize("magnified", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("canvas", [None, (40, 50), (300, 310)], ids=["whole", "cut", "framed"])
def test_what_is_found_is_given_back_in_the_pictures_own_pixels(magnified, canvas):
    eye = Brightest()

    (found,) = Shown(eye, magnified, canvas).detect(spot_at(42, 29))

    assert found.keypoints_px[0] == pytest.approx([42, 29], abs=1.0)
    assert eye.shape == (canvas or (60 * magnified, 80 * magnified))


@pytest.mark.parametrize("keypoints_px", [HEAD_PX[[1, 1, 1]], HEAD_PX[::-1]], ids=["one", "turned"])
def test_by_the_middle_a_model_of_one_point_or_turned_about_is_as_good_as_any(keypoints_px):
    head = TrueHead(keypoints_px=HEAD_PX, length_px=60.0, apart_px=1.0)
    frame = TrueFrame(frame=Frame("a.png"), heads=(head,), labels=())
    found = Candidate(
        keypoints_px=keypoints_px + np.array([0.0, 20.0]), confidences=np.ones(3), confidence=1.0
    )

    judged = judge(frame, [found], min_confidence=0.0, by_middle=True)

    assert judged.outcome is Outcome.FOUND
    assert judged.error_px == pytest.approx(20.0)


def test_each_model_is_kept_at_the_scale_it_does_best(tmp_path, capsys):
    folder = str(tmp_path)
    assert main(["labels", "example", "--out", folder, "--frames", "6"]) == 0
    capsys.readouterr()
    words = ["--images", f"{folder}/frames", "--scales", "0.25", "1"]

    status = main(["evaluate", "shipped", f"{folder}/anna.csv", *words, "--frames", "5"])

    told = capsys.readouterr().out.splitlines()
    assert status == 0
    assert [line.split()[0] for line in told if line.lstrip().startswith("x")] == ["x0.25", "x1"]
    assert next(line for line in told if line.startswith("model")).endswith("shipped x1")


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--scales", "0"], "--scales 0"), (["--frames", "0"], "--frames 0")],
    ids=["scale", "frames"],
)
def test_a_scale_or_number_that_is_none_is_refused(words, said, capsys):
    assert main(["evaluate", "shipped", "labels.csv", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_shipped_model_finds_more_real_heads_than_the_published_detectors(tmp_path, capsys):
    frames = DATA / "wormpose_sample" / "frames"
    if not frames.is_dir():
        pytest.skip("the real frames are not beside this checkout")
    labels = str(tmp_path / "labels.csv")
    renamed = ["pharynx=terminal_bulb", "present=", "head_valid=", "body_length_px="]
    renamed += ["width=", "height="]
    words = [word for one in renamed for word in ("--rename", one)]
    theirs = f"authors={frames.parent / 'labels.csv'}"
    assert main(["labels", "import", theirs, *words, "--out", labels]) == 0
    models = [str(tmp_path / name / "model.yaml") for name in PUBLISHED]
    for manifest, graph in zip(models, PUBLISHED.values(), strict=True):
        Path(manifest).parent.mkdir()
        adopted = [str(DATA / "openautoscope_onnx" / graph), "--keypoints", "terminal_bulb"]
        adopted += ["--white", "255", "--um-per-px", "1", "10", "--out", manifest]
        assert main(["model", "adopt", *adopted]) == 0
    capsys.readouterr()

    how = ["--images", str(frames), "--frames", "12", "--by-middle", "--min-confidence", "0"]
    how += ["--scales", "5", "--json", str(tmp_path / "figures.json")]
    assert main(["evaluate", "shipped", *models, labels, *how]) == 0

    figures = json.loads((tmp_path / "figures.json").read_text())
    own, *others = (one["within_half_length"]["count"] for one in figures.values())
    assert own > max(others)
