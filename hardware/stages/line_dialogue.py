"""Questions and replies with a controller that answers every line; nothing here waits.

Where replies carry the number of their question (Zaber), any number may be in flight. Where they
do not, a reply that is late, missing or unreadable leaves in doubt to what the next one belongs:
then nothing that comes is believed until a *fence* has been answered, a question whose answer
looks like no other's. A controller answers in order, so what comes after that is new. For fences
too there is an end of patience: what is later than half a second is taken to be lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from hardware.clock import Clock
from hardware.errors import LinkTimeoutError, UnreadableError
from hardware.link import Link

Purpose: TypeAlias = Literal["position", "velocity", "halt", "setting", "fence", "focus"]

_FENCE_PATIENCE_S = 0.5
_LONGEST_REPLY_BYTES = 32  # of those that are waited for: it sets their deadline
LONGEST_LINE_BYTES = 512  # what is longer without an end is noise


class Piece(NamedTuple):
    """A reply, or what may be one, cut from what came; and at which byte of that it began."""

    line: bytes
    began_at: int


Cutter: TypeAlias = Callable[[bytes], tuple[list[Piece], bytes]]  # also returns the rest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Request:
    """One line for the controller; `takes` says whether a line can be its reply, None: has none."""

    purpose: Purpose
    data: bytes
    takes: Callable[[bytes], bool] | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A line that answers a request.

    The request was through the wire at `through_s`; at `begun_s` at the latest the reply began.
    """

    request: Request
    line: bytes
    through_s: float
    begun_s: float


@dataclass(frozen=True, slots=True)
class Lost:
    """A request that gets no reply any more; `line` is what came instead (empty: nothing)."""

    request: Request
    line: bytes


@dataclass(slots=True)
class Heard:
    """What has happened since the last look."""

    replies: list[Reply] = field(default_factory=list[Reply])
    lost: list[Lost] = field(default_factory=list[Lost])


@dataclass(slots=True)
class Question:
    """Several requests that make one question, and which of them have been answered."""

    asked_s: float
    requests: Sequence[Request]
    is_sent: bool = False
    replies: dict[int, Reply] = field(default_factory=dict[int, Reply])

    @property
    def is_answered(self) -> bool:
        """Whether there is a reply to each."""
        return len(self.replies) == len(self.requests)

    def take(self, reply: Reply) -> None:
        """Keep a reply, if it is to one of these."""
        if reply.request in self.requests:
            self.replies[list(self.requests).index(reply.request)] = reply


@dataclass(slots=True)
class _Flight:
    request: Request
    through_s: float
    due_s: float


