"""List the serial ports and cameras of this computer; with --ask, what answers on the ports."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardware.cameras.found import NamedCamera
    from hardware.cameras.micromanager_core import AdapterDevices
    from hardware.discovery import FoundCamera

# What is looked for in a process of its own, where drivers may print, crash and hang as they like.
PARTS = ("cameras", "adapters", "genicam", "basler")


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
    parser.add_argument(
        "--cti",
        metavar="FILE",
        type=Path,
        help="list the cameras that this GenICam producer sees, beside those that are installed",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument("--alone", choices=PARTS, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """List what is there and return 0.

    Raises:
        UsageError: --mm is no folder, or --cti no file.
    """
    from tracker.errors import UsageError

    adapters: Path | None = arguments.mm
    if adapters is not None and not adapters.is_dir():
        raise UsageError(f"--mm: {adapters}: no such folder; name the one of the device adapters")
    cti_path: Path | None = arguments.cti
    if cti_path is not None and not cti_path.is_file():
        raise UsageError(f"--cti: {cti_path}: no such file; name the vendor's .cti")
    if arguments.alone:
        return _look_here(arguments.alone, adapters, cti_path)
    from tracker.doctor.plugged_in import look, page, to_plain

    asked: list[str] | None = arguments.ask
    found = look(asked=asked, adapters=adapters, cti_path=cti_path)
    if arguments.json:
        print(json.dumps(to_plain(found), indent=2))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        print(page(found, is_asked=asked is not None, width=width))
    return 0


def _look_here(part: str, adapters: Path | None, cti_path: Path | None) -> int:
    """Be the process of one part."""
    from dataclasses import asdict

    from hardware.errors import CameraError
    from hardware.opencv import explain_import_error
    from tracker.doctor.bounded import answer

    try:
        answer([asdict(one) for one in _found(part, adapters or Path(), cti_path or Path())])
    except ImportError as error:
        answer(explain_import_error(error) or str(error))
    except CameraError as error:
        answer(str(error))
    return 0


def _found(
    part: str, adapters: Path, cti_path: Path
) -> Sequence[AdapterDevices | FoundCamera | NamedCamera]:
    from hardware.cameras import listing
    from hardware.cameras.micromanager_core import available_devices
    from hardware.discovery import webcams

    match part:
        case "adapters":
            return available_devices(adapters)
        case "genicam":
            return listing.producer_cameras(cti_path)
        case "basler":
            return listing.basler_cameras()
        case _:
            return webcams()
