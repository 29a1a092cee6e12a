"""The host's time of a device's stamps, by asking it the time now and then.

An answer was stamped after the question went out and before it came back, so it is known to half
the round trip at worst; the quickest of a second's answers mostly to less than a millisecond. The
line through the quickest answers of many seconds carries every stamp over.
"""

from __future__ import annotations

from collections import deque

from hardware.cameras.stamps import HostFromCamera, Sighting, fit_lower_edge

_BLOCK = 10  # answers, of which the quickest counts
_BLOCKS = 60  # a minute's worth


class PingClock:
    """Follows a device's clock."""

    def __init__(self) -> None:
        self._best: deque[Sighting] = deque(maxlen=_BLOCKS)
        self._block: list[tuple[float, Sighting]] = []  # with the time that each answer took
        self._line: HostFromCamera | None = None

    @property
    def is_known(self) -> bool:
        """Whether the device has answered at all."""
        return self._line is not None

    def learn(self, device_s: float, *, asked_s: float, heard_s: float) -> None:
        """Take one answer: the device's stamp, and when it was asked and heard on the host."""
        self._block.append((heard_s - asked_s, (device_s, 0.5 * (asked_s + heard_s))))
        quickest = min(self._block)[1]
        if len(self._block) == _BLOCK:
            self._best.append(quickest)
            self._block.clear()
        # The line rests on whole blocks, once there is one.
        self._line = fit_lower_edge(self._best or [quickest])

    def host_s(self, device_s: float) -> float:
        """Return the host's time of a stamp; `is_known` must hold."""
        assert self._line is not None
        return self._line.ready_s(device_s)
