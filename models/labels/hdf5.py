"""Tables that pandas wrote into HDF5, read without pandas and without unpickling anything.

Needs h5py, which the extra `labels` brings; this is the one module that imports it.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from models.labels.faults import Fault, LabelError

PandasTable: TypeAlias = tuple[
    list[str], list[tuple[str, ...]], list[tuple[tuple[str, ...], list[float]]]
]


class _Group(Protocol):
    """What h5py hands out: a group, a file or an array."""

    @property
    def attrs(self) -> dict[str, object]: ...

    def __getitem__(self, key: object) -> _Group: ...

    def __contains__(self, key: str) -> bool: ...

    def __array__(self) -> NDArray[np.generic]: ...

    def keys(self) -> Sequence[str]: ...

    def close(self) -> None: ...


class _H5py(Protocol):
    def File(self, name: str, mode: str) -> _Group: ...  # noqa: N802 (h5py's own name)


def read_pandas_table(file: Path) -> PandasTable:
    """Return the names of the column levels, the columns, and (row name, values) of each row.

    Names that pandas did not keep (it keeps none of a column's levels) are those of DeepLabCut.

    Raises:
        LabelError: h5py is missing, or the file is no such table.
    """
    try:
        h5py = cast(_H5py, importlib.import_module("h5py"))
    except ImportError:
        raise LabelError(
            f"{file}: reading HDF5 needs h5py, which is not installed: "
            "pip install 'wormlock[labels]', or import the .csv that lies beside it"
        ) from None
    try:
        opened = h5py.File(str(file), "r")
    except OSError as error:
        raise LabelError([Fault(str(file), "", "cannot be read as HDF5")]) from error
    try:
        return _table(opened)
    except (KeyError, ValueError, IndexError) as error:
        says = (
            "is no table of DeepLabCut's as we know it "
            f"({error}): import the .csv that lies beside it"
        )
        raise LabelError([Fault(str(file), "", says)]) from error
    finally:
        opened.close()


def _table(opened: _Group) -> PandasTable:
    names = list(opened.keys())
    if not names:
        raise ValueError("it is empty")
    group = opened[names[0]]
    if not hasattr(group, "keys"):
        raise ValueError("expected a group")
    if "block0_values" not in group or "block1_values" in group:
        raise ValueError("expected one block of values")
    columns = _names(group, "block0_items")
    if columns != _names(group, "axis0"):
        raise ValueError("its columns are out of order")
    levels = {
        3: ["scorer", "bodyparts", "coords"],
        4: ["scorer", "individuals", "bodyparts", "coords"],
    }
    if len(columns[0]) not in levels:
        raise ValueError(f"expected 3 or 4 rows of heading, got {len(columns[0])}")
    values = np.asarray(group["block0_values"], dtype=np.float64)
    rows = [
        (name, list(map(float, row)))
        for name, row in zip(_names(group, "axis1"), values, strict=True)
    ]
    return levels[len(columns[0])], columns, rows


def _names(group: _Group, axis: str) -> list[tuple[str, ...]]:
    """Return an axis's names, each as its levels."""
    if axis in group:
        return [(_text(name),) for name in np.asarray(group[axis])]
    levels: list[list[str]] = []
    while f"{axis}_level{len(levels)}" in group:
        level = np.asarray(group[f"{axis}_level{len(levels)}"])
        places = np.asarray(group[f"{axis}_label{len(levels)}"])
        levels.append([_text(level[place]) for place in places])
    return list(zip(*levels, strict=True))


def _text(name: object) -> str:
    return name.decode("utf-8") if isinstance(name, bytes) else str(name)
