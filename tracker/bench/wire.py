"""How long a stage takes to hear a velocity and say where it is, beside what its bytes need.

The wire's share is reckoned from the bytes that really went over it: each byte takes its bits, a
reply begins at the earliest when its question is through, and a controller whose replies cannot
be told apart gets one question at a time. What is above that is the controller's, this computer's
and the driver's; a bare client, that writes the same bytes and counts those that come, has all of
it but the driver's.
"""

from __future__ import annotations

import contextlib
import select
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hardware.clock import Clock
from hardware.errors import LinkTimeoutError, UnreadableError
from hardware.link import Link, SerialLink
from hardware.stages.answering_stage import AnsweringStage
from hardware.stages.line_load import wire_bytes
from hardware.stages.ludl_mac6000 import LudlMac6000Language
from hardware.stages.stage_language import StageLanguage
from hardware.types import Vec2
from tracker.statistics import Spread, spread

_WARMING_UP = 5
_REST_S = 0.002  # between exchanges: the line is idle when the next begins
_LOOK_S = 0.05
_BARE_WITHIN_S = 0.3
_LATEST_S = 0.2  # what a lost reply may still be late


@dataclass(slots=True)
class HeardLink:
    """A port, and what has gone over it since it was last forgotten."""

    link: Link
    sent: bytes = b""
    came: bytes = b""

    @property
    def fileno(self) -> int | None:
        """The port's descriptor."""
        return self.link.fileno

    def write(self, data: bytes) -> None:
        """Hand bytes to the port."""
        self.link.write(data)
        self.sent += data

    def read_available(self) -> bytes:
        """Return what has come."""
        data = self.link.read_available()
        self.came += data
        return data

    def wait(self, timeout_s: float) -> None:
        """Wait until something may have come."""
        self.link.wait(timeout_s)

    def close(self) -> None:
        """Let the port go."""
        self.link.close()

    def forget(self) -> None:
        """Begin anew."""
        self.sent = self.came = b""


