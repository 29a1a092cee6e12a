"""What a device with input lines can do, and nothing about how.

A line is a wire that goes up when something happens: a camera exposes, a confocal takes a plane,
a lamp is on. The device numbers the edges of each line and stamps them by its own clock; with
each comes the host's time, by a fit of the two clocks. Analog channels are volts, sampled evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.void]

# `line` is the place in `Lines.inputs`. `count` is the device's own number of the edge on its
# line, from 0: a gap in it is edges that were lost on the way.
EDGE_ROW = np.dtype(
    [
        ("t_s", "<f8"),
        ("received_s", "<f8"),
        ("device_s", "<f8"),
        ("line", "<i4"),
        ("count", "<i8"),
    ]
)
# When our own output changed; `of_frame` is the frame that it stands for, -1 for none.
MARK_ROW = np.dtype([("t_s", "<f8"), ("of_frame", "<i8"), ("is_high", "?")])


def analog_row(channels: Sequence[str]) -> np.dtype[np.void]:
    """Return the record of one sample of all analog channels, in volts.

    >>> analog_row(["piezo"]).names
    ('t_s', 'device_s', 'piezo_v')
    """
    volts = [(f"{name}_v", "<f4") for name in channels]
    return np.dtype([("t_s", "<f8"), ("device_s", "<f8"), *volts])


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What has come since the last reading, each in the order of time.

    `edges` (n,) of `EDGE_ROW`, `analog` (m,) of `analog_row`, and for each change of the output
    (`Lines.set_output`) that has been carried out since, in order, when that was (k,).
    """

    edges: Rows
    analog: Rows
    changed_s: tuple[float, ...] = ()


class Lines(Protocol):
    """A device that counts edges."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of its input lines."""
        ...

    @property
    def analog(self) -> tuple[str, ...]:
        """The names of its analog channels; most have none."""
        ...

    @property
    def has_output(self) -> bool:
        """Whether it has an output line of ours."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What an operator should know of it, a line each."""
        ...

    def start(self) -> None:
        """Begin to count, every line from 0.

        Raises:
            LinesError: the device refused, or is not the one that was configured.
            LinkLostError: the port is gone.
        """
        ...

    def read(self, timeout_s: float) -> Readings:
        """Return what has come; waits for something for `timeout_s` at most.

        Raises:
            LinesError: the device has failed.
            LinkLostError: the port is gone.
        """
        ...

    def set_output(self, *, is_high: bool) -> None:
        """Change the output line; when it did is told by a later `read`.

        Raises:
            LinesError: it has none, or the device refused.
            LinkLostError: the port is gone.
        """
        ...

    def close(self) -> None:
        """Put the output down, stop counting and let the device go. Safe to call twice."""
        ...
