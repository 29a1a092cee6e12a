"""Where graphs run. The one module that imports ONNX Runtime, and gives it types.

ONNX Runtime lists CUDA on machines that have no GPU, prints red text when it is asked for
there, and goes on with the CPU in silence. So CUDA is asked for only where the driver answers,
what the libraries print is caught into one warning, and only an opened session is believed.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.adapters import Adapter, Array, fit, ours, read
from models.contract import INPUT, OPTIONAL_OUTPUT, OUTPUTS
from models.detection import KEYPOINTS, MAX_CANDIDATES, GreyImage
from models.errors import ModelFileError, ProviderError
from models.machine import caught_native_text, warn_of_rivals, why_driver_cannot_serve

Provider: TypeAlias = Literal["auto", "cpu", "cuda"]

_logger = logging.getLogger(__name__)
_CPU, _CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
_ERRORS_ONLY = 3  # ONNX Runtime's log severity
# Of every output of the contract.
SHAPES: Mapping[str, tuple[int, ...]] = {
    "keypoints_px": (MAX_CANDIDATES, len(KEYPOINTS), 2),
    "confidences": (MAX_CANDIDATES, len(KEYPOINTS)),
    "confidence": (MAX_CANDIDATES,),
    "count": (),
    OPTIONAL_OUTPUT: (MAX_CANDIDATES, len(KEYPOINTS)),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a graph said of one image; rows past `count` mean nothing."""

    keypoints_px: NDArray[np.float64]
    confidences: NDArray[np.float64]
    confidence: NDArray[np.float64]
    expected_errors_px: NDArray[np.float64]
    count: int


class _Port(Protocol):
    """An input or output of a graph."""

    name: str
    type: str
    shape: Sequence[int | str | None]


class _Session(Protocol):
    """What is used of onnxruntime.InferenceSession."""

    def get_inputs(self) -> Sequence[_Port]: ...

    def get_outputs(self) -> Sequence[_Port]: ...

    def get_providers(self) -> Sequence[str]: ...

    def disable_fallback(self) -> None: ...

    def run(
        self, names: Sequence[str], feed: dict[str, GreyImage] | dict[str, Array]
    ) -> Sequence[NDArray[np.float32]]: ...


class Graph:
    """One opened graph that keeps the contract. For one thread."""

    def __init__(self, session: _Session, file: Path) -> None:
        self._session = session
        self._file = file
        self._names = [port.name for port in session.get_outputs() if port.name in SHAPES]

    @property
    def provider(self) -> str:
        """Where it really runs."""
        return self._session.get_providers()[0]

    @property
    def input_shape(self) -> tuple[int | None, int | None]:
        """Rows and columns that it takes; None where any number will do."""
        rows, columns = (
            side if isinstance(side, int) else None for side in self._session.get_inputs()[0].shape
        )
        return rows, columns

    def ask(self, image: GreyImage) -> Answer:
        """Run the graph on one image.

        Raises:
            ProviderError: the graph failed; there is no silent change to another device.
        """
        try:
            values = self._session.run(self._names, {INPUT: np.ascontiguousarray(image)})
        except run_errors() as error:
            raise ProviderError(
                f"{self._file}: failed on {self.provider}: {_first_line(error)}"
            ) from error
        return answer_of(dict(zip(self._names, values, strict=True)))


def answer_of(said: Mapping[str, NDArray[np.float32]]) -> Answer:
    """Return the outputs of a graph, by name, as an answer."""
    unknown = np.full((MAX_CANDIDATES, len(KEYPOINTS)), np.nan, np.float32)
    return Answer(
        keypoints_px=said["keypoints_px"].astype(np.float64),
        confidences=said["confidences"].astype(np.float64),
        confidence=said["confidence"].astype(np.float64),
        expected_errors_px=said.get(OPTIONAL_OUTPUT, unknown).astype(np.float64),
        count=int(said["count"]),
    )


class AdaptedGraph(Graph):
    """A graph of somebody else's, asked and read through its adapter. For one thread."""

    def __init__(self, session: _Session, file: Path, adapter: Adapter) -> None:
        super().__init__(session, file)
        self._adapter = adapter
        self._input = session.get_inputs()[0].name
        self._outputs = [port.name for port in session.get_outputs()]

    @property
    def input_shape(self) -> tuple[int | None, int | None]:
        """Any picture will do: it is brought to the graph's own size."""
        return None, None

    def ask(self, image: GreyImage) -> Answer:
        """Run the graph on one image.

        Raises:
            ProviderError: the graph failed, or said what its adapter cannot read.
        """
        fitted = fit(image, self._adapter)
        try:
            values = self._session.run(self._outputs, {self._input: fitted.tensor})
            found = read(values, self._adapter)
        except run_errors() as error:
            raise ProviderError(
                f"{self._file}: failed on {self.provider}, or its adapter is not the right one: "
                f"{_first_line(error)}"
            ) from error
        keypoints_px, confidences, confidence = ours(found, self._adapter, fitted.ratio)
        return Answer(
            keypoints_px=keypoints_px.astype(np.float64),
            confidences=confidences.astype(np.float64),
            confidence=confidence.astype(np.float64),
            expected_errors_px=np.full((MAX_CANDIDATES, len(KEYPOINTS)), np.nan),
            count=min(len(found.confidence), MAX_CANDIDATES),
        )


