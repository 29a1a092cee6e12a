"""Opening a recording: `open_recording(path)`, whether it was closed or cut short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hardware.lines import EDGE_ROW, MARK_ROW
from hardware.truth import TRUTH_ROW
from tracker.errors import RecordingError
from tracker.messages import FOCUS_ROW
from tracker.record.events import ENDED, Event, read_events
from tracker.record.frame_log import FrameRecords, map_frames
from tracker.record.header import Header, read_header
from tracker.record.line_tables import LINE_TABLES
from tracker.record.notes import event_notes, tail_notes
from tracker.record.rows import ReadRows, read_rows
from tracker.record.schema import (
    CONFIG_FILE,
    EVENTS_FILE,
    FRAMES,
    HEADER_FILE,
    Rows,
    stream_file,
)
from tracker.record.stamps import refuse_damage


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One animal's recording.

    `frames` is mapped, so that only pixels that are looked at are read; its fields are those of
    `schema.framed_record`, and may be damaged (`stamps.sound_stamps`, `frame_log.is_broken`). The
    tables are in memory. `truth` has no rows at a real rig, `focus` none without a drive. `notes`
    say what is not as it should be and was left out. `edges`, `analog` and `marks` have rows where
    the rig counted edges (`line_tables`).
    """

    folder: Path
    header: Header
    config_yaml: str
    frames: FrameRecords
    ticks: Rows
    stage: Rows
    positions: Rows
    truth: Rows
    events: tuple[Event, ...]
    notes: tuple[str, ...]
    focus: Rows = field(default_factory=lambda: np.empty(0, FOCUS_ROW))
    edges: Rows = field(default_factory=lambda: np.empty(0, EDGE_ROW))
    analog: Rows = field(default_factory=lambda: np.empty(0, LINE_TABLES["analog"]))
    marks: Rows = field(default_factory=lambda: np.empty(0, MARK_ROW))

    @property
    def was_closed(self) -> bool:
        """Whether it was ended in order, and not cut short."""
        return any(event.kind == ENDED for event in self.events)

    @property
    def frame_shape(self) -> tuple[int, int]:
        """Rows and columns of its frames."""
        rows, columns = self.frames.dtype["pixels"].shape
        return rows, columns


def open_recording(path: Path) -> Recording:
    """Open the folder of a recording.

    Raises:
        RecordingError: it is not one, or a file of it is missing or damaged.
    """
    check_folder(path)
    header = read_header(path)
    frames = map_frames(path / stream_file(FRAMES), _record(header, FRAMES, path))
    tables = {
        name: read_rows(path / stream_file(name), row)
        for name, row in header.streams.items()
        if name != FRAMES
    }
    for name, table in tables.items():
        refuse_damage(path, name, table.rows, started_s=header.started_s)
    events = read_events(path / EVENTS_FILE)
    return Recording(
        folder=path,
        header=header,
        config_yaml=_config_yaml(path),
        frames=frames.records,
        ticks=_table(tables, "ticks", path),
        stage=_table(tables, "stage", path),
        positions=_table(tables, "positions", path),
        truth=tables["truth"].rows if "truth" in tables else np.empty(0, TRUTH_ROW),
        events=events.events,
        notes=(*tail_notes({FRAMES: frames, **tables}), *event_notes(events)),
        focus=tables["focus"].rows if "focus" in tables else np.empty(0, FOCUS_ROW),
        **{name: tables[name].rows for name in LINE_TABLES if name in tables},
    )


def check_folder(path: Path) -> None:
    """Make sure that a folder is a recording's.

    Raises:
        RecordingError: it is not; one that holds recordings is told as such.
    """
    if not path.is_dir():
        raise RecordingError(f"{path}: there is no such recording")
    if not (path / HEADER_FILE).is_file():
        inside = sorted(found.parent.name for found in path.glob(f"*/{HEADER_FILE}"))
        hint = f"; did you mean one of the recordings in it: {', '.join(inside)}" if inside else ""
        raise RecordingError(f"{path} is not a recording: it holds no {HEADER_FILE}{hint}")


def _record(header: Header, stream: str, path: Path) -> np.dtype[np.void]:
    if stream not in header.streams:
        raise RecordingError(f"{path / HEADER_FILE} names no stream {stream!r}")
    return header.streams[stream]


def _table(tables: Mapping[str, ReadRows], name: str, path: Path) -> Rows:
    if name not in tables:
        raise RecordingError(f"{path / HEADER_FILE} names no stream {name!r}")
    return tables[name].rows


def _config_yaml(path: Path) -> str:
    try:
        return (path / CONFIG_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path / CONFIG_FILE} cannot be read: {error}") from error
