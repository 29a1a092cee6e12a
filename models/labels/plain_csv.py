"""Wormlock's own label table: one row a label, nothing lost.

Needed columns: `file`, and `NAME_x_px` and `NAME_y_px` of at least one keypoint (NAME_x and NAME_y
will do). The others (see `COLUMNS`) may be left out; `NAME_state` is marked, hidden, not_visible or
empty (not given).
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from models.detection import KEYPOINTS
from models.labels.assembly import Reading, Said, assemble
from models.labels.faults import Findings
from models.labels.label import Frame, Label, LabelSet, Point, Presence, State
from models.labels.text_files import read_text, write_text

_POINT_FIELDS = ("state", "x_px", "y_px", "spread_px")
_LABEL_COLUMNS = (
    "file",
    "index",
    "width_px",
    "height_px",
    "animal",
    "annotator",
    "repeat",
    "when",
    "tool",
    "presence",
    "presence_probability",
)
COLUMNS = (*_LABEL_COLUMNS, *(f"{name}_{field}" for name in KEYPOINTS for field in _POINT_FIELDS))
HEAD = ",".join(COLUMNS) + "\n"


def write_csv(file: Path, labels: LabelSet) -> None:
    """Write labels so that `read_csv` returns the same.

    Raises:
        LabelError: the file cannot be written.
    """
    write_text(file, HEAD + rows_of(labels))


def rows_of(labels: Iterable[Label]) -> str:
    """Return the lines of labels, each ended; `HEAD` is what stands before them in a table."""
    return _lines(map(_row, labels))


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _row(label: Label) -> list[str]:
    width_px, height_px = label.frame.size_px or ("", "")
    row: list[object] = [
        label.frame.file,
        label.frame.index,
        width_px,
        height_px,
        label.animal,
        label.annotator,
        label.repeat,
        label.when,
        label.tool,
        label.presence.value,
        "" if label.presence_probability is None else label.presence_probability,
    ]
    for point in label.points:
        x_px, y_px = point.at_px or ("", "")
        state = "" if point.state is State.NOT_GIVEN else point.state.value
        row += [state, x_px, y_px, "" if point.spread_px is None else point.spread_px]
    return [str(cell) for cell in row]


def read_csv(file: Path, reading: Reading) -> Findings:
    """Read a label table.

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    findings = Findings(str(file))
    rows = csv.reader(io.StringIO(read_text(file), newline=""), strict=True)
    try:
        columns = [_own_name(cell, reading) for cell in next(rows)]
        if not _are_columns_sound(findings, columns):
            return findings
        for cells in rows:
            if cells:
                _take_row(findings, f"line {rows.line_num}", columns, cells, reading)
    except csv.Error as error:
        findings.fault(f"line {rows.line_num}", f"is no CSV: {error}")
    return findings


def _own_name(cell: str, reading: Reading) -> str:
    """Return a column's name, its keypoint in our spelling: "snout_x_px" may be nose_x_px."""
    for field in _POINT_FIELDS:
        if cell.endswith(f"_{field}"):
            name = cell.removesuffix(f"_{field}")
            return f"{reading.words.keypoint(name) or name}_{field}"
    for axis in ("x", "y"):  # other people's tables say pixels by saying nothing
        keypoint = reading.words.keypoint(cell.removesuffix(f"_{axis}"))
        if cell.endswith(f"_{axis}") and keypoint is not None:
            return f"{keypoint}_{axis}_px"
    return cell if cell in _LABEL_COLUMNS else reading.words.meaning(cell)


def _are_columns_sound(findings: Findings, columns: Sequence[str]) -> bool:
    """Take down what is wrong with the head of the table."""
    known = [column for column in columns if not column.startswith("ignored")]
    for column in known:
        if column not in COLUMNS:
            findings.fault(
                "line 1", f"unknown column {column!r}: expected {', '.join(COLUMNS[:13])}, ..."
            )
    for column in sorted({column for column in known if known.count(column) > 1}):
        findings.fault("line 1", f"column {column!r} is given twice")
    if "file" not in known:
        findings.fault("line 1", "column 'file' is missing")
    if not any({f"{name}_x_px", f"{name}_y_px"} <= set(known) for name in KEYPOINTS):
        findings.fault(
            "line 1", "no keypoint has both columns, NAME_x_px and NAME_y_px (nose_x_px, nose_y_px)"
        )
    return not findings.faults


def _take_row(
    findings: Findings, where: str, columns: Sequence[str], cells: Sequence[str], reading: Reading
) -> None:
    if len(cells) != len(columns):
        findings.fault(where, f"has {len(cells)} cells: expected {len(columns)}")
        return
    row = {name: cell for name, cell in zip(columns, cells, strict=True) if cell != ""}
    try:
        said = _said(row)
    except ValueError as error:
        findings.fault(where, str(error))
        return
    assemble(findings, where, said, reading)


def _said(row: Mapping[str, str]) -> Said:
    """Return what a row says.

    Raises:
        ValueError: a cell is not what its column holds; the message names both.
    """
    if "file" not in row:
        raise ValueError("file is empty")
    width_px, height_px = _whole(row, "width_px", least=1), _whole(row, "height_px", least=1)
    if (width_px is None) != (height_px is None):
        raise ValueError("width_px and height_px: expected both or neither")
    size_px = None if width_px is None or height_px is None else (width_px, height_px)
    given = row.get("presence")
    if given is not None and given not in {presence.value for presence in Presence}:
        raise ValueError(f"presence {given!r}: expected present, absent or undecided")
    points = {name: _point(row, name) for name in KEYPOINTS}
    return Said(
        frame=Frame(row["file"], _whole(row, "index") or 0, size_px),
        marks={name: point for name, point in points.items() if point is not None},
        presence=None if given is None else Presence(given),
        annotator=row.get("annotator", ""),
        when=row.get("when", ""),
        tool=row.get("tool", ""),
        animal=_whole(row, "animal") or 0,
        repeat=_whole(row, "repeat"),
        presence_probability=_number(row, "presence_probability"),
    )


def _point(row: Mapping[str, str], name: str) -> Point | None:
    x_px, y_px = _number(row, f"{name}_x_px"), _number(row, f"{name}_y_px")
    if (x_px is None) != (y_px is None):
        raise ValueError(f"{name}_x_px and {name}_y_px: expected both or neither")
    at_px = None if x_px is None or y_px is None else (x_px, y_px)
    given = row.get(f"{name}_state", "marked" if at_px else "")
    if given == "" and at_px is None:
        return None
    if given not in {state.value for state in State}:
        raise ValueError(f"{name}_state {given!r}: expected {', '.join(State)}")
    try:
        return Point(State(given), at_px, _number(row, f"{name}_spread_px"))
    except ValueError:
        told = "no place" if at_px is None else f"the place {at_px}"
        raise ValueError(f"{name}_state is {given!r} and yet there is {told}") from None


def _number(row: Mapping[str, str], column: str) -> float | None:
    if column not in row:
        return None
    try:
        number = float(row[column])
    except ValueError:
        raise ValueError(f"{column} {row[column]!r}: expected a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{column} {row[column]!r}: expected a number, or nothing")
    return number


def _whole(row: Mapping[str, str], column: str, *, least: int = 0) -> int | None:
    if column not in row:
        return None
    if not row[column].isdecimal() or int(row[column]) < least:
        raise ValueError(f"{column} {row[column]!r}: expected a whole number from {least}")
    return int(row[column])