def open_graph(file: Path, provider: Provider, adapter: Adapter | None = None) -> Graph:
    """Open a graph on the device asked for; `auto` is CUDA where it answers, or else the CPU.

    Raises:
        ModelFileError: the file is no graph, or one that breaks the contract and has no adapter.
        ProviderError: CUDA was asked for by name, and is not to be had.
    """
    warn_of_rivals()
    lacking = None if provider == "cpu" else why_no_cuda()
    if provider == "cuda" and lacking:
        raise ProviderError(f"detector.provider: cuda: {lacking}; set it to cpu or auto")
    wanted = [_CPU] if provider == "cpu" or lacking else [_CUDA, _CPU]
    with caught_native_text() as text:
        if wanted[0] == _CUDA:
            # NVIDIA's wheels are not found without it; before 1.21 there is no such function.
            getattr(onnxruntime, "preload_dlls", _nothing)()
        session = _open_session(file, wanted)
    if text:
        _logger.warning("onnx_runtime_said file=%s text=%s", file.name, " ".join(text)[:500])
    if provider == "cuda" and session.get_providers()[0] != _CUDA:
        raise ProviderError(
            "detector.provider: cuda: the driver answers but CUDA's libraries do not load"
            f" ({' '.join(text)[:200] or 'no reason given'}); set it to cpu, or install them"
        )
    session.disable_fallback()
    if adapter is not None:
        return AdaptedGraph(session, file, adapter)
    _check_contract(session, file)
    return Graph(session, file)


def why_no_cuda() -> str | None:
    """Return why CUDA cannot serve this ONNX Runtime; None where it can be asked for."""
    if _CUDA not in onnxruntime.get_available_providers():
        return "this ONNX Runtime was built without CUDA (the package is onnxruntime-gpu)"
    return why_driver_cannot_serve(cuda_needed(str(onnxruntime.__version__)))


def cuda_needed(version: str) -> int:
    """Return the major CUDA version that onnxruntime-gpu of this version is built for.

    >>> cuda_needed("1.26.0"), cuda_needed("1.31.1")
    (12, 13)
    """
    major, minor = (int(part) for part in version.split(".")[:2])
    return 13 if (major, minor) >= (1, 27) else 12


def _open_session(file: Path, providers: Sequence[str]) -> _Session:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a second gains nothing at this size
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = _ERRORS_ONLY
    try:
        session = onnxruntime.InferenceSession(str(file), options, providers=list(providers))
    except run_errors() as error:
        raise ModelFileError(
            f"{file}: not a graph that ONNX Runtime can open; export the model again (it says: "
            f"{_first_line(error)})"
        ) from error
    return cast(_Session, session)


def _check_contract(session: _Session, file: Path) -> None:
    """Raise ModelFileError, naming everything in which the graph breaks the contract."""
    faults: list[str] = []
    inputs = session.get_inputs()
    if [(port.name, port.type, len(port.shape)) for port in inputs] != [
        (INPUT, "tensor(uint8)", 2)
    ]:
        given = ", ".join(f"{port.name} {port.type} {list(port.shape)}" for port in inputs)
        faults.append(f"expected one input, {INPUT} tensor(uint8) [rows, columns], got {given}")
    outputs = {port.name: tuple(port.shape) for port in session.get_outputs()}
    faults += [f"there is no output {name}" for name in OUTPUTS if name not in outputs]
    faults += [
        f"{name}: expected shape {list(shape)}, got {list(outputs[name])}"
        for name, shape in SHAPES.items()
        if name in outputs and outputs[name] != shape
    ]
    if faults:
        raise ModelFileError(f"{file}: breaks the contract of a graph: {'; '.join(faults)}")


def run_errors() -> tuple[type[Exception], ...]:
    """Return what ONNX Runtime raises; its errors have no common base of their own."""
    native = importlib.import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    named = [cast(object, value) for value in vars(native).values()]
    errors = [one for one in named if isinstance(one, type) and issubclass(one, Exception)]
    return (RuntimeError, ValueError, *errors)


def _nothing() -> None:
    """Stand in for what an older ONNX Runtime does not have."""


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
