"""A model of any kind, asked for what it sees in whole pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.contract import Manifest
from models.detection import Candidate, Detector, GreyImage, Pixel
from models.detector import candidates_of, open_detector, padded
from models.errors import ModelFileError
from models.magnified import at_scale
from models.providers import Graph, Provider, open_graph


class WholeFrames:
    """A graph without a manifest behind `models.detection.Detector`: it always looks at it all."""

    def __init__(self, graph: Graph, min_confidence: float) -> None:
        self._graph = graph
        self._min_confidence = min_confidence

    def detect(self, image: GreyImage, *, near_px: Pixel | None = None) -> Sequence[Candidate]:
        """Return up to four animals, surest first; where one is expected is of no use to it."""
        return candidates_of(self._graph.ask(padded(image)), min_confidence=self._min_confidence)


def open_any(
    model: str, *, provider: Provider, min_confidence: float, um_per_px: float | None
) -> tuple[Detector, Manifest | None]:
    """Open `shipped`, a manifest or an .onnx file, with the manifest where there is one.

    With `um_per_px` pictures of another scale are resized to the manifest's.

    Raises:
        ModelFileError: the model is missing, corrupt, or breaks the contract.
        ProviderError: the device asked for by name is not to be had.
    """
    if not model.endswith(".onnx"):
        detector = open_detector(model, provider, min_confidence)
        manifest = detector.model.manifest
        if um_per_px is None:
            return detector, manifest
        return at_scale(detector, manifest, um_per_px=um_per_px), manifest
    if um_per_px is not None:
        raise ModelFileError(f"{model}: a graph says no scale: name its manifest, for --um-per-px")
    if not Path(model).is_file():
        raise ModelFileError(f"{model}: no such model")
    graph = open_graph(Path(model), provider)
    if graph.input_shape != (None, None):
        rows, columns = graph.input_shape
        raise ModelFileError(
            f"{model}: takes pictures of {columns} x {rows} px only: name the model's manifest, "
            "or its graph for whole frames"
        )
    return WholeFrames(graph, min_confidence), None
