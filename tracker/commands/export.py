"""Write a recording in a format that other programs read; the recording itself stays as it is."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.export.formats import FORMATS

if TYPE_CHECKING:
    from tracker.export.interruption import Interruption
    from tracker.record.running import Courtesy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the recording, the format and where the export goes."""
    parser.add_argument("recording", type=Path, metavar="RECORDING", help="a recording's folder")
    parser.add_argument("--to", required=True, choices=list(FORMATS), help="the format")
    parser.add_argument(
        "--out", type=Path, metavar="PATH", help="where to (default: beside the recording)"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace an export that is there already"
    )
    parser.add_argument(
        "--every",
        type=int,
        metavar="N",
        help="take one frame in N (default: all; hdf5-flavell: as many as make about 20 a second)",
    )
    parser.add_argument("--plain", action="store_true", help="mp4: draw nothing into the pictures")


def run(arguments: argparse.Namespace) -> int:
    """Export a recording and return the exit status."""
    from tracker.errors import UsageError
    from tracker.export.interruption import Interruption
    from tracker.export.job import Job
    from tracker.export.progress import Progress
    from tracker.export.run import export
    from tracker.record.opened import open_recording

    if arguments.every is not None and arguments.every < 1:
        raise UsageError(f"--every {arguments.every}: expected 1 or more")
    interruption = Interruption()
    courtesy = _courtesy(arguments.recording.absolute(), interruption)
    courtesy.wait()  # also for the recording itself to end
    recording = open_recording(arguments.recording)
    job = Job(
        recording=recording,
        progress=Progress(sys.stderr),
        every=arguments.every,
        overlay=not arguments.plain,
        notices=list(recording.notes),
        interruption=interruption,
        give_way=courtesy.wait,
    )
    if not recording.was_closed:
        job.notices.append(f"{recording.folder} was cut short: what is there was exported")
    made = export(job, to=arguments.to, out=arguments.out, overwrite=arguments.overwrite)
    for notice in job.notices:
        print(f"wormlock export: {notice}", file=sys.stderr)
    print(made)
    return 0


def _courtesy(recording: Path, interruption: Interruption) -> Courtesy:
    """Let recordings beside this one go first, also those of other sessions in the same folder."""
    from hardware.clock import HostClock
    from tracker.record.running import Courtesy

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        interruption.check()

    def tell(words: str) -> None:
        print(f"wormlock export: {words}", file=sys.stderr, flush=True)

    return Courtesy([recording.parent.parent], HostClock(), sleep=sleep, tell=tell)
