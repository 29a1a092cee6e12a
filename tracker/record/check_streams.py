"""What is there of each stream of a recording; faults are entered into a list as they are found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.errors import MissingExtraError, RecordingError
from tracker.record.events import ReadEvents, read_events
from tracker.record.findings import Fault, Mend, StreamFound
from tracker.record.frame_log import FrameRecords, is_broken, map_frames, read_stamps
from tracker.record.header import Header
from tracker.record.packed_frames import PackedFrames
from tracker.record.rows import read_rows
from tracker.record.schema import EVENTS_FILE, FRAMES, Rows, stream_file
from tracker.record.soundness import find_backwards, find_damage, spans
from tracker.record.stamps import damage_words, time_field


def check_frames(
    folder: Path,
    header: Header,
    faults: list[Fault],
    tell: Callable[[int, int], None],
    *,
    name: str = FRAMES,
) -> StreamFound | None:
    """Look at every frame of a camera; enter what is wrong with them.

    Returns what was found; None where they cannot be read at all.
    """
    file = stream_file(name)
    path = folder / file
    try:
        mapped = map_frames(path, header.streams[name])
        stamps = read_stamps(path, mapped.records)
    except (RecordingError, MissingExtraError, KeyError) as error:
        faults.append(Fault(file=file, what=str(error)))
        return None
    _check_rows(name, stamps, header, faults)
    odd = find_damage(stamps, time_field=time_field(name), started_s=header.started_s)
    unstamped = np.empty(0, np.int64) if odd is None else odd.places
    numbers = _numbers(stamps, unstamped)
    broken = _broken(mapped.records, tell)
    unmended = np.setdiff1d(broken, unstamped)
    if unmended.size:
        named = f"{len(unmended)} of {len(numbers)} frames, {spans(numbers[unmended])}"
        what = f"pixels or checksum are not what was written in {named}"
        faults.append(Fault(file=file, what=what))
    faults += [*_strange(file, mapped.records), *_torn(file, mapped.torn_bytes, mapped.unwritten)]
    after = np.flatnonzero(np.diff(numbers) > 1)
    return StreamFound(
        file=file,
        size_bytes=path.stat().st_size,
        count=len(numbers),
        first=int(numbers[0]) if len(numbers) else 0,
        last=int(numbers[-1]) if len(numbers) else -1,
        until_s=_until_s(name, stamps, header),
        missing=tuple((int(numbers[at]) + 1, int(numbers[at + 1]) - 1) for at in after),
        damaged=tuple(numbers[broken].tolist()),
        torn_bytes=mapped.torn_bytes,
        unwritten=mapped.unwritten,
    )


def _strange(file: str, records: FrameRecords) -> list[Fault]:
    """Name what lies between compressed frames and is none."""
    strange = records.strange if isinstance(records, PackedFrames) else ()
    return [
        Fault(file=file, what=f"{end - begin} bytes from byte {begin} on are no frame")
        for begin, end in strange
    ]


def _broken(records: FrameRecords, tell: Callable[[int, int], None]) -> NDArray[np.int64]:
    """Return the places of frames whose checksum is wrong."""
    places: list[int] = []
    for place in range(len(records)):
        if is_broken(records, place):
            places.append(place)
        tell(place + 1, len(records))
    return np.array(places, np.int64)


def _numbers(stamps: Rows, damaged: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the frames' numbers; a damaged one is what follows its neighbour."""
    numbers = np.array(stamps["index"])
    for place in damaged.tolist():
        numbers[place] = numbers[place - 1] + 1 if place else max(0, int(numbers[1:2].sum()) - 1)
    return numbers


def check_table(folder: Path, name: str, header: Header, faults: list[Fault]) -> StreamFound | None:
    """Look at the rows of a table; enter what is wrong with them. None: there is no such table."""
    file = stream_file(name)
    try:
        read = read_rows(folder / file, header.streams[name])
    except RecordingError:
        faults.append(Fault(file=file, what="this table is missing"))
        return None
    damaged = _check_rows(name, read.rows, header, faults)
    faults += _torn(file, read.torn_bytes, read.unwritten)
    return StreamFound(
        file=file,
        size_bytes=(folder / file).stat().st_size,
        count=len(read.rows),
        until_s=_until_s(name, read.rows, header),
        damaged=damaged,
        torn_bytes=read.torn_bytes,
        unwritten=read.unwritten,
    )


def _check_rows(name: str, rows: Rows, header: Header, faults: list[Fault]) -> tuple[int, ...]:
    """Enter what is wrong with the rows of a stream; return the places of the damaged ones."""
    file, time = stream_file(name), time_field(name)
    odd = find_damage(rows, time_field=time, started_s=header.started_s)
    places = () if odd is None else tuple(odd.places.tolist())
    if odd is not None:
        what = damage_words(odd, len(rows))
        faults.append(Fault(file=file, what=what, mend=Mend.SET_ASIDE, places=places))
    backwards = find_backwards(np.delete(rows[time], places))
    if backwards is not None:
        faults.append(Fault(file=file, what=f"times run backwards, {backwards.what}"))
    return places


def _torn(file: str, torn_bytes: int, unwritten: int) -> list[Fault]:
    what = [f"{torn_bytes} bytes of a torn last record"] if torn_bytes else []
    what += [f"{unwritten} records at the end were never filled"] if unwritten else []
    return [Fault(file=file, what=" and ".join(what), mend=Mend.CUT)] if what else []


def check_events(folder: Path, faults: list[Fault]) -> ReadEvents:
    """Read the events; enter what is wrong with them."""
    try:
        read = read_events(folder / EVENTS_FILE)
    except RecordingError:
        faults.append(Fault(file=EVENTS_FILE, what="the events are missing"))
        return ReadEvents(events=(), damaged_lines=(), torn_bytes=0)
    if read.damaged_lines:
        what = f"line {spans(np.array(read.damaged_lines))} is no event"
        places = tuple(line - 1 for line in read.damaged_lines)
        faults.append(Fault(file=EVENTS_FILE, what=what, mend=Mend.SET_ASIDE, places=places))
    faults += _torn(EVENTS_FILE, read.torn_bytes, 0)
    return read


def _until_s(name: str, rows: Rows, header: Header) -> float:
    """Return how long after the start the last row came; 0 where it cannot be told."""
    if not len(rows) or find_damage(
        rows[-1:], time_field=time_field(name), started_s=header.started_s
    ):
        return 0.0
    return float(rows[time_field(name)][-1]) - header.started_s
