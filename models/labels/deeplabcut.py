"""DeepLabCut's label tables (CollectedData_NAME.csv and .h5), with one animal or several.

Its scorer is our annotator. A row without any point may mean that no head is there or that the
frame was not labelled: the file cannot say. Pixel centres lie at whole numbers.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.labels.assembly import Reading, Said, assemble, placed, take_mark
from models.labels.faults import Fault, Findings, LabelError
from models.labels.hdf5 import read_pandas_table
from models.labels.label import Frame, Point
from models.labels.text_files import read_text
from models.labels.words import IGNORED, unknown_keypoint

_HEADS = ("scorer", "individuals", "bodyparts", "coords")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as both kinds of file hold it: its named head rows, and rows of cells.

    The first `index_columns` cells of a row are the parts of the picture's path.
    """

    heads: dict[str, list[str]]
    rows: list[tuple[str, list[str]]]  # where, cells
    index_columns: int


@dataclass(frozen=True, slots=True)
class _Column:
    place: int
    scorer: str
    individual: str
    keypoint: str
    axis: str


def read_deeplabcut(file: Path, reading: Reading) -> Findings:
    """Read a label table, CSV or HDF5.

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    table = read_pandas_table(file) if file.suffix.lower() in (".h5", ".hdf5") else None
    if table is None:
        return read_table(_csv_table(file), str(file), reading)
    names, columns, rows = table
    heads = {name: [column[place] for column in columns] for place, name in enumerate(names)}
    parts = len(rows[0][0]) if rows else 1
    lines = [
        (f"row {place}", [*path, *("" if math.isnan(v) else repr(v) for v in values)])
        for place, (path, values) in enumerate(rows, start=1)
    ]
    return read_table(
        Table({name: [""] * parts + head for name, head in heads.items()}, lines, parts),
        str(file),
        reading,
    )


def _csv_table(file: Path) -> Table:
    rows = csv.reader(io.StringIO(read_text(file), newline=""), strict=True)
    heads: dict[str, list[str]] = {}
    lines: list[tuple[str, list[str]]] = []
    try:
        for row in rows:
            if row and row[0] in _HEADS and not lines:
                heads[row[0]] = row
            elif row:
                lines.append((f"line {rows.line_num}", row))
    except csv.Error as error:
        fault = Fault(str(file), f"line {rows.line_num}", f"is no CSV: {error}")
        raise LabelError([fault]) from error
    scorer = heads.get("scorer", ["", "?"])
    index_columns = 1 + next((place for place, cell in enumerate(scorer[1:]) if cell), 0)
    return Table(heads, lines, index_columns)


def read_table(table: Table, file: str, reading: Reading) -> Findings:
    """Take the labels of a table."""
    findings = Findings(file)
    missing = [name for name in _HEADS if name != "individuals" and name not in table.heads]
    if missing:
        findings.fault("head of the table", f"row {missing[0]!r} is missing: no DeepLabCut table")
        return findings
    columns = _columns(findings, table, reading)
    if findings.faults:
        return findings
    if not table.rows:
        findings.fault("", "holds no frames: expected labels below the head of the table")
    for where, cells in table.rows:
        if len(cells) != len(table.heads["coords"]):
            expected = len(table.heads["coords"])
            findings.fault(where, f"has {len(cells)} cells: expected {expected}")
            continue
        _take_row(
            findings,
            where,
            cells,
            columns,
            index_columns=table.index_columns,
            reading=reading,
        )
    return findings


def _columns(findings: Findings, table: Table, reading: Reading) -> list[_Column]:
    heads = table.heads
    count = len(heads["coords"])
    if any(len(head) != count for head in heads.values()):
        findings.fault("head of the table", "its rows differ in length")
        return []
    found: list[_Column] = []
    unknown: dict[str, None] = {}
    for place in range(table.index_columns, count):
        bodypart, axis = heads["bodyparts"][place], heads["coords"][place]
        if axis == "likelihood":
            findings.fault(
                "head of the table",
                "holds likelihoods: these are a network's predictions, not a person's labels",
            )
            return []
        keypoint = reading.words.keypoint(bodypart)
        if keypoint is None:
            unknown[bodypart] = None
        individual = heads["individuals"][place] if "individuals" in heads else ""
        scorer = heads["scorer"][place]
        found.append(_Column(place, scorer, individual, keypoint or IGNORED, axis))
    for bodypart in unknown:
        findings.fault("head of the table", unknown_keypoint(bodypart))
    return [column for column in found if column.keypoint != IGNORED]


def _take_row(
    findings: Findings,
    where: str,
    cells: Sequence[str],
    columns: Sequence[_Column],
    *,
    index_columns: int,
    reading: Reading,
) -> None:
    path = "/".join(part for part in cells[:index_columns] if part).replace("\\", "/")
    if not path:
        findings.fault(where, "names no picture")
        return
    frame = Frame(path)
    animals = dict.fromkeys((column.scorer, column.individual) for column in columns)
    said: list[tuple[str, dict[str, Point]]] = []
    for scorer, individual in animals:
        own = [c for c in columns if (c.scorer, c.individual) == (scorer, individual)]
        marks = _marks(findings, where, cells, own)
        if marks is None:
            return
        said.append((scorer, marks))
    for number, scorer in enumerate(dict.fromkeys(scorer for scorer, _ in said)):
        own_marks = [marks for who, marks in said if who == scorer and marks] or [{}]
        if number and reading.annotator:
            findings.fault(where, "holds several scorers: import it without NAME=")
            return
        for animal, marks in enumerate(own_marks):
            annotator = reading.annotator or scorer
            one = Said(
                frame=frame, marks=marks, annotator=annotator, animal=animal, tool="DeepLabCut"
            )
            assemble(findings, where, one, reading)


def _marks(
    findings: Findings, where: str, cells: Sequence[str], columns: Sequence[_Column]
) -> dict[str, Point] | None:
    """Return one animal's marks; None after a fault."""
    places: dict[str, dict[str, float]] = {}
    for column in columns:
        cell = cells[column.place].strip()
        if cell.lower() in ("", "nan"):
            continue
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            findings.fault(where, f"{column.keypoint} {column.axis} {cell!r}: expected a number")
            return None
        places.setdefault(column.keypoint, {})[column.axis] = value
    marks: dict[str, Point] = {}
    for keypoint, place in places.items():
        if set(place) != {"x", "y"}:
            findings.fault(where, f"{keypoint} has only {' and '.join(place)}: expected x and y")
            return None
        take_mark(findings, where, marks, keypoint, placed(place["x"], place["y"]))
    return marks
