"""What a counter of edges sees on the simulated rig: the camera's exposures, and a confocal's.

All a pure function of the world's time: whoever asks later is told the same.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from hardware.lines import EDGE_ROW, Readings, Rows, analog_row
from hardware.lines_config import SimulatedLines
from hardware.sim.exposure import Shutter
from hardware.sim.scenario import Scenario
from hardware.sim.world import World

Times = NDArray[np.float64]

CAMERA, CONFOCAL = 0, 1
_FLYBACK = 2  # planes
_V_PER_UM, _STEP_UM = 0.1, 2.0
_ANALOG_HZ = 5000.0
_DRIFT = 3e-5
_READ_EVERY_S = 0.01
_DEVICE_ZERO_S = 100.0  # what its clock showed at the world's time zero


class SimulatedSignals:
    """When the lines go up and where the piezo is, by the world's time."""

    def __init__(self, section: SimulatedLines, scenario: Scenario, seed: int) -> None:
        self._section, self._timing = section, scenario.camera
        self._shutter = Shutter(World(scenario, seed), seed)

    def edges(self, from_s: float, to_s: float) -> list[tuple[float, int]]:
        """Return the rising edges after `from_s`, up to `to_s`: when, and on which line.

        A line goes up when an exposure begins: also of a picture that never comes.
        """
        found = [(at_s, CAMERA) for at_s in self._camera_s(from_s, to_s)]
        found += [(at_s, CONFOCAL) for at_s in self._confocal_s(from_s, to_s)]
        return sorted(found)

    def piezo_v(self, t_s: Times) -> Times:
        """Return the piezo's volts at times (n,): a ramp over the planes, then back."""
        turn = self._section.planes + _FLYBACK
        step = np.mod((t_s - self._section.confocal_from_s) * self._section.confocal_hz, turn)
        top = float(self._section.planes)
        back = top * (turn - step) / _FLYBACK
        is_scanning = (t_s >= self._section.confocal_from_s) & (t_s < self._until_s)
        return np.where(is_scanning, _V_PER_UM * _STEP_UM * np.minimum(step, back), 0.0)

    @property
    def _until_s(self) -> float:
        return self._section.confocal_from_s + self._section.confocal_lasts_s

    def _camera_s(self, from_s: float, to_s: float) -> list[float]:
        period_s, half_s = self._timing.period_s, self._timing.exposure_s / 2.0
        first = max(0, math.floor(from_s / period_s) - 2)
        last = math.ceil(to_s / period_s) + 2
        at_s = (self._shutter.exposure(index).t_s - half_s for index in range(first, last))
        return [each for each in at_s if from_s < each <= to_s]

    def _confocal_s(self, from_s: float, to_s: float) -> list[float]:
        """Planes stand where a simulated neural camera of the same rate exposes."""
        section = self._section
        period_s, half_s = 1.0 / section.confocal_hz, section.confocal_exposure_s / 2.0
        first = max(0, math.floor(from_s / period_s) - 2)
        last = math.ceil(to_s / period_s) + 2
        at_s = ((index + 0.5) * period_s - half_s for index in range(first, last))
        begins_s, ends_s = section.confocal_from_s, self._until_s
        return [each for each in at_s if from_s < each <= to_s and begins_s <= each < ends_s]


class SimulatedCounter:
    """Fulfils `hardware.lines.Lines` without a wire in between."""

    def __init__(self, signals: SimulatedSignals, begin: Callable[[], float | None]) -> None:
        """Count; `begin` says the host's time of the world's zero, once that is settled."""
        self._signals, self._begin = signals, begin
        self._epoch_s: float | None = None
        self._until_s = 0.0  # what was told, in the world's time
        self._counts = [0, 0]
        self._samples = 0
        self._changed_s: list[float] = []

    @property
    def inputs(self) -> tuple[str, ...]:
        """The tracking camera, and the confocal."""
        return ("camera", "confocal")

    @property
    def analog(self) -> tuple[str, ...]:
        """The confocal's piezo."""
        return ("piezo",)

    @property
    def has_output(self) -> bool:
        """It has one, which nobody sees."""
        return True

    @property
    def notes(self) -> Sequence[str]:
        """It lacks nothing."""
        return ()

    def start(self) -> None:
        """Begin with the world."""

    def read(self, timeout_s: float) -> Readings:
        """Return what has happened since, at most a hundred times a second."""
        time.sleep(min(timeout_s, _READ_EVERY_S))
        if self._epoch_s is None:
            self._epoch_s = self._begin()
        changed_s, self._changed_s = tuple(self._changed_s), []
        if self._epoch_s is None:
            return Readings(edges=_no_edges(), analog=_no_samples(), changed_s=changed_s)
        return self.told(self._epoch_s, time.perf_counter(), changed_s)

    def told(self, epoch_s: float, now_s: float, changed_s: tuple[float, ...] = ()) -> Readings:
        """Return what has happened up to `now_s` of the host and was not told before."""
        from_s, self._until_s = self._until_s, max(self._until_s, now_s - epoch_s)
        edges = self._signals.edges(from_s, self._until_s)
        rows = np.empty(len(edges), EDGE_ROW)
        edges_s = np.array([at_s for at_s, _ in edges])
        rows["t_s"], rows["received_s"] = epoch_s + edges_s, now_s
        rows["device_s"] = _device_s(edges_s)
        rows["line"] = [line for _, line in edges]
        for row, (_, line) in enumerate(edges):
            rows["count"][row] = self._counts[line]
            self._counts[line] += 1
        last = math.floor(self._until_s * _ANALOG_HZ)
        at_s = np.arange(self._samples, last) / _ANALOG_HZ
        self._samples = max(last, self._samples)
        samples = np.empty(len(at_s), analog_row(self.analog))
        samples["t_s"], samples["device_s"] = epoch_s + at_s, _device_s(at_s)
        samples["piezo_v"] = self._signals.piezo_v(at_s)
        return Readings(edges=rows, analog=samples, changed_s=changed_s)

    def set_output(self, *, is_high: bool) -> None:
        """Note when."""
        self._changed_s.append(time.perf_counter())

    def close(self) -> None:
        """Nothing is held."""


def _device_s(at_s: Times) -> Times:
    return _DEVICE_ZERO_S + (1.0 + _DRIFT) * at_s


def _no_edges() -> Rows:
    return np.empty(0, EDGE_ROW)


def _no_samples() -> Rows:
    return np.empty(0, analog_row(("piezo",)))
