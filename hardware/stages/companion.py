"""A second device on a stage's own line: it gets its replies, and writes when the line is free."""

from __future__ import annotations

from typing import Protocol

from hardware.stages.line_dialogue import Heard, Lost, Reply


class Companion(Protocol):
    """Whoever shares the line. Its requests have the purpose `focus`."""

    def take(self, reply: Reply) -> None:
        """Take the reply to one of its requests."""
        ...

    def lose(self, lost: Lost) -> None:
        """Take note that one of them gets no reply any more."""
        ...

    @property
    def waits_s(self) -> float:
        """For how long something has been waiting for the line; 0 where nothing has."""
        ...

    def write_waiting(self) -> None:
        """Write what has been waiting for the line, which is free; one request at most."""
        ...


def hand_over(heard: Heard, companion: Companion | None) -> Heard:
    """Give a companion what answers its requests; return the rest."""
    rest = Heard()
    for reply in heard.replies:
        if reply.request.purpose != "focus":
            rest.replies.append(reply)
        elif companion is not None:
            companion.take(reply)
    for lost in heard.lost:
        if lost.request.purpose != "focus":
            rest.lost.append(lost)
        elif companion is not None:
            companion.lose(lost)
    return rest
