"""A graph whose picture and answers keep their places in memory, for one size of picture.

On a GPU that saves copies (I/O binding), and lets the whole run be recorded once and played back
(CUDA graphs): for that every address and every shape must stay, and every node lie on the GPU.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.contract import INPUT
from models.detection import GreyImage
from models.errors import ProviderError
from models.machine import caught_native_text
from models.providers import SHAPES, Answer, answer_of, run_errors

_CUDA, _TENSORRT = "CUDAExecutionProvider", "TensorrtExecutionProvider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a graph is run on a device, and what it is called in a table."""

    name: str
    provider: str
    device: str = "cuda"
    options: Mapping[str, str] = field(default_factory=dict[str, str])


ON_GPU = (
    Way(name="CUDA, bound", provider=_CUDA),
    Way(name="CUDA, graph", provider=_CUDA, options={"enable_cuda_graph": "1"}),
    Way(
        name="TensorRT",
        provider=_TENSORRT,
        options={"trt_cuda_graph_enable": "1", "trt_fp16_enable": "0"},
    ),
)


class _Value(Protocol):
    """What is used of onnxruntime.OrtValue."""

    def update_inplace(self, array: NDArray[np.uint8]) -> None: ...

    def numpy(self) -> NDArray[np.float32]: ...


class _Binding(Protocol):
    def bind_ortvalue_input(self, name: str, value: _Value) -> None: ...

    def bind_ortvalue_output(self, name: str, value: _Value) -> None: ...


class _Port(Protocol):
    name: str
    type: str


class _Session(Protocol):
    """What is used of onnxruntime.InferenceSession."""

    def get_outputs(self) -> Sequence[_Port]: ...

    def get_providers(self) -> Sequence[str]: ...

    def io_binding(self) -> _Binding: ...

    def run_with_iobinding(self, binding: _Binding) -> None: ...


class BoundGraph:
    """One opened graph for pictures (rows, columns) of one size. For one thread."""

    def __init__(self, session: _Session, way: Way, shape: tuple[int, int]) -> None:
        self.provider = way.name
        self._session, self._way = session, way
        self._image = _value(shape, np.uint8, way.device)
        self._answers: dict[str, _Value] = {}
        self._binding = session.io_binding()
        self._binding.bind_ortvalue_input(INPUT, self._image)
        for port in session.get_outputs():
            if port.name in SHAPES:
                kind = np.int64 if "int64" in port.type else np.float32
                value = _value(SHAPES[port.name], kind, way.device)
                self._answers[port.name] = value
                self._binding.bind_ortvalue_output(port.name, value)

    def ask(self, image: GreyImage) -> Answer:
        """Copy a picture over, run, and copy the answer back.

        Raises:
            ProviderError: the graph failed.
        """
        try:
            self._image.update_inplace(np.ascontiguousarray(image))
            self._session.run_with_iobinding(self._binding)
        except run_errors() as error:
            said = " ".join(str(error).split())[:200]
            raise ProviderError(f"{self._way.name}: failed: {said}") from error
        return answer_of({name: value.numpy() for name, value in self._answers.items()})


def open_bound(file: Path, way: Way, shape: tuple[int, int]) -> BoundGraph:
    """Open a graph in a way, for pictures (rows, columns).

    Raises:
        ProviderError: this computer cannot run it so.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # With its sides known the graph's shapes are worked out beforehand, not on the processor.
    for name, side in zip(("rows", "columns"), shape, strict=True):
        options.add_free_dimension_override_by_name(name, side)
    wanted = [(way.provider, dict(way.options))]
    with caught_native_text() as text:
        getattr(onnxruntime, "preload_dlls", lambda: None)()
        try:
            session = onnxruntime.InferenceSession(str(file), options, providers=wanted)
        except run_errors() as error:
            said = " ".join(str(error).split())[:200]
            raise ProviderError(f"{way.name}: cannot be had: {said}") from error
    if session.get_providers()[0] != way.provider:
        said = " ".join(text)[:200] or "its libraries do not load"
        raise ProviderError(f"{way.name}: cannot be had: {said}")
    session.disable_fallback()
    return BoundGraph(cast("_Session", session), way, shape)


def _value(shape: Sequence[int], kind: type[np.generic], device: str) -> _Value:
    values = importlib.import_module("onnxruntime").OrtValue
    return cast("_Value", values.ortvalue_from_shape_and_type(list(shape), kind, device, 0))
