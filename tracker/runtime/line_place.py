"""The process that has the rig's lines, and what is in its rings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hardware.config import RigConfig
from hardware.lines import EDGE_ROW, MARK_ROW, analog_row
from hardware.lines_config import NoLines, NoMarker, analog_names
from tracker.runtime.session_place import Role, SessionPlace

LINES: Role = "lines"


def has_line_process(rig: RigConfig) -> bool:
    """Say whether there are lines to count, or a marker to move."""
    return not (isinstance(rig.lines, NoLines) and isinstance(rig.marker, NoMarker))


def line_records(rig: RigConfig) -> Mapping[str, np.dtype[np.void]]:
    """Return the records of the tables that a rig's lines have, by the tables' names."""
    records: dict[str, np.dtype[np.void]] = {}
    if not isinstance(rig.lines, NoLines):
        records["edges"] = EDGE_ROW
    if analog := analog_names(rig.lines):
        records["analog"] = analog_row(analog)
    if not isinstance(rig.marker, NoMarker):
        records["marks"] = MARK_ROW
    return records


def line_ring(place: SessionPlace, table: str) -> Path:
    """Return the ring that one of these tables comes from."""
    return place.folder / f"{table}.ring"
