"""What a check of a recording found: its streams, its files, and each fault with its mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum


class Mend(StrEnum):
    """What a repair does about a fault."""

    NOTHING = "cannot be mended"
    CUT = "the torn end is cut off"
    SET_ASIDE = "what is damaged is put into a file of its own, the rest is kept"
    SUM_UP = "it is made anew from the rows"
    LIST = "the entry is written anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is not as it should be; `places` are records or lines from 0, if any."""

    file: str
    what: str
    mend: Mend = Mend.NOTHING
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFound:
    """One stream: its records, and for frames which numbers there are and which are missing.

    `until_s` is when the last of them was, from the start of the recording.
    `missing` holds first and last number of each gap; `damaged` the numbers of frames whose
    checksum is wrong, or the places of rows that cannot have been written.
    """

    file: str
    size_bytes: int
    count: int
    first: int | None = None
    last: int | None = None
    until_s: float = 0.0
    missing: tuple[tuple[int, int], ...] = ()
    damaged: tuple[int, ...] = ()
    torn_bytes: int = 0
    unwritten: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """A whole recording: `state` is closed, cut short or being recorded."""

    folder: str
    state: str
    wall_time: str
    duration_s: float
    streams: tuple[StreamFound, ...]
    events: Mapping[str, int]
    other_files: Mapping[str, int]
    faults: tuple[Fault, ...]

    @property
    def mendable(self) -> int:
        """How many of the faults a repair can mend."""
        return sum(fault.mend is not Mend.NOTHING for fault in self.faults)


def findings_words(findings: Findings) -> dict[str, object]:
    """Return findings as JSON's values."""
    return asdict(findings)


def findings_table(findings: Findings) -> str:
    """Return what was found, for a person."""
    named = [(stream.file, stream.size_bytes, stream_words(stream)) for stream in findings.streams]
    named += [(file, size_bytes, "") for file, size_bytes in findings.other_files.items()]
    lines = [
        f"{findings.folder}: {findings.wall_time[:19]}, {findings.state}, "
        f"{findings.duration_s:.1f} s",
        "",
        f"  {'file':18} {'bytes':>14}",
        *(f"  {file:18} {size_bytes:>14}  {words}".rstrip() for file, size_bytes, words in named),
        "",
        *(f"  {count} x {kind}" for kind, count in findings.events.items()),
        "",
    ]
    if not findings.faults:
        return "\n".join([*lines, "  nothing is damaged"])
    return "\n".join([*lines, *(f"  {_fault_words(fault)}" for fault in findings.faults)])


def stream_words(stream: StreamFound) -> str:
    """Say what a stream holds.

    >>> stream_words(StreamFound(file="ticks.bin", size_bytes=0, count=3, torn_bytes=5))
    '3 rows; 5 bytes of a torn one'
    """
    if stream.first is None:
        words = [f"{stream.count} rows"]
    else:
        words = [f"{stream.count} frames, {stream.first} to {stream.last}", _gap_words(stream)]
    if stream.damaged:
        words.append(f"{len(stream.damaged)} damaged")
    if stream.torn_bytes:
        words.append(f"{stream.torn_bytes} bytes of a torn one")
    if stream.unwritten:
        words.append(f"{stream.unwritten} never filled")
    return "; ".join(words)


def _gap_words(stream: StreamFound) -> str:
    if not stream.missing:
        return "none missing"
    count = sum(last - first + 1 for first, last in stream.missing)
    named = [f"{a} to {b}" if b > a else str(a) for a, b in stream.missing[:8]]
    return f"{count} missing: {', '.join(named)}{', ...' if len(stream.missing) > 8 else ''}"


def _fault_words(fault: Fault) -> str:
    return f"{fault.file}: {fault.what} ({fault.mend})"
