"""The edges that were counted while a recording was made, as if a logger had written them."""

from __future__ import annotations

import numpy as np

from tracker.errors import UsageError
from tracker.record.line_tables import lost_edges
from tracker.record.opened import OpenedRecording
from tracker.sync.edge_file import EdgeFile


def recorded_edges(recording: OpenedRecording) -> EdgeFile:
    """Return the recording's own edges and analog channels, by the counting device's clock.

    Raises:
        UsageError: none were counted.
    """
    edges, analog = recording.table("edges"), recording.table("analog")
    names = recording.edge_lines
    if not len(edges):
        raise UsageError(
            f"{recording.folder} holds no edges: expected EDGES, a logger's CSV file, or --flash "
            "with a brightness CSV (docs/count-edges.md says how they are counted live)"
        )
    ours = {name: edges[edges["line"] == place] for place, name in enumerate(names)}
    volts = {
        name.removesuffix("_v"): name for name in analog.dtype.names or () if name[-2:] == "_v"
    }
    return EdgeFile(
        path=recording.folder / "edges.bin",
        t_s=np.array(analog["device_s"], np.float64),
        edges={name: np.array(rows["device_s"]) for name, rows in ours.items()},
        levels={name: np.array(analog[field], np.float64) for name, field in volts.items()},
        host_s={name: np.array(rows["t_s"]) for name, rows in ours.items()},
        lost={name: lost_edges(edges, place) for place, name in enumerate(names)},
    )


def other_line(edges: EdgeFile, camera: str) -> str | None:
    """Return the one line beside the camera's; None where there are none, or several."""
    others = [name for name in edges.edges if name != camera]
    return others[0] if len(others) == 1 else None
