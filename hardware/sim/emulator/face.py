"""What every emulated language is: bytes in, exchanges out, no clock of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

_LONGEST_LINE_BYTES = 256


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was heard, what it means (empty: noise), and what is said to it."""

    t_s: float
    heard: bytes
    meaning: str
    reply: bytes = b""


class Face(Protocol):
    """A language; what it commands happens to an `EmulatedStage`."""

    def feed(self, data: bytes, t_s: float) -> list[Exchange]:
        """Take bytes of which the last is here at `t_s`; return what they complete."""
        ...


class LineFace:
    """A language of lines: `obey` turns one, without its end, into a meaning and a reply."""

    def __init__(
        self, obey: Callable[[bytes, float], tuple[str, bytes]], *, terminator: bytes
    ) -> None:
        self._obey = obey
        self._terminator = terminator
        self._received = b""

    def feed(self, data: bytes, t_s: float) -> list[Exchange]:
        """Take bytes of which the last is here at `t_s`; return what they complete."""
        *lines, self._received = (self._received + data).split(self._terminator)
        exchanges: list[Exchange] = []
        for line in lines:
            meaning, reply = self._obey(line, t_s)
            exchanges.append(Exchange(t_s, line + self._terminator, meaning, reply))
        if len(self._received) > _LONGEST_LINE_BYTES:
            exchanges.append(Exchange(t_s, self._received, ""))
            self._received = b""
        return exchanges
