"""A focus drive whose controller answers every line: over a port of its own, or the stage's.

Over the stage's line it writes only when nothing of the stage's waits, and one request at a time;
when that is, the stage process decides. A halt never waits.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import Protocol

from hardware.clock import Clock
from hardware.errors import (
    ConfigMismatchError,
    LinkLostError,
    LinkTimeoutError,
    RefusedError,
    ReplyError,
    UnreadableError,
)
from hardware.focus import FocusLimits, FocusState
from hardware.focus_drives.focus_language import FocusLanguage
from hardware.stages.line_dialogue import Lost, Reply, Request

_log = logging.getLogger(__name__)

_HALT_TRIES = 5
_READ_BACK_UM = 1.0  # controllers round limits to their own units


class FocusLine(Protocol):
    """The way to the controller; what is heard on it reaches the drive by `take` and `lose`."""

    @property
    def is_shared(self) -> bool:
        """Whether a stage speaks over it too."""
        ...

    @property
    def is_free(self) -> bool:
        """Whether a request that can wait may be sent now."""
        ...

    def listen(self) -> None:
        """Hand over what has come, and write what has been waiting."""
        ...

    def send(self, request: Request) -> None:
        """Write a request now."""
        ...

    def exchange(self, request: Request) -> bytes:
        """Send a request and wait for its reply: while opening, and only then."""
        ...

    def patience_s(self, request: Request) -> float:
        """Return seconds from writing a request until its reply counts as lost."""
        ...

    def close(self) -> None:
        """Let it go, unless it is shared."""
        ...


class AnsweringFocus:
    """Fulfils `hardware.focus.Focus`, and `hardware.stages.companion.Companion`."""

    def __init__(
        self,
        line: FocusLine,
        language: FocusLanguage,
        limits: FocusLimits,
        clock: Clock,
        *,
        holds_limits: bool,
    ) -> None:
        self._line, self._language = line, language
        self._limits, self._clock = limits, clock
        self._may_hold = holds_limits
        self._question: Request | None = None
        self._asked_s = float("-inf")
        self._is_sent = False  # the question
        self._target: Request | None = None  # not yet written
        self._waits_since_s = clock.now_s()
        self._halt: Request | None = None  # not yet confirmed
        self._halts_left = 0
        self._state: FocusState | None = None
        self._sent: dict[Request, float] = {}  # without a reply yet, and when
        self._trouble: LinkTimeoutError | ReplyError | None = None
        self._is_closed = False

    @property
    def limits(self) -> FocusLimits:
        """The travel and speed that this drive was opened with."""
        return self._limits

    @property
    def step_um(self) -> float:
        """The smallest difference between two targets."""
        return self._language.step_um

    @property
    def shares_line(self) -> bool:
        """Whether it speaks over the stage's own line."""
        return self._line.is_shared

    @property
    def awaits_reply(self) -> bool:
        """Whether a reply is outstanding, or something waits for the line."""
        now_s = self._clock.now_s()
        self._sent = {
            request: sent_s
            for request, sent_s in self._sent.items()
            if now_s - sent_s <= self._line.patience_s(request)
        }
        return bool(self._sent) or self._target is not None or self._question is not None

    def ask(self) -> None:
        """Ask where the drive is, as soon as the line is free; an older question is given up."""
        self._begin_to_wait()
        self._question, self._is_sent = self._language.ask_position(), False
        self._asked_s = self._clock.now_s()
        self._line.listen()

    def answer(self) -> FocusState | None:
        """Return the height once it is whole, else None; see `hardware.focus.Focus`."""
        self._line.listen()
        trouble, self._trouble = self._trouble, None
        if trouble is not None:
            raise trouble
        question = self._question
        if question is not None and not self._is_sent:
            waited_s = self._clock.now_s() - self._asked_s
            if waited_s > self._line.patience_s(question):
                self._question = None
                raise LinkTimeoutError("the line has not been free for a question to the focus")
        state, self._state = self._state, None
        return state

    def move_to(self, z_um: float) -> None:
        """Go to a height, as soon as the line is free; the newest that waits is written."""
        self._begin_to_wait()
        self._target = self._language.go_to(z_um)
        self._line.listen()

    def halt(self) -> None:
        """Stop; repeated until it is confirmed."""
        if self._is_closed:
            return
        self._target = None
        self._halts_left = _HALT_TRIES
        self._halt_again()

    def hold_limits(self) -> bool:
        """Write the limits into the controller, and read them back."""
        if not self._may_hold:
            return False
        held_um = self._language.write_limits(self._limits, self._line.exchange)
        if held_um is None:
            return False
        asked_um = (self._limits.floor_um, self._limits.ceiling_um)
        for key, asked, held in zip(("floor_um", "ceiling_um"), asked_um, held_um, strict=True):
            if abs(asked - held) > _READ_BACK_UM:
                raise ConfigMismatchError(
                    f"rig.focus.{key}: the controller was given {asked:.1f} um and says that it "
                    f"holds {held:.1f} um; change it, or set rig.focus.holds_limits: false"
                )
        return True

    def close(self) -> None:
        """Halt, then let the port go if it is the drive's own."""
        if self._is_closed:
            return
        with contextlib.suppress(LinkLostError):
            self.halt()
        self._is_closed = True
        self._line.close()

    def greet(self) -> str:
        """Make sure of the controller; return what it says of itself. Waits.

        Raises:
            LinkTimeoutError, ReplyError: this is not the controller, or it lacks the axis.
        """
        exchange: Callable[[Request], bytes] = self._line.exchange
        told = self._language.greet(exchange)
        self._language.read_position(exchange(self._language.ask_position()))
        return told

    def take(self, reply: Reply) -> None:
        """Take the reply to a request."""
        self._sent.pop(reply.request, None)
        try:
            if reply.request is self._question:
                self._question = None
                z_um = self._language.read_position(reply.line)
                t_s = (reply.through_s + reply.begun_s) / 2.0
                now_s = self._clock.now_s()
                self._state = FocusState(t_s=min(max(t_s, self._asked_s), now_s), z_um=z_um)
            else:
                self._language.check(reply.request, reply.line)
        except RefusedError as error:
            _log.warning("refused: %s", error)
            self._trouble = error
        except UnreadableError as error:
            self._trouble = error
        else:
            if reply.request is self._halt:
                self._halt = None
            return
        if reply.request is self._halt:
            self._halt_again()

    def lose(self, lost: Lost) -> None:
        """Take note that a request gets no reply any more; a halt is written again."""
        self._sent.pop(lost.request, None)
        if lost.request is self._halt:
            self._halt_again()
        elif lost.request is self._question:
            self._question = None
            if lost.line:
                self._trouble = UnreadableError("not a reply to a focus question", reply=lost.line)
            else:
                self._trouble = LinkTimeoutError("no height of the focus drive: nothing came")

    @property
    def waits_s(self) -> float:
        """For how long a target or a question has been waiting for the line."""
        return self._clock.now_s() - self._waits_since_s if self._is_waiting else 0.0

    def write_waiting(self) -> None:
        """Write a target or a question that has been waiting for the line."""
        if self._target is not None:
            target, self._target = self._target, None
            self._send(target)
        elif self._question is not None and not self._is_sent:
            self._is_sent = True
            self._send(self._question)

    @property
    def _is_waiting(self) -> bool:
        return self._target is not None or (self._question is not None and not self._is_sent)

    def _begin_to_wait(self) -> None:
        if not self._is_waiting:
            self._waits_since_s = self._clock.now_s()

    def _halt_again(self) -> None:
        if self._halts_left > 0:
            self._halts_left -= 1
            self._halt = self._language.halt()
            self._send(self._halt)

    def _send(self, request: Request) -> None:
        self._sent[request] = self._clock.now_s()
        self._line.send(request)
