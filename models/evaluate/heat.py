"""Heat maps: how surely a model saw a head at each place of a picture.

A graph of ours looks for peaks in a map that it does not hand out; a copy of the graph in memory
is made to. A graph of another tool has one where its adapter reads `heatmaps`. Needs the package
onnx, which the extra `train` brings.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.adapters import Adapter, Array, fit, heat_of
from models.contract import INPUT, load_named_model
from models.detection import GreyImage
from models.detector import padded

_CELL_ORIGIN_PX = 0.5  # a cell's middle, `models.train.network`
_GAMMA = 0.5  # faint doubts are what one looks for
_LEAST = 0.02  # of full heat: below it nothing is drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """A map (rows, columns) of 0 to 1 over a picture.

    Its first cell's corner lies at `corner_px`, x first, and a cell is `cell_px` wide and high;
    pixel centres are whole numbers, so a picture's own corner is (-0.5, -0.5).
    """

    levels: NDArray[np.float32]
    corner_px: tuple[float, float]
    cell_px: tuple[float, float]


HeatMaker: TypeAlias = Callable[[GreyImage], Heat]


def open_heat(model: str, *, magnification: float = 1.0) -> HeatMaker | None:
    """Return what makes a model's heat maps; None where it has none, or onnx is missing.

    Raises:
        ModelFileError: the model is missing, corrupt, or breaks the contract.
    """
    if importlib.util.find_spec("onnx") is None:
        return None
    if model.endswith(".onnx"):
        file, adapter = Path(model), None
    else:
        opened = load_named_model(model)
        file, adapter = opened.search_file, opened.manifest.search.adapter
    if adapter is None:
        run = _with_peaks(file)
        return None if run is None else lambda image: _own(run, image, magnification)
    if adapter.kind != "heatmaps":
        return None
    session = _session(file.read_bytes())
    name = session.get_inputs()[0].name
    return lambda image: _theirs(
        lambda tensor: cast("Sequence[Array]", session.run(None, {name: tensor})), image, adapter
    )


def heat_png(heat: Heat) -> bytes:
    """Return a map as a PNG: hot colours, clear where there is none."""
    strength = np.clip(heat.levels, 0.0, 1.0) ** _GAMMA
    colors = cv2.applyColorMap(np.rint(255.0 * strength).astype(np.uint8), cv2.COLORMAP_HOT)
    clear = np.where(heat.levels < _LEAST, 0.0, 210.0 * strength)
    pixels = np.dstack([colors, clear.astype(np.uint8)])
    _, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return data.tobytes()


def _with_peaks(file: Path) -> Callable[[GreyImage], Array] | None:
    """Open a copy of a graph that hands out what it seeks peaks in, if it does so by pooling."""
    import onnx

    graph = onnx.load(str(file))
    pooled = [node.input[0] for node in graph.graph.node if node.op_type == "MaxPool"]
    if len(pooled) != 1:
        return None
    kind = onnx.TensorProto.FLOAT
    graph.graph.output.append(onnx.helper.make_tensor_value_info(pooled[0], kind, None))
    session = _session(graph.SerializeToString())
    return lambda image: cast("Array", session.run(pooled, {INPUT: image})[0])


def _session(content: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _own(run: Callable[[GreyImage], Array], image: GreyImage, magnification: float) -> Heat:
    shown = image
    if magnification != 1.0:
        way = cv2.INTER_CUBIC if magnification > 1.0 else cv2.INTER_AREA
        size = [max(1, round(side * magnification)) for side in image.shape]
        shown = np.asarray(cv2.resize(image, size[::-1], interpolation=way), np.uint8)
    framed = padded(shown)
    levels = np.squeeze(run(np.ascontiguousarray(framed)))
    # Cells are powers of two of pixels wide; the last may reach over the edge.
    cell = 2.0 ** round(np.log2(framed.shape[1] / levels.shape[1]))
    ratio = shown.shape[1] / image.shape[1], shown.shape[0] / image.shape[0]
    beyond = _CELL_ORIGIN_PX + 0.5 - cell / 2.0  # from the picture's own corner
    return Heat(
        levels=levels,
        corner_px=(beyond / ratio[0] - 0.5, beyond / ratio[1] - 0.5),
        cell_px=(cell / ratio[0], cell / ratio[1]),
    )


def _theirs(run: Callable[[Array], Sequence[Array]], image: GreyImage, adapter: Adapter) -> Heat:
    fitted = fit(image, adapter)
    levels = heat_of(run(fitted.tensor), adapter)
    rows, columns = adapter.size
    cell = columns / levels.shape[1] / fitted.ratio, rows / levels.shape[0] / fitted.ratio
    return Heat(levels=levels, corner_px=(-0.5, -0.5), cell_px=cell)
