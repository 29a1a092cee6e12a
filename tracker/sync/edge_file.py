"""A data logger's CSV file: the times of edges, or samples of several lines.

    t_s,camera,confocal,piezo      samples, or a row a change (a logic analyser): volts or 0 and 1
    0.0000,0,0,1.25
    channel,t_s                    a row an edge
    camera,0.0125
    t_s                            the edges of one line, that of the camera

The first row names the columns; the time column's name bears its unit (`t_s`, `time_ms`,
`Time (s)`, `Time [s]`). Other rows at the top that begin with `#` are passed over.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.errors import UsageError
from tracker.sync.edges import rising_edges

Times = NDArray[np.float64]

_TIME = re.compile(r"^(?:t|time)[ _]*[(\[]?(?P<unit>s|ms|us)[)\]]?$", re.IGNORECASE)
_UNIT_S = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
_CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeFile:
    """What a logger wrote: `edges` by line (a row an edge), or `levels` at `t_s`.

    Of edges that were counted live the host's times are known as well (`host_s`, by line), and how
    many the device has numbered that never came (`lost`).
    """

    path: Path
    t_s: Times
    edges: Mapping[str, Times]
    levels: Mapping[str, Times]
    host_s: Mapping[str, Times] = field(default_factory=dict[str, Times])
    lost: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def lines(self) -> list[str]:
        """The names that it has."""
        return [*self.edges, *self.levels]

    def edges_of(self, line: str) -> Times:
        """Return when a line went up, in order of time.

        Raises:
            UsageError: there is no such line, or it never went up.
        """
        self._check(line)
        found = self.edges[line] if line in self.edges else rising_edges(self.t_s, self.level(line))
        if not len(found):
            raise UsageError(f"{self.path}: {line} never goes up: is it the right column?")
        return np.sort(found)

    def level(self, line: str) -> Times:
        """Return the samples of a line at `t_s`.

        Raises:
            UsageError: there is no such line, or the file holds only edges.
        """
        self._check(line)
        if line in self.edges:
            raise UsageError(f"{self.path}: {line} has edges only; samples are needed")
        return self.levels[line]

    def _check(self, line: str) -> None:
        if line not in self.lines:
            raise UsageError(f"{self.path}: no column {line!r}: it has {', '.join(self.lines)}")


def read_edges(path: Path) -> EdgeFile:
    """Read a logger's file.

    Raises:
        UsageError: it cannot be read, or is not in one of these forms; the line is named.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise UsageError(f"{path}: cannot be read: {why}") from error
    lines = text.splitlines()
    top = next((at for at, line in enumerate(lines) if line and not line.startswith("#")), None)
    if top is None:
        raise UsageError(f"{path}: empty: expected a first row that names its columns")
    names = [name.strip() for name in next(csv.reader([lines[top]]))]
    times = [at for at, name in enumerate(names) if _TIME.match(name)]
    if len(times) != 1 or len(set(names)) != len(names):
        raise UsageError(
            f"{path}: line {top + 1}: expected names of columns, each once, one of them the time "
            f"with its unit (t_s, time_ms, 'Time (s)'), got {lines[top][:80]!r}"
        )
    if _CHANNEL in names and len(names) == 2:
        return _read_rows(path, lines, top, times[0])
    return _read_samples(path, lines, top, names, times[0])


def _read_rows(path: Path, lines: Sequence[str], top: int, time_at: int) -> EdgeFile:
    found: dict[str, list[float]] = {}
    unit_s = _unit_s(next(csv.reader([lines[top]]))[time_at])
    for at in range(top + 1, len(lines)):
        if not lines[at].strip():
            continue
        words = next(csv.reader([lines[at]]))
        try:
            time = float(words[time_at])
            found.setdefault(words[1 - time_at].strip(), []).append(unit_s * time)
        except (ValueError, IndexError):
            raise _bad_line(path, at, lines[at]) from None
    edges = {name: np.array(times) for name, times in found.items()}
    return EdgeFile(path=path, t_s=np.empty(0), edges=edges, levels={})


def _read_samples(
    path: Path, lines: Sequence[str], top: int, names: Sequence[str], time_at: int
) -> EdgeFile:
    rows = [line for line in lines[top + 1 :] if line.strip()]
    try:
        table = np.loadtxt(rows, delimiter=",", ndmin=2) if rows else np.empty((0, len(names)))
    except ValueError:
        table = None
    if table is None or table.shape[1] != len(names) or not np.isfinite(table).all():
        raise _first_bad_line(path, lines, top, len(names))
    t_s = _unit_s(names[time_at]) * table[:, time_at]
    if len(names) == 1:
        return EdgeFile(path=path, t_s=np.empty(0), edges={"camera": t_s}, levels={})
    back = np.flatnonzero(np.diff(t_s) < 0.0)
    if len(back):
        raise UsageError(f"{path}: time runs backwards after row {back[0] + 1} of the table")
    levels = {name: table[:, at] for at, name in enumerate(names) if at != time_at}
    return EdgeFile(path=path, t_s=t_s, edges={}, levels=levels)


def _unit_s(name: str) -> float:
    found = _TIME.match(name.strip())
    assert found is not None
    return _UNIT_S[found["unit"].lower()]


def _first_bad_line(path: Path, lines: Sequence[str], top: int, width: int) -> UsageError:
    for at in range(top + 1, len(lines)):
        words = lines[at].split(",")
        try:
            is_good = len(words) == width and bool(
                np.isfinite([float(word) for word in words]).all()
            )
        except ValueError:
            is_good = False
        if lines[at].strip() and not is_good:
            return _bad_line(path, at, lines[at])
    return UsageError(f"{path}: its numbers cannot be read")


def _bad_line(path: Path, at: int, line: str) -> UsageError:
    return UsageError(
        f"{path}: line {at + 1}: expected as many numbers as columns, got {line[:60]!r}"
    )
