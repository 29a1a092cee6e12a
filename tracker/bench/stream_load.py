"""What a neural camera gives in a second: the load under which recording is measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.ring import frame_record
from tracker.record.schema import framed_record

_RING_S = 2.0
_FEWEST_SLOTS = 16
_KINDS_OF_FRAME = 4
# What a camera gives of a dark field: its offset, and noise about it.
_OFFSET, _NOISE = 110.0, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLoad:
    """Frames of (rows, columns) uint16, so many a second; `packs`: they are recorded compressed."""

    rows: int
    columns: int
    rate_hz: float
    packs: bool = False

    @property
    def name(self) -> str:
        """Return how it is called in tables.

        >>> StreamLoad(rows=512, columns=512, rate_hz=200.0).name
        '512x512 at 200 Hz'
        """
        how = ", compressed" if self.packs else ""
        return f"{self.rows}x{self.columns} at {self.rate_hz:g} Hz{how}"

    @property
    def ring_record(self) -> np.dtype[np.void]:
        """The record in which its frames travel."""
        return frame_record((self.rows, self.columns), depth_bits=16)

    @property
    def written_bytes(self) -> int:
        """How many bytes of the disk a frame takes that is not compressed."""
        return framed_record(self.ring_record).itemsize

    @property
    def bytes_s(self) -> float:
        """How many bytes come in a second."""
        return self.written_bytes * self.rate_hz

    @property
    def slots(self) -> int:
        """How many frames the ring holds."""
        return max(_FEWEST_SLOTS, math.ceil(_RING_S * self.rate_hz))


LOADS = (
    StreamLoad(rows=512, columns=512, rate_hz=200.0),
    StreamLoad(rows=2048, columns=2048, rate_hz=25.0),
)


def made_frames(load: StreamLoad) -> NDArray[np.uint16]:
    """Return a few frames (n, rows, columns), each another noise."""
    draw = np.random.default_rng(0)
    size = (_KINDS_OF_FRAME, load.rows, load.columns)
    return draw.normal(_OFFSET, _NOISE, size).clip(0.0).astype(np.uint16)
