"""The simulated counter of edges: told directly, or by an emulated Arduino behind a real port."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hardware.clock import Clock
from hardware.line_devices.arduino import ArduinoCounter
from hardware.line_devices.opening import open_arduino
from hardware.lines import Lines, Readings
from hardware.lines_config import SimulatedLines
from hardware.sim.emulator.edge_counter import CounterOnAPort, EmulatedCounter
from hardware.sim.emulator.port import open_port
from hardware.sim.lines import SimulatedCounter, SimulatedSignals
from hardware.sim.scenario import load_scenario

_BAUD = 115_200
_INPUTS = ("camera", "confocal")
_DRIFT = 3e-5
_SHOWN_US = 2**32 - 20_000_000  # its clock begins anew 20 s after it was switched on


def open_simulated_lines(
    section: SimulatedLines,
    scenario: str,
    seed: int,
    *,
    begin: Callable[[], float | None],
    clock: Clock,
) -> Lines:
    """Open it; `begin` says the host's time of the world's zero, once that is settled.

    Raises:
        ConfigError: there is no such scenario.
    """
    signals = SimulatedSignals(section, load_scenario(scenario), seed)
    if not section.over_serial:
        return SimulatedCounter(signals, begin)

    def edges(from_s: float, to_s: float) -> Sequence[tuple[float, int]]:
        """Return the edges between two host times."""
        epoch_s = begin()
        if epoch_s is None:
            return []
        found = signals.edges(from_s - epoch_s, to_s - epoch_s)
        return [(epoch_s + at_s, line) for at_s, line in found]

    counter = EmulatedCounter(
        len(_INPUTS), edges, since_s=clock.now_s(), drift=_DRIFT, clock_us=_SHOWN_US
    )
    port = open_port(over_tcp=False)
    served = CounterOnAPort(counter, port, clock)
    return _OverAPort(open_arduino(port.name, _BAUD, _INPUTS, clock), served)


class _OverAPort:
    """The real driver, and the emulated counter that goes with it."""

    def __init__(self, driver: ArduinoCounter, served: CounterOnAPort) -> None:
        self._driver, self._served = driver, served

    @property
    def inputs(self) -> tuple[str, ...]:
        return self._driver.inputs

    @property
    def analog(self) -> tuple[str, ...]:
        return self._driver.analog

    @property
    def has_output(self) -> bool:
        return self._driver.has_output

    @property
    def notes(self) -> Sequence[str]:
        return self._driver.notes

    def start(self) -> None:
        self._driver.start()

    def read(self, timeout_s: float) -> Readings:
        return self._driver.read(timeout_s)

    def set_output(self, *, is_high: bool) -> None:
        self._driver.set_output(is_high=is_high)

    def close(self) -> None:
        self._driver.close()
        self._served.close()
