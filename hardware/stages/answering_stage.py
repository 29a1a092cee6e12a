"""A stage whose controller answers every command, whatever its language.

A velocity is written at once where replies can be told apart, else as soon as the one exchange
that may be outstanding is over; a halt never waits, and is repeated until it is confirmed.
"""

from __future__ import annotations

import contextlib
import logging
import math
import threading
from collections.abc import Sequence

import numpy as np

from hardware.clock import Clock
from hardware.errors import LinkLostError, LinkTimeoutError, RefusedError, UnreadableError
from hardware.link import Link
from hardware.stage import HeldLimits
from hardware.stage_config import SerialStage
from hardware.stages.companion import Companion, hand_over
from hardware.stages.line_dialogue import Heard, LineDialogue, Lost, Question, Reply, Request
from hardware.stages.placing import Placing
from hardware.stages.stage_language import StageLanguage
from hardware.types import StageLimits, StageState, Vec2

_log = logging.getLogger(__name__)

_HALT_TRIES = 5
# On a wire full of velocities whoever shares it goes first after so long, and a velocity behind
# more bytes than this is kept: a newer one may come.
_LONGEST_WAIT_S = 0.02
_REFUSALS = 3  # in a row: one may be noise on the line, three are meant


class AnsweringStage:
    """Fulfils `hardware.stage.Stage`. `stop` may come from any thread, the rest from one."""

    def __init__(
        self,
        link: Link,
        language: StageLanguage,
        config: SerialStage,
        limits: StageLimits,
        clock: Clock,
    ) -> None:
        self._link, self._language, self._config = link, language, config
        self._limits, self._clock = limits, clock
        self._byte_s = language.bits_per_byte / config.baud
        self.dialogue = LineDialogue(
            link,
            clock,
            byte_s=self._byte_s,
            patience_s=config.reply_deadline_s,
            fence=language.fence,
            cut=language.cut,
        )
        self.companion: Companion | None = None  # a drive that shares the line
        self._lock = threading.RLock()
        self._question: Question | None = None
        self._velocity: Sequence[Request] = ()
        steering = language.steer(np.full(2, -123.4))[0]
        self._steering_bytes = sum(len(request.data) for request in steering)
        self._is_velocity_answered = any(request.takes is not None for request in steering)
        # A question and one more: replies that pile up on the wire would be late for ever.
        self._most_unanswered = len(language.ask_position()) + 1
        self._unconfirmed: set[Request] = set()  # halts
        self._halts_left = 0
        self._refusals, self._was_refused = 0, False  # in a row; since the last velocity
        self._trouble: LinkTimeoutError | UnreadableError | RefusedError | None = None
        self._placing = Placing(limits.max_speed_um_s)
        self._is_closed = False

    @property
    def limits(self) -> StageLimits:
        """The travel, speed and acceleration that this stage was opened with."""
        return self._limits

    @property
    def can_interrupt(self) -> bool:
        """Whether a velocity has no reply, or one that cannot be taken for another's."""
        return self._language.fence is None or not self._is_velocity_answered

    @property
    def command_delay_s(self) -> float:
        """Seconds from writing a velocity to both axes acting on it."""
        return self._steering_bytes * self._byte_s + self._config.servo_lag_s

    @property
    def wait_handle(self) -> int | None:
        """A descriptor that becomes readable when a reply comes; None on Windows."""
        return self._link.fileno

    def ask(self) -> None:
        """Ask where the stage is, as soon as the line is free; an older question is given up.

        Raises:
            LinkLostError: the port is gone.
        """
        with self._lock:
            self._question = Question(self._clock.now_s(), self._language.ask_position())
            if not isinstance(self._trouble, RefusedError):
                self._trouble = None
            self._go_on()

    def answer(self) -> StageState | None:
        """Take what has come; return the position once it is whole, else None.

        Call it without a question too when something has come: a velocity that waits for the
        line is written from here.

        Raises:
            LinkTimeoutError: no reply before the deadline; the next question may be asked.
            UnreadableError: what came is not a position, or one that cannot be.
            RefusedError: three commands in a row were refused.
            LinkLostError: the port is gone.
        """
        with self._lock:
            self._go_on()
            trouble, self._trouble = self._trouble, None
            if trouble is not None:
                self._question = None
                raise trouble
            question = self._question
            if question is None or not question.is_answered:
                return None
            self._question = None
            return self._placed(question)

    def set_velocity(self, velocity_um_s: Vec2) -> Vec2:
        """Steer, and return the velocity after rounding, which is what is sent.

        Where the line is not free it is written by the next `answer`, unless a newer one or a
        halt has come by then. What is no number stands still.

        Raises:
            LinkLostError: the port is gone.
        """
        finite_um_s = velocity_um_s
        if not all(map(math.isfinite, velocity_um_s.tolist())):
            finite_um_s = np.where(np.isfinite(velocity_um_s), velocity_um_s, 0.0)
        with self._lock:
            self._refusals = self._refusals if self._was_refused else 0
            self._was_refused = False
            self._velocity, sent_um_s = self._language.steer(finite_um_s)
            self._unconfirmed = set()
            if self.can_interrupt and self._may_steer:  # nothing needs to be heard first
                self._send_velocity()
            else:
                self._go_on()
            self._placing.steered(self._clock.now_s(), sent_um_s)
        return sent_um_s

    def stop(self) -> None:
        """Halt both axes. Safe to call twice, from any thread, at any time.

        Raises:
            LinkLostError: the port is gone, and the halt with it.
        """
        with self._lock:
            if not self._is_closed:
                self._velocity = ()
                self._halts_left = _HALT_TRIES
                self._placing.steered(self._clock.now_s(), np.zeros(2))
                self._halt_again()

    def close(self) -> None:
        """Halt, then let the port go. Safe to call twice."""
        with self._lock:
            if self._is_closed:
                return
            with contextlib.suppress(LinkLostError):
                self.stop()
            self._is_closed = True
            self._link.close()

    def listen(self) -> None:
        """Sort what has come, for the companion's sake.

        Raises:
            LinkLostError: the port is gone.
        """
        with self._lock:
            self._go_on()

    def write_limits(self) -> HeldLimits | None:
        """Give the controller the travel limits; see `hardware.stage.HoldsLimits`.

        Raises:
            LinkTimeoutError, ReplyError: it did not take them.
            LinkLostError: the port is gone.
        """
        if not self._config.holds_limits:
            return None
        with self._lock:
            return self._language.write_limits(self._limits, self.dialogue.exchange)

    @property
    def _may_steer(self) -> bool:
        """Whether a velocity need not wait: for the wire, or where it must for a reply."""
        if self.can_interrupt:
            is_full = self.dialogue.backlog_s > _LONGEST_WAIT_S
            return not is_full and self.dialogue.unanswered <= self._most_unanswered
        return self.dialogue.is_free or not self.dialogue.is_settled

    def _send(self, requests: Sequence[Request]) -> None:
        for request in requests:
            self.dialogue.send(request)

    def _send_velocity(self) -> None:
        requests, self._velocity = self._velocity, ()
        self._send(requests)

    def _go_on(self) -> None:
        """Hear, then write what has been waiting for the line: a halt, a velocity, a question."""
        self._sort(hand_over(self.dialogue.hear(), self.companion))
        company = self.companion
        if company is not None and company.waits_s > _LONGEST_WAIT_S and self.dialogue.is_free:
            company.write_waiting()
        if self._velocity and self._may_steer:
            self._send_velocity()
        question = self._question
        if question is None or question.is_sent:
            if company is not None and self.dialogue.is_free:
                company.write_waiting()
        elif self.dialogue.is_free:
            question.is_sent = True
            self._send(question.requests)
        else:
            first = question.requests[0]
            if self._clock.now_s() - question.asked_s > self.dialogue.patience_s(first):
                self._fail_question(Lost(first, b""))

    def _sort(self, heard: Heard) -> None:
        for reply in heard.replies:
            if reply.request.purpose != "position":
                self._take_done(reply)
            elif self._question is not None:
                self._question.take(reply)
        for lost in heard.lost:
            if lost.request in self._unconfirmed:
                self._halt_again()
            elif self._question is not None and lost.request in self._question.requests:
                self._fail_question(lost)

    def _take_done(self, reply: Reply) -> None:
        try:
            self._language.check(reply.request, reply.line)
        except RefusedError as error:
            self._refuse(error)
        except UnreadableError as error:
            _log.debug("unreadable: %s", error)
        else:
            self._unconfirmed.discard(reply.request)
            return
        if reply.request in self._unconfirmed:
            self._halt_again()

    def _refuse(self, error: RefusedError) -> None:
        self._refusals += 1
        self._was_refused = True
        _log.warning("refused: %s", error)
        if self._refusals >= _REFUSALS:
            self._trouble = error

    def _halt_again(self) -> None:
        if self._halts_left > 0:
            self._halts_left -= 1
            self._unconfirmed = set(requests := self._language.halt())
            self._send(requests)

    def _fail_question(self, lost: Lost) -> None:
        if lost.line:
            self._trouble = UnreadableError(
                f"{self._config.port}: not a reply to a position question", reply=lost.line
            )
        else:
            patience_ms = self.dialogue.patience_s(lost.request) * 1000.0
            self._trouble = LinkTimeoutError(
                f"{self._config.port}: no position within {patience_ms:.0f} ms: nothing came"
            )

    def _placed(self, question: Question) -> StageState:
        replies = [question.replies[place] for place in range(len(question.requests))]
        try:
            position_um = self._language.read_position([reply.line for reply in replies])
        except RefusedError as error:
            self._refuse(error)
            if self._trouble is not None:
                raise
            raise UnreadableError("a question was refused", reply=error.reply) from error
        state = self._placing.place(
            position_um, replies, asked_s=question.asked_s, now_s=self._clock.now_s()
        )
        if state is None:
            raise UnreadableError(
                f"{self._config.port}: a position that cannot be", reply=replies[-1].line
            )
        return state