class LineDialogue:
    """Who has asked what and waits for which reply. Not for several threads at once."""

    def __init__(
        self,
        link: Link,
        clock: Clock,
        *,
        byte_s: float,
        patience_s: float,
        fence: Request | None,
        cut: Cutter,
    ) -> None:
        """Begin; `fence` is None where replies are told apart by numbers.

        `patience_s` is how long a reply may take beyond the time of its bytes on the wire; `cut`
        finds replies in what came.
        """
        self._link = link
        self._clock = clock
        self._byte_s = byte_s
        self._patience_s = patience_s
        self._fence = fence
        self._cut = cut
        self._flights: list[_Flight] = []
        self._line_free_s = -math.inf
        self._received = b""
        self._passed_over = b""  # the last that was no reply

    @property
    def is_settled(self) -> bool:
        """Whether it is known to what the next reply belongs."""
        return all(flight.request is not self._fence for flight in self._flights)

    @property
    def is_free(self) -> bool:
        """Whether a request that can wait may be sent now."""
        return self._fence is None or not self._flights

    @property
    def backlog_s(self) -> float:
        """How long the wire needs for what was written and is not yet through."""
        return max(self._line_free_s - self._clock.now_s(), 0.0)

    @property
    def unanswered(self) -> int:
        """How many requests have no reply yet, and are not lost."""
        return len(self._flights)

    def patience_s(self, request: Request) -> float:
        """Return seconds from writing a request until its reply counts as lost."""
        wire_s = (len(request.data) + _LONGEST_REPLY_BYTES) * self._byte_s
        return self._patience_s + wire_s

    def send(self, request: Request) -> None:
        """Write a request now, whatever is outstanding.

        Raises:
            LinkLostError: the port is gone.
        """
        now_s = self._clock.now_s()
        starts_s = max(now_s, self._line_free_s)
        self._line_free_s = starts_s + len(request.data) * self._byte_s
        if request.takes is not None:
            patience_s = _FENCE_PATIENCE_S if request is self._fence else self._patience_s
            wire_s = _LONGEST_REPLY_BYTES * self._byte_s
            due_s = self._line_free_s + wire_s + patience_s
            self._flights.append(_Flight(request, self._line_free_s, due_s))
        self._link.write(request.data)

    def hear(self) -> Heard:
        """Sort what has come and what has not.

        Raises:
            LinkLostError: the port is gone.
        """
        heard = Heard()
        received = self._received + self._link.read_available()
        now_s = self._clock.now_s()
        pieces, self._received = self._cut(received)
        for piece in pieces:
            begun_s = now_s - (len(received) - piece.began_at) * self._byte_s
            self._sort(piece.line, begun_s, now_s, heard)
        self._give_up_overdue(now_s, heard)
        return heard

    def exchange(self, request: Request) -> bytes:
        """Send a request and wait for its reply: while opening, and only then.

        Raises:
            LinkTimeoutError: none came in time.
            UnreadableError: something else came.
            LinkLostError: the port is gone.
        """
        is_sent = False
        until_s = self._clock.now_s() + 2.0 * (_FENCE_PATIENCE_S + self.patience_s(request))
        while self._clock.now_s() < until_s:
            heard = self.hear()
            line = _outcome(heard, request)
            if line is not None:
                return line
            if is_sent or not self.is_free:
                self._link.wait(self._patience_s)
            else:
                self.send(request)
                is_sent = True
        raise LinkTimeoutError(f"no reply to {request.data!r}")

    def _sort(self, line: bytes, begun_s: float, now_s: float, heard: Heard) -> None:
        if not self.is_settled:
            self._look_for_fence(line, now_s)
            return
        for place, flight in enumerate(self._flights):
            takes = flight.request.takes
            if takes is not None and takes(line):
                if self._fence is not None:  # answered in order: those before it were passed over
                    heard.lost += [Lost(other.request, b"") for other in self._flights[:place]]
                    del self._flights[:place]
                self._flights.remove(flight)
                heard.replies.append(Reply(flight.request, line, flight.through_s, begun_s))
                return
        self._unsettle(line, heard)

    def _look_for_fence(self, line: bytes, now_s: float) -> None:
        fence = self._fence
        if fence is None or fence.takes is None or not fence.takes(line):
            return
        behind = [flight.request is fence for flight in self._flights].index(True) + 1
        del self._flights[:behind]
        for flight in self._flights:  # they were written behind the fence: their time begins now
            flight.due_s = max(flight.due_s, now_s + self._patience_s)

    def _give_up_overdue(self, now_s: float, heard: Heard) -> None:
        overdue = [flight for flight in self._flights if flight.due_s < now_s]
        if self._fence is None:
            if overdue:
                came = self._passed_over or self._received
                heard.lost += [Lost(flight.request, came) for flight in overdue]
                self._flights = [flight for flight in self._flights if flight not in overdue]
                self._received = self._passed_over = b""
        elif not self.is_settled:
            if any(flight.request is self._fence for flight in overdue):
                self._unsettle(b"", heard)
        elif overdue:
            self._unsettle(self._received, heard)

    def _unsettle(self, line: bytes, heard: Heard) -> None:
        """Believe nothing until a new fence is answered."""
        if self._fence is None:
            self._passed_over = line
            return
        heard.lost += [
            Lost(flight.request, line)
            for flight in self._flights
            if flight.request is not self._fence
        ]
        self._flights = []
        self._received = b""
        self.send(self._fence)


def _outcome(heard: Heard, request: Request) -> bytes | None:
    for reply in heard.replies:
        if reply.request is request:
            return reply.line
    for lost in heard.lost:
        if lost.request is request:
            if lost.line:
                raise UnreadableError("not a reply to what was asked", reply=lost.line)
            raise LinkTimeoutError(f"no reply to {request.data!r}")
    return None


def cut_lines(received: bytes) -> tuple[list[Piece], bytes]:
    r"""Cut whole lines off, whichever end they have; what has no end yet is the rest.

    >>> cut_lines(b":A \r\n:A 1 2\r:N")
    ([Piece(line=b':A ', began_at=0), Piece(line=b':A 1 2', began_at=5)], b':N')
    """
    *lines, rest = received.replace(b"\n", b"\r").split(b"\r")
    if len(rest) > LONGEST_LINE_BYTES:
        rest = b""
    pieces: list[Piece] = []
    began_at = 0
    for line in lines:
        if line.strip():
            pieces.append(Piece(line, began_at))
        began_at += len(line) + 1
    return pieces, rest
