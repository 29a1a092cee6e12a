"""The reference network: what a computer's speed with small networks is told in.

It has learnt nothing. It is built as a detector of our size is (the frame shrunk to half its sides,
separable convolutions at stride 8, 24 channels), its weights come from a seed, and its answers
keep the contract, so that it is opened and asked as any model is. Once committed as
`models/weights/reference.onnx` it never changes: a latency told as a ratio to its own can be
compared between computers and between years.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_CHANNELS = 24
_BLOCKS = 5
_OPSET, _IR_VERSION = 18, 10


def reference_graph() -> onnx.ModelProto:
    """Return the network; each call builds the same."""
    draw = np.random.default_rng(0)
    weights: list[onnx.TensorProto] = []

    def constant(name: str, values: NDArray[np.float32] | NDArray[np.int64]) -> str:
        weights.append(numpy_helper.from_array(values, name))
        return name

    def drawn(name: str, *shape: int) -> str:
        spread = 1.0 / np.sqrt(np.prod(shape[1:]))
        return constant(name, (spread * draw.standard_normal(shape)).astype(np.float32))

    axes = constant("axes", np.array([0, 1]))
    white = constant("white", np.array(255.0, np.float32))
    nodes = [
        helper.make_node("Cast", ["image"], ["grey"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["grey", white], ["scaled"]),
        helper.make_node("Unsqueeze", ["scaled", axes], ["batch"]),
        _pool("batch", "half"),
        _convolution("half", drawn("stem", _CHANNELS, 1, 3, 3), "stem_out", stride=2),
        helper.make_node("Relu", ["stem_out"], ["block_0"]),
    ]
    for block in range(_BLOCKS):
        deep = drawn(f"deep_{block}", _CHANNELS, 1, 3, 3)
        point = drawn(f"point_{block}", _CHANNELS, _CHANNELS, 1, 1)
        stride = 2 if block == 1 else 1
        nodes += [
            _convolution(f"block_{block}", deep, f"seen_{block}", stride=stride, group=_CHANNELS),
            helper.make_node("Conv", [f"seen_{block}", point], [f"mixed_{block}"]),
            helper.make_node("Relu", [f"mixed_{block}"], [f"block_{block + 1}"]),
        ]
    first = constant("first_of_four", np.array([1, 0, 0, 0], np.float32))
    sides = constant("keypoints", np.ones((4, 3), np.float32))
    places = constant("places", np.ones((4, 3, 2), np.float32))
    nodes += [
        helper.make_node("Conv", [f"block_{_BLOCKS}", drawn("head", 1, _CHANNELS, 1, 1)], ["heat"]),
        helper.make_node("ReduceMax", ["heat"], ["peak"], keepdims=0),
        helper.make_node("Sigmoid", ["peak"], ["sure"]),
        helper.make_node("Mul", ["sure", first], ["confidence"]),
        helper.make_node("Mul", ["sure", sides], ["confidences"]),
        helper.make_node("Mul", ["sure", places], ["keypoints_px"]),
        helper.make_node("Identity", [constant("one", np.array(1))], ["count"]),
    ]
    return _model(nodes, weights)


def _pool(given: str, answer: str) -> onnx.NodeProto:
    return helper.make_node("AveragePool", [given], [answer], kernel_shape=[2, 2], strides=[2, 2])


def _convolution(
    given: str, weights: str, answer: str, *, stride: int, group: int = 1
) -> onnx.NodeProto:
    return helper.make_node(
        "Conv",
        [given, weights],
        [answer],
        kernel_shape=[3, 3],
        pads=[1, 1, 1, 1],
        strides=[stride, stride],
        group=group,
    )


def _model(nodes: list[onnx.NodeProto], weights: list[onnx.TensorProto]) -> onnx.ModelProto:
    shapes = {"keypoints_px": (4, 3, 2), "confidences": (4, 3), "confidence": (4,)}
    answers = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    ]
    answers.append(helper.make_tensor_value_info("count", TensorProto.INT64, ()))
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ("rows", "columns"))
    graph = helper.make_graph(nodes, "reference", [image], answers, weights)
    opset = helper.make_opsetid("", _OPSET)
    return helper.make_model(
        graph, opset_imports=[opset], ir_version=_IR_VERSION, producer_name="wormlock"
    )
