"""What is done when a recording ends: last event, files closed, figures, picture, manifest.

Each step is tried whatever became of the one before: a full disk must not cost the summary.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from hardware.platform_files import is_held
from tracker.errors import MissingExtraError, RecordingError
from tracker.record.checksums import sum_files
from tracker.record.events import ENDED, Event
from tracker.record.figures_file import write_figures
from tracker.record.header import Header
from tracker.record.reader import open_recording
from tracker.record.report import draw_report
from tracker.record.schema import NEURAL_FILES, REPORT_FILE, SUMMARY_FILE
from tracker.record.score import rows_of, score
from tracker.record.session_manifest import list_recording
from tracker.record.writer import RecordingWriter

_STREAMS_WITHIN_S = 10.0  # the neural cameras' recorders end theirs meanwhile


def close_recording(
    writer: RecordingWriter,
    header: Header,
    *,
    reason: str,
    t_s: float,
    tell: Callable[[str], None] = lambda doing: None,
    awaits_streams: bool = True,
) -> tuple[str, ...]:
    """Close a recording, sum it up and draw it; return what the operator should know.

    `tell` hears of each step that may take a while. `awaits_streams`: the neural streams end too,
    and are summed up with it.
    """
    folder = writer.folder
    tell(f"saving {writer.frames.count} frames")
    notices: list[str] = []
    _try(notices, lambda: writer.note(Event(t_s, ENDED, reason)))
    _try(notices, writer.sync)
    writer.close()
    if awaits_streams:
        _try(notices, lambda: _await_streams(folder, tell))
    _try(notices, lambda: sum_files(folder))
    _try(notices, lambda: sum_up(folder, tell))
    outcome = {"ended": reason, "duration_s": round(t_s - header.started_s, 3)}
    _try(notices, lambda: list_recording(folder, header, outcome=outcome))
    return tuple(notices)


def _await_streams(folder: Path, tell: Callable[[str], None]) -> None:
    """Wait until no neural stream of the recording is written any more.

    Raises:
        RecordingError: one still is after a while.
    """
    until_s = time.perf_counter() + _STREAMS_WITHIN_S
    has_told = False
    while held := sorted(path.name for path in folder.glob(NEURAL_FILES) if is_held(path)):
        if time.perf_counter() > until_s:
            raise RecordingError(
                f"{', '.join(held)}: still being written after {_STREAMS_WITHIN_S:.0f} s, and not "
                "waited for: its recorder may be frozen"
            )
        if not has_told:
            tell(f"waiting for {', '.join(held)}")
            has_told = True
        time.sleep(0.02)


def sum_up(folder: Path, tell: Callable[[str], None] = lambda doing: None) -> None:
    """Write summary.json and report.png of a recording whose files are closed.

    Raises:
        RecordingError: it cannot be read, or there is no room for its summary.
        MissingExtraError: it is summed up, but matplotlib is not there to draw it.
    """
    tell("summing up")
    recording = open_recording(folder)
    run = rows_of(recording)
    summary = score(run)
    write_figures(folder / SUMMARY_FILE, summary)
    tell(f"drawing {REPORT_FILE}")
    draw_report(folder / REPORT_FILE, run, summary, recording.header)


def _try(notices: list[str], step: Callable[[], None]) -> None:
    try:
        step()
    except (RecordingError, MissingExtraError) as error:
        notices.append(str(error))
