"""Mending a recording: nothing that can be read is thrown away.

Torn ends are cut off, records and lines that are damaged go into a file of their own (`*.damaged`)
and the sound ones are kept as they are, summary and manifest are made anew. Each step is noted in
`repairs.jsonl`; what cannot be mended is left alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from hardware.platform_files import is_held
from tracker.errors import MissingExtraError, RecordingError, UsageError
from tracker.record.appended_file import explain
from tracker.record.checksums import (
    CHECKSUMS_FILE,
    FRAMES_FILE,
    read_sums,
    sha256_of,
    sum_files,
    write_sums,
)
from tracker.record.closing import sum_up
from tracker.record.findings import Fault, Findings, Mend
from tracker.record.frame_log import map_frames, record_range
from tracker.record.header import Header, read_header
from tracker.record.neural_header import with_neural
from tracker.record.rows import read_rows
from tracker.record.schema import EVENTS_FILE, NEURAL_FILES, are_frames
from tracker.record.session_manifest import SESSION_FILE, list_recording
from tracker.record.set_aside import set_lines_aside, set_records_aside

REPAIRS_FILE = "repairs.jsonl"


def repair(findings: Findings) -> list[str]:
    """Mend what can be mended of a recording, and return what was done.

    Raises:
        UsageError: it is being recorded.
        RecordingError: there is no room, or it cannot be written.
    """
    folder = Path(findings.folder)
    if any(is_held(path) for path in (folder / FRAMES_FILE, *folder.glob(NEURAL_FILES))):
        raise UsageError(f"{folder} is being recorded: wait until it has ended")
    faults = [fault for fault in findings.faults if fault.mend is not Mend.NOTHING]
    if not faults:
        return []
    header, _ = with_neural(folder, read_header(folder))
    of_bytes = [fault for fault in faults if fault.mend in (Mend.SET_ASIDE, Mend.CUT)]
    try:
        done = [_mend(folder, header, fault) for fault in of_bytes]
        if any(fault.mend is not Mend.LIST for fault in faults):
            done.append(_sum_up(folder, {fault.file for fault in of_bytes}))
        if any(fault.mend is Mend.LIST for fault in faults):
            outcome = {"ended": findings.state, "duration_s": round(findings.duration_s, 3)}
            list_recording(folder.resolve(), header, outcome=outcome)
            done.append(f"{SESSION_FILE}: the recording is listed as {findings.state}")
        _note(folder, done)
    except OSError as error:
        raise RecordingError(explain(error, folder)) from error
    return done


def _mend(folder: Path, header: Header, fault: Fault) -> str:
    path = folder / fault.file
    if fault.mend is Mend.CUT:
        os.truncate(path, _sound_bytes(path, header))
        return f"{fault.file}: {fault.what} cut off"
    if fault.file == EVENTS_FILE:
        aside = set_lines_aside(path, fault.places)
    else:
        aside = set_records_aside(path, _ranges(path, header, fault.places))
    return f"{fault.file}: what is damaged is in {aside.name} now"


def _ranges(path: Path, header: Header, places: Collection[int]) -> list[tuple[int, int]]:
    """Return where the records at `places` begin and end."""
    record = header.streams[path.stem]
    if are_frames(path.stem):
        frames = map_frames(path, record).records
        return [record_range(frames, place) for place in sorted(places)]
    return [(place * record.itemsize, (place + 1) * record.itemsize) for place in sorted(places)]


def _sound_bytes(path: Path, header: Header) -> int:
    """Return how long a file is without its torn end."""
    if path.name == EVENTS_FILE:
        return path.read_bytes().rfind(b"\n") + 1
    record = header.streams[path.stem]
    if are_frames(path.stem):
        return map_frames(path, record).sound_bytes
    return len(read_rows(path, record).rows) * record.itemsize


def _sum_up(folder: Path, changed: Collection[str]) -> str:
    """Make checksums, summary and picture anew from what is there now."""
    sums = read_sums(folder)
    if sums:
        write_sums(
            folder, sums | {name: sha256_of(folder / name) for name in changed & sums.keys()}
        )
    else:
        sum_files(folder)
    try:
        sum_up(folder)
    except RecordingError as error:  # what is missing cannot be mended, the rest was
        return f"no summary can be made: {error}"
    except MissingExtraError:
        return f"{CHECKSUMS_FILE} and the summary were made anew (no picture: no matplotlib)"
    return f"{CHECKSUMS_FILE}, summary and picture were made anew"


def _note(folder: Path, done: list[str]) -> None:
    when = datetime.now().astimezone().isoformat(timespec="seconds")
    with (folder / REPAIRS_FILE).open("a", encoding="utf-8") as file:
        file.writelines(json.dumps({"wall_time": when, "done": step}) + "\n" for step in done)
