"""Print a recording's table again: its figures, computed anew from its rows."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the recording, and where else the figures should go."""
    parser.add_argument("recording", type=Path, metavar="RECORDING", help="a recording's folder")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the figures here as well ('-': print them)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Score a recording, closed or cut short, and return the exit status."""
    from tracker.record.figures_file import figures_json, put_figures
    from tracker.record.reader import open_recording
    from tracker.record.score import rows_of, run_notes, score
    from tracker.record.summary import summary_table

    recording = open_recording(arguments.recording)
    run_rows = rows_of(recording)
    summary = score(run_rows)
    for note in (*recording.notes, *run_notes(run_rows)):
        print(f"wormlock score: {note}", file=sys.stderr)
    if arguments.json == Path("-"):
        sys.stdout.write(figures_json(summary))
        return 0
    if arguments.json is not None:
        put_figures(arguments.json, summary)
    header = recording.header
    cut_short = "" if recording.was_closed else ", cut short"
    print(f"{recording.folder}: {header.session}, {header.wall_time[:19]}{cut_short}\n")
    print(summary_table(summary))
    return 0
