"""The frames worth looking at again, worst first, and why."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.labels.consensus import Head
from models.labels.faults import Fault, LabelError
from models.labels.gold import GoldQuality
from models.labels.label import FrameKey, Presence
from models.labels.placing import Placing
from models.labels.quality import Quality, worst_heads
from models.labels.text_files import read_text, write_text

COLUMNS = ("file", "index", "animal", "why", "worst_head_lengths", "worst_px", "annotators")
_SERIOUS = 1000.0  # whole heads in the wrong place come before any number of head lengths


@dataclass(frozen=True, slots=True)
class Doubt:
    """A head to look at again; `weight` is larger the worse it is."""

    head: Head
    why: str
    weight: float
    worst_heads: float  # in head lengths; NaN where no two marks can be compared


def find_doubts(quality: Quality, gold: Sequence[GoldQuality] = ()) -> list[Doubt]:
    """Return what to look at again, worst first."""
    missed: dict[FrameKey, dict[str, None]] = {}
    for found in gold:
        for label in found.missed:
            missed.setdefault(label.frame.key, {})[label.annotator] = None
    doubts = [
        doubt
        for head in quality.consensus.heads
        if (doubt := _doubt(head, quality.within_heads, list(missed.get(head.label.frame.key, {}))))
        is not None
    ]
    return sorted(doubts, key=lambda doubt: (-doubt.weight, doubt.head.label.key))


def _doubt(head: Head, within_heads: float, missed: Sequence[str]) -> Doubt | None:
    whys: list[tuple[float, str]] = []
    if Placing.CONTESTED in head.placings:
        who = _who(head, Placing.CONTESTED)
        whys.append((3 * _SERIOUS, f"{who} mean different ends, and none has more voices"))
    if missed:
        whys.append((2.8 * _SERIOUS, f"{_joined(missed)} against the gold label"))
    for placing, weight in (
        (Placing.SWAPPED, 2.6 * _SERIOUS),
        (Placing.REVERSED, 2.4 * _SERIOUS),
        (Placing.ELSEWHERE, 2.2 * _SERIOUS),
    ):
        if placing in head.placings:
            whys.append((weight, f"{_who(head, placing)} against the others: {placing}"))
    if head.is_presence_disputed:
        whys.append((2 * _SERIOUS, _disputed(head)))
    elif head.label.presence is Presence.UNDECIDED:
        whys.append((_SERIOUS, "nobody has said whether there is a head"))
    worst = worst_heads(head)
    for outlier in head.outliers:
        whys.append(
            (
                outlier.distance_px / head.length_px,
                f"{outlier.annotator}'s {outlier.keypoint} lies {outlier.distance_px:.1f} px off",
            )
        )
    if worst > within_heads and not whys:
        whys.append((worst, f"marks lie up to {100 * worst:.0f} % of the head's length apart"))
    if not whys:
        return None
    return Doubt(head, "; ".join(why for _, why in whys), max(whys)[0], worst)


def _who(head: Head, placing: Placing) -> str:
    said = zip(head.labels, head.placings, strict=True)
    return _joined([label.annotator for label, found in said if found is placing])


def _disputed(head: Head) -> str:
    seen, none = (
        _joined([label.annotator for label in head.labels if label.presence is presence])
        for presence in (Presence.PRESENT, Presence.ABSENT)
    )
    return f"{seen}: a head; {none}: none"


def _joined(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def write_worklist(file: Path, doubts: Sequence[Doubt]) -> None:
    """Write the worklist as a table that any program opens.

    Raises:
        LabelError: it cannot be written.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for doubt in doubts:
        frame = doubt.head.label.frame
        worst_px = doubt.worst_heads * doubt.head.length_px
        figures = [doubt.worst_heads, worst_px]
        table.writerow(
            [
                frame.file,
                frame.index,
                doubt.head.label.animal,
                doubt.why,
                *("" if math.isnan(figure) else f"{figure:.3f}" for figure in figures),
                " ".join(label.annotator for label in doubt.head.labels),
            ]
        )
    write_text(file, text.getvalue())


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row of a worklist: a frame to look at again, why, and where that stands."""

    frame: FrameKey
    why: str
    line: int


def read_worklist(file: Path) -> list[Wanted]:
    """Read a worklist, as a report of labels or a page of an evaluation writes it.

    Raises:
        LabelError: it is none, or lists no frame; every fault is named.
    """
    rows = csv.DictReader(io.StringIO(read_text(file), newline=""), strict=True)
    found: list[Wanted] = []
    faults: list[Fault] = []
    try:
        if not {"file", "index", "why"} <= set(rows.fieldnames or ()):
            says = f"is no worklist: expected the columns {', '.join(COLUMNS)}"
            raise LabelError([Fault(str(file), "line 1", says)])
        for row in rows:
            name, index = row["file"] or "", row["index"] or "0"
            if name and index.isdecimal():
                found.append(Wanted((name, int(index)), row["why"] or "", rows.line_num))
            else:
                says = f"file {name!r}, index {index!r}: expected a name and a whole number"
                faults.append(Fault(str(file), f"line {rows.line_num}", says))
    except csv.Error as error:
        faults.append(Fault(str(file), f"line {rows.line_num}", f"is no CSV: {error}"))
    if not found and not faults:
        faults.append(Fault(str(file), "", "lists no frame: there is nothing to look at again"))
    if faults:
        raise LabelError(faults)
    return found
