"""`wormlock model`: a foreign graph looked into, adopted and used, and a worse one refused."""

import shutil

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.contract import SHIPPED_MANIFEST
from models.detector import open_detector
from tracker.commands.main import main

CONFIG = """# a rig
detector:
  # the eye
  model: shipped              # where it lies
  provider: auto
"""


def regression(path, *, x_px=100.0, y_px=40.0):
    """A graph that finds the same place in every picture of 128 x 96."""
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["level"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Reshape", ["level", "shape"], ["one"]),
        helper.make_node("Mul", ["one", "zeros"], ["nothing"]),
        helper.make_node("Add", ["nothing", "place"], ["output"]),
    ]
    constants = {
        "shape": np.array([1, 1], np.int64),
        "zeros": np.zeros((1, 2), np.float32),
        "place": np.array([[x_px, y_px]], np.float32),
    }
    graph = helper.make_graph(
        nodes,
        "regression",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 1, 96, 128])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 2])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return path


ADOPT = ["--keypoints", "terminal_bulb", "--white", "255", "--um-per-px", "1", "2"]


def test_a_graph_is_described_with_what_is_missing(tmp_path, capsys):
    graph = regression(tmp_path / "theirs.onnx")

    assert main(["model", "inspect", str(graph)]) == 0

    said = capsys.readouterr().out
    assert "looks like point, of 1 keypoints" in said
    assert "missing: --keypoints" in said
    assert "128" in said


def test_an_adopted_graph_runs_as_any_model_does(tmp_path):
    graph = regression(tmp_path / "theirs.onnx")
    manifest = tmp_path / "adopted" / "model.yaml"

    assert main(["model", "adopt", str(graph), *ADOPT, "--out", str(manifest)]) == 0

    detector = open_detector(str(manifest), "cpu", 0.5)
    (found,) = detector.detect(np.full((192, 256), 90, np.uint8))
    assert found.keypoints_px[2] == pytest.approx([200.5, 80.5])
    (near,) = detector.detect(np.full((192, 256), 90, np.uint8), near_px=np.array([128.0, 96.0]))
    assert near.keypoints_px[2] == pytest.approx([100.0 + 64.0, 40.0 + 48.0], abs=33.0)


@pytest.fixture
def lab(tmp_path):
    """A config, labels of frames that the shipped model does well on, and a worse model."""
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    assert main(["labels", "example", "--out", str(tmp_path), "--frames", "16"]) == 0
    graph = regression(tmp_path / "theirs.onnx")
    worse = tmp_path / "worse.yaml"
    assert main(["model", "adopt", str(graph), *ADOPT, "--out", str(worse)]) == 0
    words = ["--config", str(config), "--labels", str(tmp_path / "expert.csv")]
    return config, worse, [*words, "--images", str(tmp_path / "frames")]


def test_a_worse_model_is_refused_unless_it_is_wanted_anyway(lab, capsys):
    config, worse, words = lab

    assert main(["model", "use", str(worse), *words]) == 1
    assert config.read_text() == CONFIG
    assert "stays in use" in capsys.readouterr().out

    assert main(["model", "use", str(worse), *words, "--anyway"]) == 0
    assert config.read_text() == CONFIG.replace("model: shipped", f"model: {worse}")

    assert main(["model", "use", "--back", "--config", str(config)]) == 0
    assert config.read_text() == CONFIG
    assert main(["model", "use", "--back", "--config", str(config)]) == 2


def test_an_equal_model_may_be_used(lab, tmp_path):
    config, _, words = lab
    for file in SHIPPED_MANIFEST.parent.glob("shipped.*"):
        shutil.copy(file, tmp_path / file.name)

    assert main(["model", "use", str(tmp_path / "shipped.yaml"), *words]) == 0

    assert f"model: {tmp_path / 'shipped.yaml'}" in config.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("inspect nosuch.onnx", "no such model"),
        ("inspect {}/text.onnx", "not a graph"),
        ("adopt {}/theirs.onnx --um-per-px 1 2 --out {}/m.yaml", "missing: --keypoints"),
        ("adopt {}/theirs.onnx --um-per-px 2 1 --out {}/m.yaml", "the smaller first"),
        ("adopt {}/theirs.onnx --um-per-px 1 2 --out {}/m.txt", "ends in .yaml"),
        ("adopt {}/theirs.onnx --um-per-px 1 2 --out {}/m.yaml --white 1 --keypoints a", "none of"),
        ("use", "expected a model to use"),
        ("use shipped --config {}/nosuch.yaml", "cannot be read"),
        ("use shipped --config {}/text.onnx", "below `detector:`"),
        ("use shipped --config {}/config.yaml", "say --labels"),
        ("use nosuch.yaml --config {}/config.yaml", "no such model"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_in_one_line(tmp_path, capsys, words, said):
    regression(tmp_path / "theirs.onnx")
    (tmp_path / "text.onnx").write_text("no graph")
    (tmp_path / "config.yaml").write_text(CONFIG)

    status = main(["model", *words.format(*[tmp_path] * 2).split()])

    printed = capsys.readouterr().err.strip()
    assert status == 2
    assert said in printed
    assert len(printed.splitlines()) == 1
    assert not (tmp_path / "m.yaml").exists()
