"""How each stream's own clock ran beside the host's, and which of its numbers never came.

A camera that stamps its frames by a clock of its own has told where the host's times come from:
the line through both, its drift, and how far the stamps lie off it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracker.record.line_tables import lost_edges
from tracker.record.opened import OpenedRecording
from tracker.record.schema import FRAMES, Rows
from tracker.sync.clock_fit import ClockFit, fit_clock

_MOST = 20_000  # pairs are enough for a line
_FEWEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamClock:
    """One stream: its clock beside the host's (None: it has none), and how many are missing."""

    stream: str
    clock: ClockFit | None
    came: int
    missing: int

    def words(self) -> str:
        """Say it in a line.

        >>> StreamClock(stream="frames", clock=None, came=40, missing=0).words()
        'frames: 40 came, 0 numbers missing; it has no clock of its own'
        """
        counted = f"{self.stream}: {self.came} came, {self.missing} numbers missing"
        if self.clock is None:
            return f"{counted}; it has no clock of its own"
        return (
            f"{counted}; its clock drifts by {self.clock.drift_ppm:.1f} ppm, scatters by "
            f"{1e3 * self.clock.residual_s:.3f} ms, {1e3 * self.clock.worst_s:.3f} ms at worst"
        )


def stream_clocks(recording: OpenedRecording) -> list[StreamClock]:
    """Return the streams of a recording: the tracking camera, neural cameras, counted lines."""
    clocks = [_of_frames(FRAMES, recording.frames.stamps)]
    for name in recording.neural_names:
        clocks.append(_of_frames(name, recording.neural(name).frames.stamps))
    edges = recording.table("edges")
    for line, name in enumerate(recording.edge_lines):
        ours = edges[edges["line"] == line]
        clock = _fit(ours["device_s"], ours["t_s"])
        missing = lost_edges(edges, line)
        clocks.append(
            StreamClock(stream=f"line {name}", clock=clock, came=len(ours), missing=missing)
        )
    return clocks


def clock_words(recording: OpenedRecording) -> Sequence[str]:
    """Return a line a stream."""
    return [clock.words() for clock in stream_clocks(recording)]


def _of_frames(stream: str, stamps: Rows) -> StreamClock:
    count = len(stamps)
    missing = int(stamps["index"][-1] - stamps["index"][0]) + 1 - count if count else 0
    clock = _fit(stamps["camera_t_s"], stamps["t_s"])
    return StreamClock(stream=stream, clock=clock, came=count, missing=missing)


def _fit(device_s: NDArray[np.float64], host_s: NDArray[np.float64]) -> ClockFit | None:
    known = np.flatnonzero(np.isfinite(device_s) & np.isfinite(host_s))
    known = known[:: max(1, len(known) // _MOST)]
    if len(known) < _FEWEST or not np.ptp(device_s[known]) > 0.0:
        return None
    return fit_clock(device_s[known], host_s[known])
