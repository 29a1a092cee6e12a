"""Small models that keep the contract, or break it in one way: the brightest pixel is the head."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from models.contract import file_sha256

KEYPOINT_OFFSETS_PX = ((0.0, 0.0), (3.0, 0.0), (6.0, 0.0))
TRACK_SHAPE = (32, 48)


def _constant(name: str, value: object, kind: type) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(value, dtype=kind), name)


def brightest_pixel_graph(
    shape: tuple[int | str, int | str], *, leave_out: str = "", input_type: int = TensorProto.UINT8
) -> onnx.ModelProto:
    """Return a graph whose one candidate has its nose at the brightest pixel.

    It is as sure as that pixel is bright; the other keypoints lie 3 and 6 px to the right.
    """
    nodes = [
        helper.make_node("Cast", ["image"], ["grey"], to=TensorProto.FLOAT),
        helper.make_node("Shape", ["grey"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["columns"]),
        helper.make_node("Reshape", ["grey", "all"], ["flat"]),
        helper.make_node("ArgMax", ["flat"], ["place"], axis=0, keepdims=0),
        helper.make_node("Div", ["place", "columns"], ["row"]),
        helper.make_node("Mod", ["place", "columns"], ["column"]),
        helper.make_node("Unsqueeze", ["row", "first_axis"], ["row_1"]),
        helper.make_node("Unsqueeze", ["column", "first_axis"], ["column_1"]),
        helper.make_node("Concat", ["column_1", "row_1"], ["xy"], axis=0),
        helper.make_node("Cast", ["xy"], ["xy_px"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["xy_px", "offsets"], ["keypoints_px"]),
        helper.make_node("ReduceMax", ["flat"], ["brightest"], keepdims=0),
        helper.make_node("Div", ["brightest", "white"], ["sure"]),
        helper.make_node("Mul", ["sure", "first_of_four"], ["confidence"]),
        helper.make_node("Mul", ["sure", "all_of_them"], ["confidences"]),
        helper.make_node("Identity", ["one"], ["count"]),
    ]
    offsets = np.zeros((4, 3, 2)) + np.array(KEYPOINT_OFFSETS_PX)
    outputs = {
        "keypoints_px": (TensorProto.FLOAT, (4, 3, 2)),
        "confidences": (TensorProto.FLOAT, (4, 3)),
        "confidence": (TensorProto.FLOAT, (4,)),
        "count": (TensorProto.INT64, ()),
    }
    graph = helper.make_graph(
        [node for node in nodes if leave_out not in node.output],
        "brightest pixel",
        [helper.make_tensor_value_info("image", input_type, shape)],
        [
            helper.make_tensor_value_info(name, kind, size)
            for name, (kind, size) in outputs.items()
            if name != leave_out
        ],
        [
            _constant("one", 1, np.int64),
            _constant("all", [-1], np.int64),
            _constant("first_axis", [0], np.int64),
            _constant("white", 255.0, np.float32),
            _constant("offsets", offsets, np.float32),
            _constant("first_of_four", [1, 0, 0, 0], np.float32),
            _constant("all_of_them", np.ones((4, 3)), np.float32),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


@pytest.fixture
def write_graph(tmp_path: Path) -> Callable[..., Path]:
    """Write a graph that sees the brightest pixel, and return its file."""

    def write(name: str, shape: tuple[int | str, int | str], **changes: object) -> Path:
        file = tmp_path / name
        onnx.save(brightest_pixel_graph(shape, **changes), str(file))
        return file

    return write


@pytest.fixture
def write_model(tmp_path: Path, write_graph: Callable[..., Path]) -> Callable[..., Path]:
    """Write a whole model, with some keys of its manifest changed, and return the manifest."""

    def write(**changes: object) -> Path:
        search = write_graph("search.onnx", ("rows", "columns"))
        track = write_graph("track.onnx", TRACK_SHAPE)
        manifest = {
            "format": 1,
            "name": "brightest-pixel",
            "version": "1",
            "keypoints": ["nose", "metacorpus", "terminal_bulb"],
            "um_per_px": [1.0, 1.5],
            "trained_on": "nothing",
            "search": {
                "file": "search.onnx",
                "sha256": file_sha256(search),
                "input": "any",
                "shrink": 1,
            },
            "track": {
                "file": "track.onnx",
                "sha256": file_sha256(track),
                "input": list(TRACK_SHAPE),
                "shrink": 1,
            },
        }
        file = tmp_path / "model.yaml"
        file.write_text(yaml.safe_dump({**manifest, **changes}))
        return file

    return write
