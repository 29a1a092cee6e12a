"""Measure how fast the parts of a rig are on this computer."""

from __future__ import annotations

import argparse
import importlib
from typing import Protocol, cast

_BENCHES = {
    "stage": "a stage's exchange beside its bytes on the wire, and how long a command waits",
    "record": "recording to this disk: what is dropped, how fast, what it costs",
    "detect": "how long the model takes, by device and by the size of the picture",
}


class _Bench(Protocol):
    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take which bench, and each one's options."""
    benches = parser.add_subparsers(dest="bench", required=True, metavar="BENCH")
    for name, title in _BENCHES.items():
        module = _module(name)
        module.add_arguments(benches.add_parser(name, help=title, description=module.__doc__))


def run(arguments: argparse.Namespace) -> int:
    """Run one bench."""
    return _module(arguments.bench).run(arguments)


def _module(name: str) -> _Bench:
    return cast(_Bench, importlib.import_module(f"tracker.commands.bench_{name}"))
