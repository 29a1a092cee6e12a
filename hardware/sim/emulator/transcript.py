"""Every frame that an emulated controller heard and said: the witness of tests that kill.

One line each, written to the file at once: host seconds, `<` for heard or `>` for said, the
bytes in hex, and what they mean; noise means nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One frame, and when its last byte was through the wire."""

    t_s: float
    was_heard: bool
    data: bytes
    meaning: str


class TranscriptWriter:
    """Appends lines; none is held back in a buffer."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def write(self, line: TranscriptLine) -> None:
        r"""Append one line.

        >>> format_line(TranscriptLine(12.345678, True, b"#\x01", "velocity x 1234"))
        '12.345678 < 23 01  velocity x 1234'
        """
        self._file.write(f"{format_line(line)}\n".encode("ascii"))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def format_line(line: TranscriptLine) -> str:
    """Return a line as it stands in the file."""
    way = "<" if line.was_heard else ">"
    return f"{line.t_s:.6f} {way} {line.data.hex(' ')}  {line.meaning}".rstrip()


def read_transcript(path: Path) -> list[TranscriptLine]:
    """Return the lines that were written so far; one that is still being written is left out."""
    text = path.read_bytes().decode("ascii")
    return [parse_line(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def parse_line(line: str) -> TranscriptLine:
    r"""Read one line.

    >>> parse_line("12.345678 < 23 01  halt x")
    TranscriptLine(t_s=12.345678, was_heard=True, data=b'#\x01', meaning='halt x')
    """
    t_s, way, rest = line.split(" ", 2)
    data, _, meaning = rest.partition("  ")
    return TranscriptLine(float(t_s), way == "<", bytes.fromhex(data), meaning)
