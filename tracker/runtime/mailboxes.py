"""The sockets by which orders and reports travel; the one module that knows ZeroMQ.

One PUSH socket a child for its orders, one PULL socket for all reports. The supervisor binds on
the loopback, the children connect.
"""

from __future__ import annotations

import zmq

from tracker.runtime.orders import (
    Order,
    Report,
    order_from_bytes,
    report_from_bytes,
    to_bytes,
)

_LOOPBACK = "tcp://127.0.0.1"
_LINGER_MS = 500  # a child that ends still gets its last report out
_ORDER_WITHIN_MS = 200


class OrderOutbox:
    """The supervisor's end of the orders to one child; the child connects to `address`."""

    def __init__(self) -> None:
        self._socket = _push_socket(zmq.Context.instance(), patience_ms=_ORDER_WITHIN_MS)
        self.address = _bind(self._socket)

    def send(self, order: Order) -> bool:
        """Send an order; False where no child has taken the line within 0.2 s."""
        return _push(self._socket, to_bytes(order))

    def close(self) -> None:
        """Let the socket go; what was sent lately still gets its half second."""
        self._socket.close()


class OrderInbox:
    """A child's end of its orders; open it before reporting `Ready`."""

    def __init__(self, address: str) -> None:
        self._socket = _pull_socket()
        self._socket.connect(address)

    @property
    def descriptor(self) -> int:
        """What `select` may wait on; it only ever says *look*, and only once until looked at."""
        return int(self._socket.getsockopt(zmq.FD))

    def take(self, timeout_s: float = 0.0) -> list[Order]:
        """Return the orders that have come, waiting for one for `timeout_s` at most.

        Raises:
            SessionError: something came that is not an order.
        """
        return [order_from_bytes(spelling) for spelling in _pull(self._socket, timeout_s)]

    def close(self) -> None:
        """Let the socket go."""
        self._socket.close()


class ReportInbox:
    """The supervisor's end of all reports; the children connect to `address`."""

    def __init__(self) -> None:
        self._socket = _pull_socket()
        self.address = _bind(self._socket)

    def take(self, timeout_s: float = 0.0) -> list[Report]:
        """Return the reports that have come, waiting for one for `timeout_s` at most.

        Raises:
            SessionError: something came that is not a report.
        """
        return [report_from_bytes(spelling) for spelling in _pull(self._socket, timeout_s)]

    def close(self) -> None:
        """Let the socket go."""
        self._socket.close()


class ReportOutbox:
    """A child's end of its reports; never waits, and drops them where nobody listens."""

    def __init__(self, address: str) -> None:
        # A context of its own: only its end waits for what was sent last, Python's does not.
        self._context = zmq.Context()
        self._socket = _push_socket(self._context, patience_ms=0)
        self._socket.connect(address)

    def send(self, report: Report) -> bool:
        """Send a report; False where it had to be dropped."""
        return _push(self._socket, to_bytes(report))

    def close(self) -> None:
        """Let the socket go, when what was sent lately is through: half a second at most."""
        self._socket.close()
        self._context.term()


def _push_socket(context: zmq.Context[zmq.Socket[bytes]], *, patience_ms: int) -> zmq.Socket[bytes]:
    socket = context.socket(zmq.PUSH)
    socket.setsockopt(zmq.LINGER, _LINGER_MS)
    socket.setsockopt(zmq.SNDTIMEO, patience_ms)
    return socket


def _pull_socket() -> zmq.Socket[bytes]:
    socket = zmq.Context.instance().socket(zmq.PULL)
    socket.setsockopt(zmq.LINGER, 0)
    return socket


def _bind(socket: zmq.Socket[bytes]) -> str:
    return f"{_LOOPBACK}:{socket.bind_to_random_port(_LOOPBACK)}"


def _push(socket: zmq.Socket[bytes], spelling: bytes) -> bool:
    try:
        socket.send(spelling)
    except zmq.Again:
        return False
    return True


def _pull(socket: zmq.Socket[bytes], timeout_s: float) -> list[bytes]:
    """Return all that has come; waits for the first for `timeout_s` at most."""
    if timeout_s > 0.0 and not socket.poll(max(1, round(1000 * timeout_s))):
        return []
    spellings: list[bytes] = []
    try:
        while True:
            spellings.append(socket.recv(zmq.NOBLOCK))
    except zmq.Again:
        return spellings
