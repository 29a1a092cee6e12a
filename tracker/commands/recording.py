"""Look after recordings: what is really there of one, and moving it off the rig.

`check` looks at every byte of a recording and says what is there, what is missing and what is
damaged; with `--repair` it mends what can be mended. `move` copies recordings to another disk,
reads them again there, and only then removes them here.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

_SOUND, _DAMAGED = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands and their options."""
    commands = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")
    checking = commands.add_parser(
        "check",
        help="say exactly what is there",
        description="Exit status: 0 nothing is damaged, 1 something is, 2 bad input.",
    )
    checking.add_argument("recording", type=Path, metavar="DIR", help="a recording's folder")
    checking.add_argument(
        "--repair", action="store_true", help="mend what can be mended; nothing is thrown away"
    )
    checking.add_argument("--json", action="store_true", help="print what was found as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Carry out one of the commands and return the exit status."""
    return _check(arguments)


def _check(arguments: argparse.Namespace) -> int:
    from tracker.record.check import check_recording
    from tracker.record.findings import findings_table, findings_words
    from tracker.record.repair import repair

    folder: Path = arguments.recording
    findings = check_recording(folder, tell=_show_progress)
    if arguments.repair:
        for step in repair(findings):
            print(f"wormlock recording check: {step}", file=sys.stderr)
        findings = check_recording(folder, tell=_show_progress)
    if arguments.json:
        print(json.dumps(findings_words(findings), indent=2, allow_nan=False))
    else:
        print(findings_table(findings))
        if findings.mendable:
            many = f"{findings.mendable} of {len(findings.faults)} faults"
            print(f"\n  `wormlock recording check {folder} --repair` mends {many}")
    return _DAMAGED if findings.faults else _SOUND


def _show_progress(done: int, total: int) -> None:
    """Count up on a terminal, where somebody may be waiting."""
    if sys.stderr.isatty() and (done % 16 == 0 or done == total):
        share = 100.0 * done / total
        sys.stderr.write(f"\r{share:3.0f} % of the frames" if done < total else f"\r{'':24}\r")
