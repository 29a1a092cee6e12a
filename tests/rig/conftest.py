"""A cheap rig for tests with real processes: a small picture, and an eye that needs no network."""

import numpy as np
import pytest
import yaml

from models.contract import file_sha256
from models.detection import KEYPOINTS, MAX_CANDIDATES

ROWS, COLUMNS = 128, 160
SCENARIO = {
    "title": "a small picture of a slow animal",
    "worm": {"kind": "gait"},
    "optics": {"um_per_px": 5.0},
    "camera": {"rows": ROWS, "columns": COLUMNS},
    "field": {"center_px": [80.0, 64.0]},
}
SAFETY = {
    "lower_um": [-1e5, -1e5],
    "upper_um": [1e5, 1e5],
    "max_speed_um_s": 3000,
    "max_acceleration_um_s2": 50000,
    "deadman_s": 0.2,
    "coast_s": 0.3,
}


def write_steadfast_model(folder):
    """An eye that always sees a head at the same pixel, off the field: the stage keeps moving."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    keypoints = np.full((MAX_CANDIDATES, 3, 2), [84.0, 66.0], np.float32)
    constants = {
        "keypoints_px": keypoints,
        "confidences": np.ones((MAX_CANDIDATES, 3), np.float32),
        "confidence": np.ones(MAX_CANDIDATES, np.float32),
        "count": np.array(1, np.int64),
    }
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value))
        for name, value in constants.items()
    ]
    outputs = [
        helper.make_tensor_value_info(
            name, TensorProto.INT64 if name == "count" else TensorProto.FLOAT, value.shape
        )
        for name, value in constants.items()
    ]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["rows", "columns"])
    graph = helper.make_graph(nodes, "steadfast", [image], outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, folder / "steadfast.onnx")
    entry = {
        "file": "steadfast.onnx",
        "sha256": file_sha256(folder / "steadfast.onnx"),
        "shrink": 1,
    }
    manifest = {
        "format": 1,
        "name": "steadfast",
        "version": "1",
        "keypoints": list(KEYPOINTS),
        "um_per_px": [0.1, 10.0],
        "trained_on": "nothing",
        "search": {**entry, "input": "any"},
        "track": {**entry, "input": [512, 512]},  # larger than the picture: never asked
    }
    (folder / "steadfast.yaml").write_text(yaml.safe_dump(manifest))
    return folder / "steadfast.yaml"


@pytest.fixture
def cheap_config(tmp_path):
    """The path of a config.yaml for the cheap rig; its recordings go to tmp_path."""
    scenario = tmp_path / "small.yaml"
    scenario.write_text(yaml.safe_dump(SCENARIO))
    config = {
        "rig": {
            "camera": {"kind": "simulated"},
            "stage": {"kind": "simulated"},
            "simulation": {"scenario": str(scenario), "seed": 1},
        },
        "calibration": {"kind": "simulated"},
        "detector": {"model": str(write_steadfast_model(tmp_path)), "provider": "cpu"},
        "safety": SAFETY,
        "record": {"folder": str(tmp_path / "recordings")},
        "start": "recording",
    }
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    return path
