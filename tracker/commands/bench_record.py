"""Record frames of two neural cameras' sizes on this computer's disk, and say how well that goes.

Told are frames dropped, the speed beside a plain write of the same bytes, CPU seconds per GB, what
handing over a frame costs beside a bare copy, and how late a loop of 200 Hz comes beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from tracker.commands.bench_options import count_of, positive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where, how long and how often."""
    parser.add_argument(
        "--folder", type=Path, default=Path(), help="on the disk in question (default: here)"
    )
    parser.add_argument(
        "--seconds", type=positive, default=10.0, help="how long each recording is (default: 10)"
    )
    parser.add_argument("--rounds", type=count_of, default=3, help="recordings a size (default: 3)")
    parser.add_argument("--pairs", type=count_of, default=9, help="pairs of writes (default: 9)")
    parser.add_argument(
        "--pair-mb", type=positive, default=400.0, help="how much each write (default: 400)"
    )
    parser.add_argument(
        "--compress", action="store_true", help="each size a second time, compressed"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments: argparse.Namespace) -> int:
    """Measure, print, and return 0.

    Raises:
        UsageError: the disk has no room.
        SessionError: a process of the bench failed.
        MissingExtraError: what compresses frames is not installed.
    """
    from tracker.bench.record import RecordPlan, bench_record, require_room
    from tracker.bench.record_figures import told
    from tracker.bench.stream_load import LOADS
    from tracker.record.compression import require_compression

    plan = RecordPlan(
        folder=arguments.folder,
        seconds=arguments.seconds,
        rounds=arguments.rounds,
        pairs=arguments.pairs,
        pair_bytes=int(1e6 * arguments.pair_mb),
    )
    loads = [*LOADS]
    if arguments.compress:
        require_compression()
        loads += [replace(load, packs=True) for load in LOADS]
    for load in loads:
        require_room(plan, load)
    benches = [bench_record(load, plan, _tell) for load in loads]
    if arguments.json:
        print(json.dumps({bench.load.name: bench.plain() for bench in benches}, indent=2))
    else:
        print("\n\n".join(told(bench) for bench in benches))
    return 0


def _tell(doing: str) -> None:
    print(doing, file=sys.stderr)
