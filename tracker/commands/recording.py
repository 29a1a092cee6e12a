"""Look after recordings: what is really there of one, and moving it off the rig.

`check` looks at every byte of recordings and says what is there, what is missing and what is
damaged; with `--repair` it mends what can be mended. `move` copies recordings to another disk,
reads them again there, and only then removes them here.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.export.progress import Progress
    from tracker.record.findings import Findings
    from tracker.record.moving import Move
    from tracker.record.running import Courtesy

_SOUND, _DAMAGED, _BAD_INPUT = 0, 1, 2
_MB = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands and their options."""
    commands = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")
    checking = commands.add_parser(
        "check",
        help="say exactly what is there, of recordings or whole sessions",
        description=(
            "Exit status: 0 nothing is damaged, 1 something is, 2 bad input, or one of several "
            "could not be mended."
        ),
    )
    checking.add_argument(
        "recordings", type=Path, nargs="+", metavar="DIR", help="recordings, or sessions"
    )
    checking.add_argument(
        "--repair", action="store_true", help="mend what can be mended; nothing is thrown away"
    )
    checking.add_argument("--json", action="store_true", help="print what was found as JSON")
    moving = commands.add_parser(
        "move",
        help="copy to another disk, read it again there, then remove it here",
        description=(
            "Goes to DEST/SESSION/NUMBER. It pauses while anything is being recorded; when it was "
            "cut short, the same command goes on with it."
        ),
    )
    moving.add_argument(
        "recordings", type=Path, nargs="+", metavar="RECORDING", help="recordings, or sessions"
    )
    moving.add_argument("destination", type=Path, metavar="DEST", help="a folder that is there")


def run(arguments: argparse.Namespace) -> int:
    """Carry out one of the commands and return the exit status."""
    return _check(arguments) if arguments.what == "check" else _move(arguments)


def _check(arguments: argparse.Namespace) -> int:
    from tracker.record.findings import findings_words
    from tracker.record.moving import recordings_in

    folders = [folder for given in arguments.recordings for folder in recordings_in(given)]
    is_one = folders == arguments.recordings and len(folders) == 1
    checked = [_check_one(folder, arguments, is_one=is_one) for folder in folders]
    found = [findings for findings, _ in checked if findings is not None]
    if arguments.json:
        words = [findings_words(findings) for findings in found]
        print(json.dumps(words[0] if is_one else words, indent=2, allow_nan=False))
    elif not is_one:
        odd = [folder.name for folder, (_, status) in zip(folders, checked, strict=True) if status]
        told = f"not sound: {', '.join(odd)}" if odd else "nothing is damaged"
        print(f"{len(folders)} recordings, {told}")
    return max(status for _, status in checked)


def _check_one(
    folder: Path, arguments: argparse.Namespace, *, is_one: bool
) -> tuple[Findings | None, int]:
    """Return what was found and the exit status; one of several that cannot be done stops none."""
    from tracker.errors import TrackerError

    try:
        findings = _found(folder, is_to_mend=arguments.repair)
    except TrackerError as error:
        if is_one:
            raise
        print(f"wormlock recording check: {error}", file=sys.stderr)
        return None, _BAD_INPUT
    if not arguments.json:
        _show(findings, is_one=is_one)
    return findings, _DAMAGED if findings.faults else _SOUND


def _found(folder: Path, *, is_to_mend: bool) -> Findings:
    from tracker.record.check import check_recording
    from tracker.record.repair import repair

    findings = check_recording(folder, tell=_show_progress)
    if is_to_mend:
        for step in repair(findings):
            print(f"wormlock recording check: {step}", file=sys.stderr)
        findings = check_recording(folder, tell=_show_progress)
    return findings


def _show(findings: Findings, *, is_one: bool) -> None:
    from tracker.record.findings import findings_table

    print(findings_table(findings))
    if findings.mendable:
        many = f"{findings.mendable} of {len(findings.faults)} faults"
        print(f"\n  `wormlock recording check {findings.folder} --repair` mends {many}")
    if not is_one:
        print()


def _show_progress(done: int, total: int) -> None:
    """Count up on a terminal, where somebody may be waiting."""
    if sys.stderr.isatty() and (done % 16 == 0 or done == total):
        share = 100.0 * done / total
        sys.stderr.write(f"\r{share:3.0f} % of the frames" if done < total else f"\r{'':24}\r")


def _move(arguments: argparse.Namespace) -> int:
    from tracker.export.progress import Progress
    from tracker.record.moving import carry_out, plan_move, recordings_in

    moves = [
        plan_move(recording, arguments.destination)
        for given in arguments.recordings
        for recording in recordings_in(given)
    ]
    progress = Progress(sys.stderr)
    courtesy = _courtesy(moves)
    status = _SOUND
    for move in moves:
        progress.start(move.size_bytes() // _MB, "MB")
        courtesy.wait()
        kept = carry_out(move, step=_Steps(progress, courtesy).step)
        progress.finish()
        print(f"{move.source} -> {move.target}")
        for file in kept:
            print(
                f"wormlock recording move: {file} was kept: no copy of it reads the same",
                file=sys.stderr,
            )
            status = _DAMAGED
    return status


class _Steps:
    """Counts bytes as megabytes, and lets recordings go first."""

    def __init__(self, progress: Progress, courtesy: Courtesy) -> None:
        self._progress = progress
        self._courtesy = courtesy
        self._rest_bytes = 0

    def step(self, count_bytes: int) -> None:
        count, self._rest_bytes = divmod(self._rest_bytes + count_bytes, _MB)
        self._progress.step(count)
        self._courtesy.wait()


def _courtesy(moves: list[Move]) -> Courtesy:
    from hardware.clock import HostClock
    from tracker.record.running import Courtesy

    sessions = {folder.parent for move in moves for folder in (move.source, move.target)}

    def tell(words: str) -> None:
        print(f"wormlock recording move: {words}", file=sys.stderr, flush=True)

    return Courtesy(
        {session.parent for session in sessions}, HostClock(), sleep=time.sleep, tell=tell
    )
