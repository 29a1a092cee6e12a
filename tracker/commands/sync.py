"""Lay another microscope's frames onto a recording: by a data logger's edges, or by flashes.

For each neural frame: when it was on the recording's clock, its volume, plane and z, where stage
and head were, how far the stage moved within the volume, and the tracking frame beside it.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.record.opened import OpenedRecording
    from tracker.sync.job import SyncJob


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the recording, what to align it by, and how the microscope scans."""
    parser.add_argument("recording", type=Path, metavar="RECORDING", help="a recording's folder")
    parser.add_argument(
        "edges", type=Path, nargs="?", metavar="EDGES",
        help="a logger's CSV file (default: the edges that were counted while it was recorded)",
    )  # fmt: skip
    parser.add_argument(
        "--flash", type=Path, metavar="CSV",
        help="align by flashes instead: the mean brightness of every neural frame",
    )  # fmt: skip
    lines = parser.add_argument_group("columns of EDGES")
    lines.add_argument("--camera", default="camera", metavar="COLUMN", help="tracking exposures")
    lines.add_argument("--neural", metavar="COLUMN", help="neural exposures, or volumes")
    lines.add_argument("--piezo", metavar="COLUMN", help="the piezo's position")
    lines.add_argument(
        "--first-edge", type=int, metavar="N", help="the exposure's number of the first camera edge"
    )
    lines.add_argument(
        "--camera-exposure-ms", type=float, metavar="MS", help="(default: as the recording says)"
    )
    scan = parser.add_argument_group("how the microscope scans")
    scan.add_argument("--neural-frames", type=int, metavar="N", help="frames in its file")
    scan.add_argument("--neural-exposure-ms", type=float, default=0.0, metavar="MS")
    scan.add_argument("--neural-hz", type=float, metavar="HZ", help="where there is one flash only")
    scan.add_argument("--planes", type=int, metavar="N", help="planes a volume, without --piezo")
    scan.add_argument("--flyback", type=int, default=0, metavar="N", help="frames between volumes")
    scan.add_argument("--bidirectional", action="store_true", help="every other volume downwards")
    scan.add_argument("--step-um", type=float, default=math.nan, metavar="UM")
    scan.add_argument("--um-per-unit", type=float, default=1.0, metavar="UM", help="of the piezo")
    scan.add_argument(
        "--edge-per-volume", action="store_true", help="--neural has one edge a volume of --planes"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="(default: RECORDING/sync)")
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier sync")


def run(arguments: argparse.Namespace) -> int:
    """Align, write, print, and return the exit status."""
    from tracker.record.opened import open_recording
    from tracker.sync.stream_clocks import clock_words
    from tracker.sync.sync_folder import check_place, draw_sync, write_sync

    recording = open_recording(arguments.recording)
    folder = arguments.out or recording.folder / "sync"
    check_place(folder, overwrite=arguments.overwrite)
    job = _job(arguments, recording)
    write_sync(folder, job.rows, job.figures)
    draw_sync(folder, job.clock)
    print("\n".join((*job.words, *clock_words(recording))))
    print(folder)
    return 0


def _job(arguments: argparse.Namespace, recording: OpenedRecording) -> SyncJob:
    from tracker.errors import UsageError
    from tracker.sync.edge_file import read_edges
    from tracker.sync.flash import read_brightness
    from tracker.sync.job import Columns, Scan, sync_by_edges, sync_by_flash
    from tracker.sync.recorded_edges import other_line, recorded_edges

    if arguments.edges is not None and arguments.flash is not None:
        raise UsageError("expected EDGES or --flash, got both")
    scan = Scan(
        planes=arguments.planes,
        flyback=arguments.flyback,
        is_bidirectional=arguments.bidirectional,
        step_um=arguments.step_um,
        exposure_s=1e-3 * arguments.neural_exposure_ms,
        count=arguments.neural_frames,
        has_edge_per_volume=arguments.edge_per_volume,
    )
    if arguments.flash is not None:
        brightness = read_brightness(arguments.flash)
        return sync_by_flash(recording, brightness, scan, neural_hz=arguments.neural_hz)
    logged: Path | None = arguments.edges
    own = logged is None
    edges = recorded_edges(recording) if logged is None else read_edges(logged)
    exposure_ms = arguments.camera_exposure_ms
    return sync_by_edges(
        recording,
        edges,
        scan,
        columns=Columns(
            camera=arguments.camera,
            neural=arguments.neural or (other_line(edges, arguments.camera) if own else None),
            piezo=arguments.piezo,
            um_per_unit=arguments.um_per_unit,
        ),
        first_number=arguments.first_edge,
        camera_exposure_s=None if exposure_ms is None else 1e-3 * exposure_ms,
    )
