"""Write a recording's report: one page of figures, plots and worst moments, for the lab book."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the recording and where the page goes."""
    parser.add_argument("recording", type=Path, metavar="RECORDING", help="a recording's folder")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where to (default: RECORDING/report.html)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier page")


def run(arguments: argparse.Namespace) -> int:
    """Write the page and return the exit status."""
    from tracker.errors import UsageError
    from tracker.record.opened import open_recording
    from tracker.record.whole_file import write_whole
    from tracker.report.page import report_page

    recording = open_recording(arguments.recording)
    path = arguments.out or recording.folder / "report.html"
    if path.suffix.lower() != ".html":
        raise UsageError(f"--out {path}: expected a name that ends in .html")
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: there is no folder {path.parent}")
    if path.exists() and not arguments.overwrite:
        raise UsageError(f"{path} exists already: name another with --out, or give --overwrite")
    write_whole(path, report_page(recording))
    print(path)
    return 0
