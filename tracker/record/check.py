"""What is really there of a recording, whatever became of it: every byte is looked at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hardware.platform_files import is_held
from tracker.errors import RecordingError
from tracker.record.check_streams import check_events, check_frames, check_table
from tracker.record.checksums import CHECKSUMS_FILE, FRAMES_FILE, read_sums, sha256_of
from tracker.record.events import ENDED, ReadEvents
from tracker.record.findings import Fault, Findings, Mend
from tracker.record.header import Header, read_header
from tracker.record.neural_header import with_neural
from tracker.record.reader import check_folder
from tracker.record.schema import (
    CONFIG_FILE,
    FRAMES,
    HEADER_FILE,
    SUMMARY_FILE,
    are_frames,
    stream_file,
)
from tracker.record.session_manifest import SESSION_FILE, is_listed_as_open

CLOSED, CUT_SHORT, OPEN = "closed in order", "cut short", "being recorded"


def check_recording(
    folder: Path, *, tell: Callable[[int, int], None] = lambda done, total: None
) -> Findings:
    """Look at every file of a recording; `tell` hears how many of the frames were looked at.

    Raises:
        RecordingError: it is not a recording.
    """
    check_folder(folder)
    faults: list[Fault] = []
    try:
        header = read_header(folder)
    except RecordingError as error:
        return _unread(folder, str(error))
    header, unread = with_neural(folder, header)
    faults += [Fault(file=file, what=what) for file, what in unread.items()]
    framed = [FRAMES, *(name for name in header.streams if name != FRAMES and are_frames(name))]
    streams = [check_frames(folder, header, faults, tell, name=name) for name in framed]
    streams += [
        check_table(folder, name, header, faults) for name in header.streams if name not in framed
    ]
    found = tuple(stream for stream in streams if stream is not None)
    events = check_events(folder, faults)
    state = _state(folder, events)
    _check_whole_files(folder, faults)
    if state != OPEN:
        _check_ending(folder, faults)
    return Findings(
        folder=str(folder),
        state=state,
        wall_time=header.wall_time,
        duration_s=max((stream.until_s for stream in found), default=0.0),
        streams=found,
        events=dict(Counter(event.kind for event in events.events)),
        other_files=_other_files(folder, header),
        faults=tuple(faults),
    )


def _unread(folder: Path, why: str) -> Findings:
    return Findings(
        folder=str(folder),
        state="of unknown kind",
        wall_time="",
        duration_s=0.0,
        streams=(),
        events={},
        other_files={path.name: path.stat().st_size for path in sorted(folder.iterdir())},
        faults=(Fault(file=HEADER_FILE, what=why),),
    )


def _check_whole_files(folder: Path, faults: list[Fault]) -> None:
    """Compare with the checksums that the recording was closed, or moved, with."""
    try:
        (folder / CONFIG_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(Fault(file=CONFIG_FILE, what=f"it cannot be read: {error}"))
    for file, digest in read_sums(folder).items():
        if file == FRAMES_FILE or any(fault.file == file for fault in faults):
            continue  # each frame was looked at; what is named need not be named twice
        if not (folder / file).is_file():
            faults.append(Fault(file=file, what="it is missing"))
        elif sha256_of(folder / file) != digest:
            faults.append(Fault(file=file, what=f"it is not what {CHECKSUMS_FILE} says it was"))


def _check_ending(folder: Path, faults: list[Fault]) -> None:
    if not (folder / SUMMARY_FILE).is_file():
        faults.append(Fault(file=SUMMARY_FILE, what="it is missing", mend=Mend.SUM_UP))
    if is_listed_as_open(folder):
        what = f"{SESSION_FILE} has {folder.resolve().name} as not ended"
        faults.append(Fault(file=f"../{SESSION_FILE}", what=what, mend=Mend.LIST))


def _state(folder: Path, read: ReadEvents) -> str:
    if is_held(folder / FRAMES_FILE):
        return OPEN
    return CLOSED if any(event.kind == ENDED for event in read.events) else CUT_SHORT


def _other_files(folder: Path, header: Header) -> dict[str, int]:
    streams = {stream_file(name) for name in header.streams}
    paths = (path for path in sorted(folder.iterdir()) if path.name not in streams)
    return {path.name: path.stat().st_size for path in paths if path.is_file()}
