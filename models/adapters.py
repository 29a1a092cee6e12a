"""Other people's networks: how a graph that does not keep our contract is asked and read.

    point        a regression: x and y of one point or several, no confidence (OpenAutoScope)
    heatmaps     one map a keypoint, single animal, with or without offsets (DeepLabCut, SLEAP-NN)
    yolo-pose    boxes with keypoints, a column each (Ultralytics)

A picture is brought to the graph's own size, its sides kept in proportion and the rest filled
with grey, and what comes out is given back in the picture's pixels. A keypoint that the graph
does not know is put where those that it does know lie in the mean, with confidence 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

from models.detection import KEYPOINTS, MAX_CANDIDATES, GreyImage

Array = NDArray[np.float32]

_GREY = 0.5  # of white: what is beside a picture that is not of the graph's proportions
_SAME_BOX = 0.5  # boxes that overlap by more are one animal


class Adapter(BaseModel):
    """How to ask a foreign graph, and which of its keypoints are which of ours.

    `keypoints` are in the graph's order; empty: one that we have no use for. `white` is what a
    white pixel is in its input. `offsets_px` is the scale of a map of offsets (DeepLabCut's
    locref_stdev, 7.2801), where the graph has one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["point", "heatmaps", "yolo-pose"]
    size: tuple[PositiveInt, PositiveInt]  # rows, columns that it takes
    channels: Literal[1, 3] = 1
    white: PositiveFloat = 255.0
    mean: tuple[float, ...] = (0.0,)  # taken off, a channel each or one for all, after `white`
    deviation: tuple[PositiveFloat, ...] = (1.0,)
    keypoints: Annotated[tuple[str, ...], Field(min_length=1)]
    unit: Literal["pixels", "fraction"] = "pixels"  # of a point's x and y
    has_sigmoid: bool = True  # a map's values are confidences already
    offsets_px: PositiveFloat | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """Animals as the graph knows them: places (n, K, 2) in its input's pixels, confidences."""

    keypoints_px: Array
    confidences: Array  # (n, K)
    confidence: Array  # (n,)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture at the graph's size; its pixel p is `(p + 0.5) / ratio - 0.5` of the picture."""

    tensor: Array  # (1, channels, rows, columns)
    ratio: float


def fit(image: GreyImage, adapter: Adapter) -> Fitted:
    """Bring a picture to the graph's size and levels."""
    rows, columns = adapter.size
    ratio = min(rows / image.shape[0], columns / image.shape[1])
    inside = (max(1, round(image.shape[1] * ratio)), max(1, round(image.shape[0] * ratio)))
    way = cv2.INTER_AREA if ratio < 1.0 else cv2.INTER_LINEAR
    shown = image if ratio == 1.0 else cv2.resize(image, inside, interpolation=way)
    level = np.full(adapter.size, _GREY * adapter.white, np.float32)
    rows, columns = shown.shape[:2]
    level[:rows, :columns] = np.asarray(shown, np.float32) * (adapter.white / 255.0)
    channels = np.repeat(level[None], adapter.channels, axis=0)
    mean, deviation = (np.array(each, np.float32) for each in (adapter.mean, adapter.deviation))
    return Fitted(((channels - mean[:, None, None]) / deviation[:, None, None])[None], ratio)


def read(outputs: Sequence[Array], adapter: Adapter) -> Read:
    """Read a graph's outputs, in their order.

    Raises:
        ValueError: they are not what the adapter's kind gives.
    """
    return _READERS[adapter.kind](outputs, adapter)


def ours(found: Read, adapter: Adapter, ratio: float) -> tuple[Array, Array, Array]:
    """Return keypoints (4, 3, 2) in the picture's pixels, confidences (4, 3), confidence (4,)."""
    keypoints_px = np.zeros((MAX_CANDIDATES, len(KEYPOINTS), 2), np.float32)
    confidences = np.zeros((MAX_CANDIDATES, len(KEYPOINTS)), np.float32)
    confidence = np.zeros(MAX_CANDIDATES, np.float32)
    order = np.argsort(-found.confidence, kind="stable")[:MAX_CANDIDATES]
    theirs = adapter.keypoints
    known = [theirs.index(name) if name in theirs else -1 for name in KEYPOINTS]
    for row, animal in enumerate(order):
        places = (found.keypoints_px[animal] + 0.5) / ratio - 0.5
        middle = places[[at for at in known if at >= 0] or slice(None)].mean(axis=0)
        confidence[row] = found.confidence[animal]
        for name, at in enumerate(known):
            keypoints_px[row, name] = places[at] if at >= 0 else middle
            confidences[row, name] = found.confidences[animal, at] if at >= 0 else 0.0
    return keypoints_px, confidences, confidence


