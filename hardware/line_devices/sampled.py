"""Edges and analog channels from a card that samples volts evenly: NI's or LabJack's.

The card counts its own samples; the host's time of each is the line along the earliest arrivals
of many blocks, as with cameras that stamp their frames. An edge is as exact as a sample is short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hardware.cameras.stamps import ReadyTimes
from hardware.clock import Clock
from hardware.line_devices.edge_finder import EdgeFinder
from hardware.lines import EDGE_ROW, Readings, Rows, analog_row
from hardware.lines_config import SampledLines


@dataclass(frozen=True, slots=True)
class Block:
    """Samples (n, channels) in volts, `inputs` first; `missed` came to nothing just before them."""

    volts: NDArray[np.float64]
    missed: int = 0


class Sampler(Protocol):
    """A card: it samples all channels at one rate until it is closed."""

    @property
    def rate_hz(self) -> float:
        """The rate as the card has it, which may not be quite the one that was asked for."""
        ...

    @property
    def has_output(self) -> bool:
        """Whether a digital output was named."""
        ...

    def start(self) -> None:
        """Begin to sample.

        Raises:
            LinesError: the card refused.
        """
        ...

    def take(self, timeout_s: float) -> Block:
        """Return the samples that have come; waits for some for `timeout_s` at most.

        Raises:
            LinesError: the card has failed, or its buffer ran over.
        """
        ...

    def set_output(self, *, is_high: bool) -> None:
        """Change the digital output.

        Raises:
            LinesError: the card refused.
        """
        ...

    def close(self) -> None:
        """Stop, and let the card go. Safe to call twice."""
        ...


class SampledCounter:
    """Fulfils `hardware.lines.Lines` on top of a card."""

    def __init__(self, sampler: Sampler, section: SampledLines, clock: Clock) -> None:
        self._sampler, self._section, self._clock = sampler, section, clock
        self._finders = [EdgeFinder(section.threshold_v) for _ in section.inputs]
        self._counts = [0] * len(section.inputs)
        self._ready = ReadyTimes()
        self._samples = self._missed = 0
        self._newest_s = float("-inf")
        self._changed_s: list[float] = []

    @property
    def inputs(self) -> tuple[str, ...]:
        """As config.yaml names them."""
        return tuple(self._section.inputs)

    @property
    def analog(self) -> tuple[str, ...]:
        """As config.yaml names them."""
        return tuple(self._section.analog)

    @property
    def has_output(self) -> bool:
        """Whether config.yaml names one."""
        return self._sampler.has_output

    @property
    def notes(self) -> Sequence[str]:
        """Samples that were lost on the way, if any were."""
        return (f"{self._missed} samples were lost on the way",) if self._missed else ()

    def start(self) -> None:
        """Begin to sample.

        Raises:
            LinesError: the card refused.
        """
        self._sampler.start()

    def read(self, timeout_s: float) -> Readings:
        """Return the edges and samples that have come.

        Raises:
            LinesError: the card has failed.
        """
        block = self._sampler.take(timeout_s)
        received_s = self._clock.now_s()
        changed_s, self._changed_s = tuple(self._changed_s), []
        self._missed += block.missed
        self._samples += block.missed
        count = len(block.volts)
        device_s = (self._samples + np.arange(count)) / self._sampler.rate_hz
        self._samples += count
        t_s = self._host_s(device_s, received_s)
        return Readings(
            edges=self._edges(block.volts, device_s, t_s, received_s),
            analog=self._analog(block.volts, device_s, t_s),
            changed_s=changed_s,
        )

    def set_output(self, *, is_high: bool) -> None:
        """Change the digital output; its time is the middle of the call.

        Raises:
            LinesError: it has none, or the card refused.
        """
        began_s = self._clock.now_s()
        self._sampler.set_output(is_high=is_high)
        self._changed_s.append(0.5 * (began_s + self._clock.now_s()))

    def close(self) -> None:
        """Let the card go."""
        self._sampler.close()

    def _host_s(self, device_s: NDArray[np.float64], received_s: float) -> NDArray[np.float64]:
        if not len(device_s):
            return device_s
        last_s = self._ready.ready_s(float(device_s[-1]), received_s)
        # Each row is later than the one before, also where the line between the clocks has moved.
        t_s = np.maximum(last_s + (device_s - device_s[-1]), self._newest_s)
        self._newest_s = float(t_s[-1])
        return t_s

    def _edges(
        self,
        volts: NDArray[np.float64],
        device_s: NDArray[np.float64],
        t_s: NDArray[np.float64],
        received_s: float,
    ) -> Rows:
        found: list[tuple[float, float, float, int, int]] = []
        for line, finder in enumerate(self._finders):
            for place in finder.rises(volts[:, line]).tolist():
                row = (float(t_s[place]), received_s, float(device_s[place]), line)
                found.append((*row, self._counts[line]))
                self._counts[line] += 1
        return np.array(sorted(found), EDGE_ROW)

    def _analog(
        self, volts: NDArray[np.float64], device_s: NDArray[np.float64], t_s: NDArray[np.float64]
    ) -> Rows:
        rows = np.empty(len(volts), analog_row(self.analog))
        rows["t_s"], rows["device_s"] = t_s, device_s
        for at, name in enumerate(self.analog, start=len(self._finders)):
            rows[f"{name}_v"] = volts[:, at]
        return rows
