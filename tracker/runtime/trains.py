"""When the edges of a line begin to come, and when they have ceased: a confocal's first and last.

No clock and no waiting here, so that stepped time can test it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hardware.lines import Rows


@dataclass(frozen=True, slots=True)
class TrainChange:
    """A train has begun with an edge at `t_s`, or ended with it."""

    t_s: float
    has_begun: bool


class TrainWatch:
    """Watches one line.

    A train begins with an edge that another follows within `quiet_s`, so that a single spike is
    none, and ends with one that none follows.
    """

    def __init__(self, line: int, *, quiet_s: float) -> None:
        self._line, self._quiet_s = line, quiet_s
        self._last_s = float("-inf")
        self._runs = False

    def see(self, edges: Rows, now_s: float) -> list[TrainChange]:
        """Take the edges (n,) that have come, of all lines; return what has begun or ended."""
        changes: list[TrainChange] = []
        t_s = edges["t_s"][edges["line"] == self._line]
        for at_s in np.asarray(t_s, np.float64).tolist():
            changes += self._ended_by(at_s)
            if not self._runs and at_s - self._last_s <= self._quiet_s:
                self._runs = True
                changes.append(TrainChange(self._last_s, has_begun=True))
            self._last_s = at_s
        return [*changes, *self._ended_by(now_s)]

    def _ended_by(self, t_s: float) -> list[TrainChange]:
        if not self._runs or t_s - self._last_s <= self._quiet_s:
            return []
        self._runs = False
        return [TrainChange(self._last_s, has_begun=False)]
