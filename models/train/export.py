"""From a trained network to a model: graph and manifest, checked against PyTorch.

One graph serves whole frame and crop: it takes any size, and costs a crop 0.04 ms more than one
of a fixed size would.
"""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch

from models.contract import (
    INPUT,
    OPTIONAL_OUTPUT,
    OUTPUTS,
    GraphEntry,
    Manifest,
    SeenFrames,
    file_sha256,
    write_manifest,
)
from models.detection import KEYPOINTS, GreyImage
from models.errors import TrainingError
from models.providers import open_graph
from models.train.candidates import CandidateGraph
from models.train.grid import SHRINK

TRACK_SHAPE = (256, 256)
_EXAMPLE_SHAPE = (300, 420)
_LEAST_SIDE_PX, _GREATEST_SIDE_PX = 64, 8192
_OPSET = 18
_TOLERANCE_PX = 0.02


def export_model(
    graph: CandidateGraph,
    folder: Path,
    *,
    stem: str,
    version: str,
    trained_on: str,
    um_per_px: tuple[float, float],
    probe: GreyImage,
    seen: SeenFrames | None = None,
) -> Path:
    """Write `<stem>.yaml` with its graph into the folder, and return the manifest's path.

    `probe` is a whole frame on which graph and network must say the same; `seen` tells how the
    frames look that it learned from.

    Raises:
        TrainingError: the written graph does not answer as the network does.
    """
    file = folder / f"{stem}.onnx"
    _write_graph(graph, file)
    _check_same(graph, file, probe)
    _check_same(graph, file, probe[: TRACK_SHAPE[0], : TRACK_SHAPE[1]])
    sha256 = file_sha256(file)
    manifest = Manifest(
        format=1,
        name=stem,
        version=version,
        keypoints=KEYPOINTS,
        um_per_px=um_per_px,
        trained_on=trained_on,
        search=GraphEntry(file=file.name, sha256=sha256, input="any", shrink=SHRINK),
        track=GraphEntry(file=file.name, sha256=sha256, input=TRACK_SHAPE, shrink=SHRINK),
        seen=seen,
    )
    manifest_file = folder / f"{stem}.yaml"
    write_manifest(manifest, manifest_file)
    return manifest_file


def _write_graph(graph: CandidateGraph, file: Path) -> None:
    sides = {
        0: torch.export.Dim("rows", min=_LEAST_SIDE_PX, max=_GREATEST_SIDE_PX),
        1: torch.export.Dim("columns", min=_LEAST_SIDE_PX, max=_GREATEST_SIDE_PX),
    }
    exporter_log = logging.getLogger("torch.onnx")
    level = exporter_log.level
    exporter_log.setLevel(logging.ERROR)  # it misses torchvision, which nothing here needs
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch's own, about PyTorch's own
            torch.onnx.export(
                graph,
                (torch.full(_EXAMPLE_SHAPE, 128, dtype=torch.uint8),),
                str(file),
                input_names=[INPUT],
                output_names=[*OUTPUTS, OPTIONAL_OUTPUT],
                dynamic_shapes={INPUT: sides},
                opset_version=_OPSET,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    finally:
        exporter_log.setLevel(level)
    _strip(file)


def _strip(file: Path) -> None:
    """Take out the traces of the source code that the exporter leaves on every node."""
    model = onnx.load(str(file))
    for part in (model, model.graph, *model.graph.node, *model.graph.value_info,
                 *model.graph.input, *model.graph.output, *model.graph.initializer):  # fmt: skip
        del part.metadata_props[:]
        part.doc_string = ""
    for function in model.functions:
        del function.metadata_props[:]
    onnx.save(model, str(file))


def _check_same(graph: CandidateGraph, file: Path, image: GreyImage) -> None:
    with torch.no_grad():
        keypoints_px, _, confidence, count, _ = graph(torch.from_numpy(image.copy()))
    said = open_graph(file, "cpu").ask(image)
    known = int(count)
    worst_px = float(np.abs(said.keypoints_px - keypoints_px.numpy())[:known].max(initial=0.0))
    worst = float(np.abs(said.confidence - confidence.numpy())[:known].max(initial=0.0))
    if said.count != known or worst_px > _TOLERANCE_PX or worst > 1e-3:
        raise TrainingError(
            f"{file}: the exported graph does not answer as the network does: keypoints differ by"
            f" {worst_px:.3f} px, confidence by {worst:.4f}"
        )