@dataclass(slots=True)
class OpensHeard:
    """Opens ports as `SerialLink` does, and keeps the last for its bytes."""

    heard: list[HeardLink] = field(default_factory=list[HeardLink])

    def __call__(self, port: str, baud: int, *, stop_bits: int) -> Link:
        """Open it.

        Raises:
            LinkLostError: it is absent, held by another program, or not ours to open.
        """
        self.heard.append(HeardLink(SerialLink(port, baud, stop_bits=stop_bits)))
        return self.heard[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanges:
    """What was measured, in seconds; `is_one` where nothing waits between velocity and question.

    A reply has as many digits as the stage is far away, so each exchange is held against its own
    bytes: `above_s` is what it takes beyond their time, `bare_above_s` the same without the driver.
    """

    count: int
    lost: int
    is_one: bool
    bytes_out: int
    bytes_in: int
    wire_s: float
    took_s: Spread
    above_s: Spread
    bare_above_s: Spread


def measure_exchanges(
    stage: AnsweringStage,
    language: StageLanguage,
    heard: HeardLink,
    clock: Clock,
    *,
    velocities_um_s: Sequence[Vec2],
    count: int,
    within_s: float,
    byte_s: float,
) -> Exchanges:
    """Give velocities in turn, each with a question where the stage is.

    It ends after `count` of them, or after `within_s` if one at least has been measured by then.

    Raises:
        LinkTimeoutError: not one exchange went well.
        LinkLostError, RefusedError: the port is gone, or the controller wants no velocities.
    """
    measured = _Measured()
    until_s = clock.now_s() + within_s
    _settle(stage, language, heard)
    for turn in range(_WARMING_UP + count):
        if clock.now_s() > until_s and (measured.took_s or measured.lost > _WARMING_UP):
            break
        _rest(heard, clock)
        velocity_um_s = velocities_um_s[turn % len(velocities_um_s)]
        took_s = _exchange_s(stage, velocity_um_s, clock)
        if took_s is None:
            measured.lost += 1
            _settle(stage, language, heard)
        elif turn >= _WARMING_UP:
            bare = _Bare(language, velocity_um_s, is_one=stage.can_interrupt)
            measured.note(took_s, heard, byte_s * bare.wire_bytes(heard.came))
            _rest(heard, clock)
            took_s = bare.exchange_s(heard, clock)
            if took_s is None:
                _settle(stage, language, heard)
            else:
                measured.bare_above_s.append(took_s - byte_s * bare.wire_bytes(heard.came))
    return measured.summed_up(is_one=stage.can_interrupt)


@dataclass(slots=True)
class _Measured:
    """Exchange after exchange, the first few left out; `sizes` of the last, out and in."""

    took_s: list[float] = field(default_factory=list[float])
    wires_s: list[float] = field(default_factory=list[float])
    bare_above_s: list[float] = field(default_factory=list[float])
    lost: int = 0
    sizes: tuple[int, int] = (0, 0)

    def note(self, took_s: float, heard: HeardLink, wire_s: float) -> None:
        """Keep what one exchange took, and what its bytes need."""
        self.took_s.append(took_s)
        self.wires_s.append(wire_s)
        self.sizes = (len(heard.sent), len(heard.came))

    def summed_up(self, *, is_one: bool) -> Exchanges:
        """Return all of them in figures."""
        if not self.took_s:
            raise LinkTimeoutError("not one exchange went well")
        return Exchanges(
            count=len(self.took_s),
            lost=self.lost,
            is_one=is_one,
            bytes_out=self.sizes[0],
            bytes_in=self.sizes[1],
            wire_s=float(np.median(self.wires_s)),
            took_s=spread(self.took_s),
            above_s=spread(np.subtract(self.took_s, self.wires_s)),
            bare_above_s=spread(self.bare_above_s),
        )


def _exchange_s(stage: AnsweringStage, velocity_um_s: Vec2, clock: Clock) -> float | None:
    """Give a velocity and ask for the position; return how long it took, None if nobody answers."""
    begins_s = clock.now_s()
    stage.set_velocity(velocity_um_s)
    stage.ask()
    return clock.now_s() - begins_s if _hear(stage) else None


def _hear(stage: AnsweringStage) -> bool:
    """Wait for the position; False where none comes."""
    handle = stage.wait_handle
    try:
        while stage.answer() is None:
            if handle is not None:
                select.select([handle], [], [], _LOOK_S)
    except (LinkTimeoutError, UnreadableError):
        return False
    return True


def _settle(stage: AnsweringStage, language: StageLanguage, heard: HeardLink) -> None:
    """Let nothing be outstanding: hear what is late, then ask once more."""
    silent_for_s = 0.0
    while silent_for_s < _LATEST_S:
        heard.wait(_LOOK_S)
        silent_for_s = 0.0 if heard.read_available() else silent_for_s + _LOOK_S
    for question in language.ask_position():
        with contextlib.suppress(LinkTimeoutError, UnreadableError):
            stage.dialogue.exchange(question)


def _rest(heard: HeardLink, clock: Clock) -> None:
    """Let the line be idle."""
    until_s = clock.now_s() + _REST_S
    while clock.now_s() < until_s:
        heard.wait(_REST_S)
    heard.forget()


class _Bare:
    """An exchange without the driver: its bytes, written by a client that counts replies."""

    def __init__(self, language: StageLanguage, velocity_um_s: Vec2, *, is_one: bool) -> None:
        self._language = language
        self._requests = [*language.steer(velocity_um_s)[0], *language.ask_position()]
        self._is_one = is_one

    def wire_bytes(self, came: bytes) -> int:
        """Return the bytes' time, in bytes, from the replies that came in the questions' order."""
        starts = [piece.began_at for piece in self._language.cut(came)[0]]
        ends = [*starts[1:], len(came)]
        replies = [end - start for start, end in zip(starts, ends, strict=True)]
        pairs = [
            (len(request.data), replies.pop(0) if request.takes is not None and replies else 0)
            for request in self._requests
        ]
        if isinstance(self._language, LudlMac6000Language):  # both axes in one write
            (*before, (question, reply)) = pairs
            pairs = [*before, *[(question // 2, reply // 2)] * 2]
        return wire_bytes(pairs, is_one=self._is_one)

    def exchange_s(self, heard: HeardLink, clock: Clock) -> float | None:
        """Write the bytes and wait for the replies; None where some do not come."""
        begins_s = clock.now_s()
        expected = 0
        for request in self._requests:
            heard.write(request.data)
            expected += request.takes is not None
            if not self._is_one:
                self._await(expected, heard, begins_s, clock)
        came_all = self._await(expected, heard, begins_s, clock)
        return clock.now_s() - begins_s if came_all else None

    def _await(self, expected: int, heard: HeardLink, begins_s: float, clock: Clock) -> bool:
        while clock.now_s() - begins_s < _BARE_WITHIN_S:
            if len(self._language.cut(heard.came)[0]) >= expected:
                return True
            heard.wait(_LOOK_S)
            heard.read_available()
        return False
