"""CSV: a folder of tables, one file each, for whatever reads nothing else.

Numbers are spelled so that reading them gives the very same ones; what is not known is empty.
Frames are listed with their times, without their pixels.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tracker.export.job import Job
from tracker.record.columns import Column, columns_of
from tracker.record.opened import TABLE_NAMES, OpenedRecording
from tracker.record.schema import FRAMES, HEADER_FILE

_BLOCK = 4096  # rows at a time


def write(path: Path, job: Job) -> None:
    """Write a folder of csv files."""
    path.mkdir()
    recording = job.recording
    tables = {name: columns_of(recording.table(name)) for name in TABLE_NAMES}
    tables["frames"] = _frame_columns(recording)
    job.progress.start(sum(len(next(iter(table.values()))) for table in tables.values()), "rows")
    for name, columns in tables.items():
        _write_table(path / f"{name}.csv", columns, job)
    job.progress.finish()
    _write_events(path / "events.csv", recording)
    header = (recording.folder / HEADER_FILE).read_text(encoding="utf-8")
    (path / HEADER_FILE).write_text(header, encoding="utf-8")


def is_export(path: Path) -> bool:
    """Say whether a folder holds the tables of a recording, and nothing else."""
    ours = {HEADER_FILE, "events.csv", *(f"{name}.csv" for name in (*TABLE_NAMES, FRAMES))}
    try:
        header = json.loads((path / HEADER_FILE).read_text(encoding="utf-8"))
        return "schema_version" in header and {file.name for file in path.iterdir()} <= ours
    except (OSError, ValueError, TypeError):
        return False


def _frame_columns(recording: OpenedRecording) -> Mapping[str, Column]:
    """Return everything about the frames but their pixels."""
    stamps = recording.frames.stamps
    return {name: stamps[name] for name in stamps.dtype.names or () if name != "magic"}


def _write_table(path: Path, columns: Mapping[str, Column], job: Job) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(columns)
        count = len(next(iter(columns.values())))
        for start in range(0, count, _BLOCK):
            block = [_spelled(column[start : start + _BLOCK]) for column in columns.values()]
            table.writerows(zip(*block, strict=True))
            job.step(len(block[0]))


def _spelled(column: Column) -> list[str]:
    """Spell numbers as short as they can be told from their neighbours."""
    if column.dtype.kind == "b":
        return [str(int(value)) for value in column]
    if column.dtype.kind != "f":
        return [str(value) for value in column.tolist()]
    return ["" if np.isnan(value) else str(value) for value in column]


def _write_events(path: Path, recording: OpenedRecording) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["t_s", "kind", "detail", "values"])
        for event in recording.events:
            values = json.dumps(dict(event.values)) if event.values else ""
            table.writerow([repr(event.t_s), event.kind, event.detail, values])
