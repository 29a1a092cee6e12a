"""Tables as plain columns: what csv files and data frames are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.detection import KEYPOINTS
from tracker.record.schema import Rows

Column = NDArray[np.generic]

_UNIT = re.compile(r"^(?P<name>.+?)_(?P<unit>um_s|um|px)$")


def columns_of(rows: Rows) -> Mapping[str, Column]:
    """Return the fields of a table as columns (n,), vectors taken apart, units last.

    >>> row = np.dtype([("t_s", "<f8"), ("head_um", "<f8", 2)])
    >>> list(columns_of(np.zeros(1, row)))
    ['t_s', 'head_x_um', 'head_y_um']
    """
    columns: dict[str, Column] = {}
    for field in rows.dtype.names or ():
        values = rows[field]
        if values.ndim == 1:
            columns[field] = values
            continue
        for place in np.ndindex(*values.shape[1:]):
            columns[column_name(field, values.shape[1:], place)] = values[(slice(None), *place)]
    return columns


def column_name(field: str, shape: tuple[int, ...], place: tuple[int, ...]) -> str:
    """Name one number of a field: its keypoint, its axis and its unit.

    >>> column_name("keypoints_px", (3, 2), (0, 1))
    'nose_y_px'
    >>> column_name("keypoint_confidences", (3,), (2,))
    'terminal_bulb_confidence'
    """
    words = _UNIT.match(field)
    name, unit = (words["name"], [words["unit"]]) if words else (field, [])
    is_of_keypoints = field.startswith("keypoint") and shape[0] == len(KEYPOINTS)
    if is_of_keypoints:
        rest = name.removeprefix("keypoints").removeprefix("keypoint_").removesuffix("s")
        return "_".join(
            filter(None, [KEYPOINTS[place[0]], rest, *_axes(place[1:], shape[1:]), *unit])
        )
    return "_".join([name, *_axes(place, shape), *unit])


def _axes(place: tuple[int, ...], shape: tuple[int, ...]) -> list[str]:
    return ["xy"[at] if size == 2 else str(at) for at, size in zip(place, shape, strict=True)]
