"""What a graph of somebody else's is, as far as its inputs and outputs tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import onnxruntime

from models.adapters import Adapter
from models.contract import INPUT, OUTPUTS
from models.errors import ModelFileError

_SIZE = (512, 512)  # where a graph takes any


class _Port(Protocol):
    name: str
    type: str
    shape: list[int | str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What was found out: ports in words, and the adapter that would suit, if any.

    `is_ours` means that it keeps the contract and needs none. `missing` says what the file cannot
    tell and somebody has to, by the option that tells it.
    """

    ports: tuple[str, ...]
    is_ours: bool
    adapter: Adapter | None
    missing: Mapping[str, str]


def inspect(file: Path, keypoints: tuple[str, ...] = ()) -> Inspected:
    """Look at a graph; `keypoints` are its own, in its order, where somebody knows them.

    Raises:
        ModelFileError: it cannot be opened as a graph.
    """
    if not file.is_file():
        raise ModelFileError(f"{file}: no such model")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its errors have no common base of their own
        said = " ".join(str(error).split())[:200]
        raise ModelFileError(f"{file}: not a graph that ONNX Runtime can open: {said}") from error
    inputs, outputs = list(session.get_inputs()), list(session.get_outputs())
    ports = (
        *(f"in   {port.name}  {port.type}  {_shape(port)}" for port in inputs),
        *(f"out  {port.name}  {port.type}  {_shape(port)}" for port in outputs),
    )
    if inputs[0].name == INPUT and {port.name for port in outputs} >= set(OUTPUTS):
        return Inspected(ports=ports, is_ours=True, adapter=None, missing={})
    return _foreign(ports, inputs, outputs, keypoints)


def _foreign(
    ports: tuple[str, ...], inputs: list[_Port], outputs: list[_Port], keypoints: tuple[str, ...]
) -> Inspected:
    taken = inputs[0].shape
    if len(inputs) != 1 or len(taken) != 4 or taken[1] not in (1, 3):
        why = "expected one input of (batch, 1 or 3, rows, columns): export it so"
        return Inspected(ports=ports, is_ours=False, adapter=None, missing={"export": why})
    guessed = _kind(outputs)
    if guessed is None:
        why = "its outputs are neither points, nor maps of keypoints, nor YOLO's table"
        return Inspected(ports=ports, is_ours=False, adapter=None, missing={"export": why})
    kind, count = guessed
    missing: dict[str, str] = {}
    if len(keypoints) != count:
        missing["keypoints"] = (
            f"--keypoints: the names of its {count} keypoints in its order, separated by commas; "
            "ours are nose, metacorpus, terminal_bulb, a name left out is one without use"
        )
    rows, columns = (side if isinstance(side, int) else None for side in taken[2:])
    if rows is None or columns is None:
        missing["size"] = "--size ROWS COLUMNS: the size of picture that it was trained on"
    adapter = Adapter.model_validate(
        {
            "kind": kind,
            "size": (rows or _SIZE[0], columns or _SIZE[1]),
            "channels": taken[1],
            "keypoints": keypoints if len(keypoints) == count else ("",) * count,
        }
    )
    missing["white"] = "--white: what a white pixel is in its input, 255 or 1 (taken: 255)"
    return Inspected(ports=ports, is_ours=False, adapter=adapter, missing=missing)


def _kind(outputs: list[_Port]) -> tuple[str, int] | None:
    """Guess a kind and how many keypoints there are."""
    shapes = [port.shape for port in outputs]
    first = shapes[0]
    last = [side for side in first[1:] if isinstance(side, int)]
    if len(first) in (2, 3) and len(last) == len(first) - 1:
        size = last[0] if len(first) == 2 else last[0] * last[1]
        if size % 2 == 0 and size <= 64 and (len(first) == 2 or last[1] == 2):
            return "point", size // 2
    if len(first) == 3 and isinstance(first[1], int) and first[1] > 5 and (first[1] - 5) % 3 == 0:
        return "yolo-pose", (first[1] - 5) // 3
    maps = [shape[1] for shape in shapes if len(shape) == 4 and isinstance(shape[1], int)]
    return ("heatmaps", min(maps)) if maps else None


def _shape(port: _Port) -> str:
    return (
        "["
        + ", ".join("any" if not isinstance(side, int) else str(side) for side in port.shape)
        + "]"
    )
