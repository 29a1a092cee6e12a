"""Detect, export or report many recordings, on this computer's cores or on a cluster.

What is done already is passed over, so that a batch that was interrupted goes on when it is given
again; a recording that fails does not stop the others.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.batch.work import KINDS, recordings_below, work_on
from tracker.errors import UsageError

if TYPE_CHECKING:
    from tracker.batch.running import Done


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do, where the recordings are, and who does it."""
    parser.add_argument("kind", choices=KINDS, help="what to do with each recording")
    parser.add_argument(
        "folders", type=Path, nargs="+", metavar="FOLDER", help="recordings, or what holds some"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask scheduler: tcp://...")
    parser.add_argument("--slurm", metavar="KEY=VALUE,...", help="queue=...,walltime=...")
    parser.add_argument("--overwrite", action="store_true", help="do again what is done already")
    parser.add_argument(
        "--option", action="append", default=[], metavar="WORDS",
        help="of the command itself, as --option '--to nwb'; may be given several times",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Run the batch; 0 if all is done, 1 if some recording failed."""
    from tracker.batch.running import cluster, run_all
    from tracker.export.progress import Progress

    if arguments.workers < 1:
        raise UsageError(f"--workers {arguments.workers}: expected 1 or more")
    if arguments.scheduler and arguments.slurm:
        raise UsageError("--scheduler and --slurm: expected one of them")
    options = [word for words in arguments.option for word in words.split()]
    works = [
        work_on(recording, arguments.kind, options, overwrite=arguments.overwrite)
        for recording in recordings_below(arguments.folders)
    ]
    waiting = [work for work in works if arguments.overwrite or not work.is_done]
    print(f"{len(works)} recordings, {len(works) - len(waiting)} of them done already")
    done: list[Done] = []
    if waiting:
        progress = Progress(sys.stderr)
        progress.start(len(waiting), "recordings")
        workers = min(arguments.workers, len(waiting))
        with cluster(
            workers=workers, scheduler=arguments.scheduler, slurm=arguments.slurm
        ) as client:
            for each in run_all(client, waiting):
                done.append(each)
                progress.step()
        progress.finish()
    return _told(done)


def _told(done: list[Done]) -> int:
    for each in sorted(done, key=lambda one: (one.status != 0, one.work.recording)):
        verdict = "done" if each.status == 0 else "FAILED"
        print(f"{verdict:6}  {each.lasted_s:7.1f} s  {each.work.recording}  {each.said}")
    failed = sum(each.status != 0 for each in done)
    if done:
        print(f"{len(done) - failed} done, {failed} failed")
    return 1 if failed else 0
