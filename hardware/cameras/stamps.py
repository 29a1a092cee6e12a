"""When a frame was ready, from the camera's own stamps and the times of arrival.

A frame is held later than it was ready by however long we did not look: never earlier. So in a
plot of arrivals over stamps the truth runs along the lower edge of the points. The edge is found
robustly: the earliest arrival of every block of frames, a line through these by the median of all
slopes (Theil and Sen), at their median height. A bad block, late or with a wrong stamp, is
outvoted.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

_BLOCK_FRAMES = 16
_BLOCKS = 40  # what is remembered: 16 s at 40 Hz
_FEWEST_BLOCKS = 6  # below, a slope says nothing: both clocks are taken to run alike
_MOST_DRIFT = 1e-3  # quartz clocks are 1e-4 apart at worst

Sighting: TypeAlias = tuple[
    float, float
]  # the camera's stamp and the arrival on the host's clock, seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFromCamera:
    """A straight line from the camera's clock to the host's, about a stamp in its middle."""

    stamp_s: float
    host_s: float
    rate: float = 1.0

    def ready_s(self, stamp_s: float) -> float:
        """Return when a frame with this stamp was ready, on the host's clock."""
        return self.host_s + self.rate * (stamp_s - self.stamp_s)


def earliest(sightings: Sequence[Sighting]) -> Sighting:
    """Return the sighting that was held soonest after its stamp."""
    return min(sightings, key=lambda sighting: sighting[1] - sighting[0])


def fit_lower_edge(edge: Sequence[Sighting]) -> HostFromCamera:
    """Draw the line through the earliest sightings of several blocks; at least one is needed.

    >>> fit_lower_edge([(0.0, 100.0), (1.0, 101.0), (2.0, 102.0)]).ready_s(3.0)
    103.0
    """
    stamps_s, host_s = np.array(edge, dtype=np.float64).T
    middle_s = float(np.median(stamps_s))
    # Differences of the two clocks, less the first of them: small numbers, and exact ones.
    ahead_s = (host_s - stamps_s) - (host_s[0] - stamps_s[0])
    drift = 0.0
    if len(edge) >= _FEWEST_BLOCKS:
        first, second = np.triu_indices(len(edge), k=1)
        apart_s = stamps_s[second] - stamps_s[first]
        slopes = (ahead_s[second] - ahead_s[first])[apart_s > 0.0] / apart_s[apart_s > 0.0]
        drift = float(np.clip(np.median(slopes), -_MOST_DRIFT, _MOST_DRIFT)) if slopes.size else 0.0
    height_s = float(np.median(ahead_s - drift * (stamps_s - middle_s)))
    return HostFromCamera(
        stamp_s=middle_s,
        host_s=middle_s + float(host_s[0] - stamps_s[0]) + height_s,
        rate=1.0 + drift,
    )


class ReadyTimes:
    """Follows a camera's stamps, frame by frame."""

    def __init__(self) -> None:
        self._edge: deque[Sighting] = deque(maxlen=_BLOCKS)
        self._block: list[Sighting] = []
        self._line: HostFromCamera | None = None

    def ready_s(self, stamp_s: float, received_s: float) -> float:
        """Return when this frame was ready: at its arrival at the latest.

        A stamp that is NaN tells nothing, and one that falls back (the camera has begun anew)
        makes all that was learnt before it worthless.
        """
        if not math.isfinite(stamp_s):
            return received_s
        if self._block and stamp_s <= self._block[-1][0]:
            self._edge.clear()
            self._block.clear()
            self._line = None
        self._block.append((stamp_s, received_s))
        if len(self._block) > _BLOCK_FRAMES:
            self._edge.append(earliest(self._block[:-1]))
            self._block = self._block[-1:]
            self._line = fit_lower_edge(self._edge)
        line = self._line
        if line is None:
            soonest_s, host_s = earliest(self._block)
            line = HostFromCamera(stamp_s=soonest_s, host_s=host_s)
        return min(line.ready_s(stamp_s), received_s)
