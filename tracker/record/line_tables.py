"""The tables that a recording has where the rig counts edges, or marks its output.

    edges.bin    every edge of every line, numbered by the device (`hardware.lines.EDGE_ROW`)
    analog.bin   the analog channels, a row a sample (`hardware.lines.analog_row`)
    marks.bin    when our own output changed (`hardware.lines.MARK_ROW`)

The lines' names, in the order in which `EDGE_ROW` counts them, are the fact `edge_lines` of the
header.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hardware.lines import EDGE_ROW, MARK_ROW, Rows, analog_row
from tracker.record.header import Header

EDGE_LINES = "edge_lines"  # the fact
LINE_TABLES: Mapping[str, np.dtype[np.void]] = {
    "edges": EDGE_ROW,
    "analog": analog_row(()),  # and a field for each channel
    "marks": MARK_ROW,
}


def edge_lines(header: Header) -> tuple[str, ...]:
    """Return the names of the lines whose edges were counted."""
    told = header.facts.get(EDGE_LINES)
    return tuple(str(told).split(", ")) if told else ()


def lost_edges(edges: Rows, line: int) -> int:
    """Count the edges of a line that the device has numbered and that never came."""
    counts = edges["count"][edges["line"] == line]
    return int(counts[-1] - counts[0]) + 1 - len(counts) if len(counts) else 0
