"""A counter at the other end of a line that takes its time, and a clock that a test moves."""

import math
from types import SimpleNamespace

import pytest

from hardware.line_devices.arduino import ArduinoCounter
from hardware.sim.emulator.edge_counter import EmulatedCounter

PERIODS_S = (0.025, 0.05)
STARTS_S = 1000.0


class HandClock:
    """A clock that is moved by whoever waits."""

    def __init__(self):
        self.t_s = STARTS_S

    def now_s(self):
        return self.t_s


class PaperLink:
    """A line to an emulated counter: each way takes a while, and nothing is real."""

    fileno = None

    def __init__(self, counter, clock, *, there_s=0.0004, back_s=0.0006):
        self._counter, self._clock = counter, clock
        self._there_s, self._back_s = there_s, back_s
        self._on_the_way = []
        self.is_silent = self.was_closed = False
        self.garble = lambda data: data

    def write(self, data):
        self._on_the_way.append((self._clock.t_s + self._there_s, data))

    def read_available(self):
        now_s = self._clock.t_s
        said = b""
        while self._on_the_way and self._on_the_way[0][0] <= now_s - self._back_s:
            at_s, data = self._on_the_way.pop(0)
            said += self._counter.take(at_s)
            self._counter.hear(data, at_s)
        said += self._counter.take(now_s - self._back_s)
        return b"" if self.is_silent else self.garble(said)

    def wait(self, timeout_s):
        self._clock.t_s += min(timeout_s, 0.001)

    def close(self):
        self.was_closed = True


def rises(from_s, to_s):
    """Edges of two lines, one every 25 ms and one every 50 ms, at whole multiples."""
    found = []
    for line, period_s in enumerate(PERIODS_S):
        first, last = math.floor(from_s / period_s), math.floor(to_s / period_s)
        found += [(k * period_s, line) for k in range(first + 1, last + 1)]
    return sorted(found)


@pytest.fixture
def bench():
    """A driver and the emulated counter at its other end, in stepped time."""
    clock = HandClock()
    # Its clock begins anew a little after the start.
    counter = EmulatedCounter(
        2, rises, since_s=STARTS_S - 1.0, drift=4e-5, clock_us=2**32 - 4_000_000
    )
    link = PaperLink(counter, clock)

    def drive(*inputs):
        return ArduinoCounter(link, inputs, clock, name="/dev/ttyACM0")

    return SimpleNamespace(clock=clock, counter=counter, link=link, drive=drive)
