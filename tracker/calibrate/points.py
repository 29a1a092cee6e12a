"""Points as an operator gives them: on the command line, or in columns of a CSV file."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.errors import UsageError

Table = NDArray[np.float64]


def finite(numbers: Sequence[float], *, option: str) -> list[float]:
    """Return numbers of the command line, every one of which must be finite.

    >>> finite([12.5, -3.0], option="--rim")
    [12.5, -3.0]

    Raises:
        UsageError: one is not.
    """
    if not all(math.isfinite(number) for number in numbers):
        raise UsageError(f"{option}: expected finite numbers, got {' '.join(map(str, numbers))}")
    return [*numbers]


def read_points(path: Path, *, needed: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Read the named columns of a CSV file, (n, columns); an optional one may be empty: NaN.

    Raises:
        UsageError: there is no such file or column, or something is not a number.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            rows = list(reader)
            names = [name.strip() for name in reader.fieldnames or []]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{path}: cannot be read: {reason}") from error
    if missing := [name for name in needed if name not in names]:
        raise UsageError(
            f"{path}: column {missing[0]} is missing; expected a first line with "
            f"{', '.join([*needed, *(f'[{name}]' for name in optional)])}"
        )
    columns = [*needed, *optional]
    table = [
        [_number(row.get(name), path, line, name, name in optional) for name in columns]
        for line, row in enumerate(rows, start=2)
    ]
    return np.array(table, np.float64).reshape(-1, len(columns))


def _number(spelling: str | None, path: Path, line: int, name: str, may_be_empty: bool) -> float:
    text = (spelling or "").strip()
    if not text and may_be_empty:
        return math.nan
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{path}: line {line}, {name}: expected a number, got {text!r}")
    return number
