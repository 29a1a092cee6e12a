"""List the serial ports and cameras of this computer; with --ask, what answers on the ports."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take whom to ask, and what else to look for."""
    parser.add_argument(
        "--ask",
        metavar="PORT",
        nargs="*",
        help="ask what is at these ports (none named: at every free one) where its stage stands; "
        "what is no stage gets a few bytes that it may not know",
    )
    parser.add_argument(
        "--mm", metavar="DIR", type=Path, help="list what Micro-Manager's adapters in DIR can open"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument("--alone", choices=("cameras", "adapters"), help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """List what is there and return 0.

    Raises:
        UsageError: --mm is no folder.
    """
    from tracker.errors import UsageError

    adapters: Path | None = arguments.mm
    if adapters is not None and not adapters.is_dir():
        raise UsageError(f"--mm: {adapters}: no such folder; name the one of the device adapters")
    if arguments.alone:
        return _look_here(arguments.alone, adapters)
    from tracker.doctor.plugged_in import look, page, to_plain

    asked: list[str] | None = arguments.ask
    found = look(asked=asked, adapters=adapters)
    if arguments.json:
        print(json.dumps(to_plain(found), indent=2))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        print(page(found, is_asked=asked is not None, width=width))
    return 0


def _look_here(part: str, adapters: Path | None) -> int:
    """Be the process in which drivers may print, crash and hang as they like."""
    from dataclasses import asdict

    from hardware.cameras.micromanager_core import available_devices
    from hardware.discovery import webcams
    from hardware.opencv import explain_import_error
    from tracker.doctor.bounded import answer

    try:
        found = available_devices(adapters or Path()) if part == "adapters" else webcams()
        answer([asdict(one) for one in found])
    except ImportError as error:
        answer(explain_import_error(error) or str(error))
    return 0
