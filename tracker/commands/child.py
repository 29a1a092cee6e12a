"""Be one process of a running session; started by `wormlock run`, never by hand."""

from __future__ import annotations

import argparse
from pathlib import Path

from tracker.runtime.session_place import SessionPlace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the role, and where the session's processes meet."""
    parser.add_argument("role")
    parser.add_argument("place", type=Path)


def run(arguments: argparse.Namespace) -> int:
    """Work until told to end, and return the exit status."""
    from tracker.runtime.child_process import run_child

    return run_child(arguments.role, SessionPlace(arguments.place))