def _points(outputs: Sequence[Array], adapter: Adapter) -> Read:
    """A regression says nothing of its doubt: it is taken at its word."""
    count = len(adapter.keypoints)
    if outputs[0].size != 2 * count:
        raise ValueError(f"{outputs[0].size} numbers for {count} keypoints")
    places = outputs[0].reshape(1, count, 2).astype(np.float32)
    if adapter.unit == "fraction":
        places = places * np.array(adapter.size[::-1], np.float32) - 0.5
    return Read(places, np.ones((1, count), np.float32), np.ones(1, np.float32))


def heat_of(outputs: Sequence[Array], adapter: Adapter) -> Array:
    """Return the greatest of all keypoints' maps, (rows, columns) of 0 to 1.

    Raises:
        ValueError: there are no such maps.
    """
    return _levels(outputs, adapter).max(axis=0)


def _levels(outputs: Sequence[Array], adapter: Adapter) -> Array:
    count = len(adapter.keypoints)
    maps = _maps(outputs, count)
    if maps is None:
        shapes = [each.shape for each in outputs]
        raise ValueError(f"no maps of {count} keypoints: the outputs are {shapes}")
    if adapter.has_sigmoid:
        return maps
    return (1.0 / (1.0 + np.exp(-maps))).astype(np.float32)


def _heatmaps(outputs: Sequence[Array], adapter: Adapter) -> Read:
    count = len(adapter.keypoints)
    maps = _levels(outputs, adapter)
    offsets = _maps(outputs, 2 * count)
    stride = np.array(adapter.size[::-1]) / np.array(maps.shape[:0:-1])  # x, y
    places, heights = np.zeros((1, count, 2), np.float32), np.zeros((1, count), np.float32)
    for keypoint, level in enumerate(maps):
        row, column = np.unravel_index(int(level.argmax()), level.shape)
        heights[0, keypoint] = level[row, column]
        shift = _between(level, int(row), int(column))
        cell = np.array([column, row]) + (shift if offsets is None else 0.0)
        places[0, keypoint] = (cell + 0.5) * stride - 0.5
        if offsets is not None and adapter.offsets_px is not None:
            two = offsets[2 * keypoint : 2 * keypoint + 2, row, column]
            places[0, keypoint] += adapter.offsets_px * two
    return Read(places, heights, heights.mean(axis=1))


def _maps(outputs: Sequence[Array], count: int) -> Array | None:
    return next((each[0] for each in outputs if each.ndim == 4 and each.shape[1] == count), None)


def _between(level: Array, row: int, column: int) -> NDArray[np.float64]:
    """Return how far the peak lies off its cell: the centre of mass of the cells around it."""
    rows = slice(max(0, row - 1), row + 2)
    columns = slice(max(0, column - 1), column + 2)
    around = np.clip(level[rows, columns].astype(np.float64), 0.0, None)
    around -= around.min()
    if not around.sum() > 0.0:
        return np.zeros(2)
    y, x = np.indices(around.shape)
    moments = [(around * (x + columns.start)).sum(), (around * (y + rows.start)).sum()]
    return np.array(moments) / around.sum() - [column, row]


def _yolo(outputs: Sequence[Array], adapter: Adapter) -> Read:
    """Columns of centre, size, score, then x, y and visibility of each keypoint."""
    count = len(adapter.keypoints)
    table = outputs[0][0]
    if table.shape[0] != 5 + 3 * count:
        raise ValueError(f"{table.shape[0]} rows: expected 5 and 3 for each of {count} keypoints")
    score = table[4]
    kept: list[int] = []
    for animal in np.argsort(-score, kind="stable")[:300]:
        if len(kept) < MAX_CANDIDATES and all(
            _overlap(table[:4, animal], table[:4, other]) < _SAME_BOX for other in kept
        ):
            kept.append(int(animal))
    points = table[5:, kept].T.reshape(len(kept), count, 3)
    return Read(points[..., :2] - 0.5, points[..., 2], score[kept])


def _overlap(one: Array, other: Array) -> float:
    low = np.maximum(one[:2] - one[2:] / 2.0, other[:2] - other[2:] / 2.0)
    high = np.minimum(one[:2] + one[2:] / 2.0, other[:2] + other[2:] / 2.0)
    common = float(np.prod(np.clip(high - low, 0.0, None)))
    return common / max(float(one[2] * one[3] + other[2] * other[3]) - common, 1e-9)


_READERS: Mapping[str, Callable[[Sequence[Array], Adapter], Read]] = {
    "point": _points,
    "heatmaps": _heatmaps,
    "yolo-pose": _yolo,
}
