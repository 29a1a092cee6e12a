"""What the supervisor and its children tell each other, and the sockets it travels by.

Orders go down, one PUSH socket a child; reports come up, all into one PULL socket. The
supervisor binds on the loopback, the children connect, and each message is one JSON object that
says what it `is`. Only this module knows ZeroMQ. Nothing here is on the loop's path: frames, ticks
and commands travel by rings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TypeAlias, TypeVar

import zmq

from tracker.errors import SessionError

Metadata: TypeAlias = Mapping[str, str | int | float | bool | None]
_LOOPBACK = "tcp://127.0.0.1"
_LINGER_MS = 500  # a child that ends still gets its last report out


@dataclass(frozen=True, slots=True)
class StartTracking:
    """To control: steer from the next frame on."""


@dataclass(frozen=True, slots=True)
class StopTracking:
    """To control: look, but steer no more."""


@dataclass(frozen=True, slots=True)
class Halt:
    """To the stage: the operator's stop, latched until `Release`."""


@dataclass(frozen=True, slots=True)
class Release:
    """To the stage: the operator's stop is taken back."""


@dataclass(frozen=True, slots=True)
class StartRecording:
    """To the recorder: keep what happens from `t_s` on, in `folder`, which must not exist.

    `metadata` is about the animal; `facts` is what is only known while running, such as the
    `facts` that control reported about its model.
    """

    folder: str
    t_s: float
    metadata: Metadata = field(default_factory=dict[str, str])
    facts: Metadata = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class StopRecording:
    """To the recorder: write what was exposed up to `t_s`, then close."""

    t_s: float


@dataclass(frozen=True, slots=True)
class MarkEvent:
    """To the recorder: note what happened, in the operator's or a process's words.

    The kind `stage_timeouts` with the value `count` is what the score counts as timeouts.
    """

    t_s: float
    kind: str
    detail: str = ""
    values: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True)
class End:
    """To any child: finish and exit."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A child has opened what it needs; `detail` is for the operator.

    `facts` goes into recordings: control tells `model_name`, `model_sha256` and `provider`.
    """

    role: str
    detail: str = ""
    facts: Metadata = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Failed:
    """A child cannot go on and is about to exit; `message` is one line for the operator."""

    role: str
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the operator should read now; the child goes on."""

    role: str
    message: str


@dataclass(frozen=True, slots=True)
class Status:
    """Figures for the status line, named with their units; about four times a second."""

    role: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RecordingOpened:
    """The recorder writes into `folder` from now on."""

    folder: str


@dataclass(frozen=True, slots=True)
class RecordingClosed:
    """The files are whole; `summary` is the path of summary.json, `reason` why it ended.

    A recording that could not even begin is reported so too, with an empty `summary`.
    """

    folder: str
    summary: str
    reason: str


Order: TypeAlias = (
    StartTracking | StopTracking | Halt | Release | StartRecording | StopRecording | MarkEvent | End
)
Report: TypeAlias = Ready | Failed | Notice | Status | RecordingOpened | RecordingClosed
MessageT = TypeVar("MessageT")
_ORDERS: dict[str, Callable[..., Order]] = {kind.__name__: kind for kind in Order.__args__}
_REPORTS: dict[str, Callable[..., Report]] = {kind.__name__: kind for kind in Report.__args__}


def to_bytes(message: Order | Report) -> bytes:
    """Spell a message.

    >>> to_bytes(StopRecording(t_s=2.5))
    b'{"is": "StopRecording", "t_s": 2.5}'
    """
    return json.dumps({"is": type(message).__name__, **asdict(message)}).encode()


def order_from_bytes(spelling: bytes) -> Order:
    """Read an order.

    Raises:
        SessionError: it is not one.
    """
    return _read(spelling, _ORDERS)


def report_from_bytes(spelling: bytes) -> Report:
    """Read a report.

    Raises:
        SessionError: it is not one.
    """
    return _read(spelling, _REPORTS)


def _read(spelling: bytes, kinds: Mapping[str, Callable[..., MessageT]]) -> MessageT:
    try:
        content = json.loads(spelling)
        return kinds[content.pop("is")](**content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SessionError(f"not a message between our processes: {spelling[:80]!r}") from error


class _Outlet:
    """A PUSH socket; sends without waiting for anyone's answer."""

    def __init__(self, address: str | None, *, patience_s: float) -> None:
        self._socket = zmq.Context.instance().socket(zmq.PUSH)
        self._socket.setsockopt(zmq.LINGER, _LINGER_MS)
        self._socket.setsockopt(zmq.SNDTIMEO, round(1000 * patience_s))
        self.address = _attach(self._socket, address)

    def push(self, spelling: bytes) -> bool:
        try:
            self._socket.send(spelling)
        except zmq.Again:
            return False
        return True

    def close(self) -> None:
        """Let the socket go; what was sent lately still gets its half second."""
        self._socket.close()


class _Inlet:
    """A PULL socket."""

    def __init__(self, address: str | None) -> None:
        self._socket = zmq.Context.instance().socket(zmq.PULL)
        self._socket.setsockopt(zmq.LINGER, 0)
        self.address = _attach(self._socket, address)

    @property
    def descriptor(self) -> int:
        """What `select` may wait on; it only ever says *look*, and only once until looked at."""
        return int(self._socket.getsockopt(zmq.FD))

    def pull(self, timeout_s: float) -> list[bytes]:
        if timeout_s > 0.0 and not self._socket.poll(max(1, round(1000 * timeout_s))):
            return []
        spellings: list[bytes] = []
        try:
            while True:
                spellings.append(self._socket.recv(zmq.NOBLOCK))
        except zmq.Again:
            return spellings

    def close(self) -> None:
        """Let the socket go."""
        self._socket.close()


class OrderOutbox(_Outlet):
    """The supervisor's end of the orders to one child; the child connects to `address`."""

    def __init__(self) -> None:
        super().__init__(None, patience_s=0.2)

    def send(self, order: Order) -> bool:
        """Send an order; False where no child has taken the line within 0.2 s."""
        return self.push(to_bytes(order))


class OrderInbox(_Inlet):
    """A child's end of its orders; open it before reporting `Ready`."""

    def __init__(self, address: str) -> None:
        super().__init__(address)

    def take(self, timeout_s: float = 0.0) -> list[Order]:
        """Return the orders that have come, waiting for one for `timeout_s` at most.

        Raises:
            SessionError: something came that is not an order.
        """
        return [order_from_bytes(spelling) for spelling in self.pull(timeout_s)]


class ReportInbox(_Inlet):
    """The supervisor's end of all reports; the children connect to `address`."""

    def __init__(self) -> None:
        super().__init__(None)

    def take(self, timeout_s: float = 0.0) -> list[Report]:
        """Return the reports that have come, waiting for one for `timeout_s` at most.

        Raises:
            SessionError: something came that is not a report.
        """
        return [report_from_bytes(spelling) for spelling in self.pull(timeout_s)]


class ReportOutbox(_Outlet):
    """A child's end of its reports; never waits, and drops them where nobody listens."""

    def __init__(self, address: str) -> None:
        super().__init__(address, patience_s=0.0)

    def send(self, report: Report) -> bool:
        """Send a report; False where it had to be dropped."""
        return self.push(to_bytes(report))


def _attach(socket: zmq.Socket[bytes], address: str | None) -> str:
    if address is not None:
        socket.connect(address)
        return address
    port = socket.bind_to_random_port(_LOOPBACK)
    return f"{_LOOPBACK}:{port}"
