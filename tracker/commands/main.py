"""The command line: `wormlock COMMAND`. Each command is a file beside this one.

A command module offers `add_arguments(parser)` and `run(arguments) -> int`; it is imported only
when it is called for, so that `wormlock --help` stays quick and needs no extras.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from hardware.errors import HardwareError
from hardware.opencv import explain_import_error
from models.errors import ModelError
from tracker import __version__
from tracker.commands.parser import Parser
from tracker.errors import TrackerError

GROUPS: Mapping[str, Mapping[str, str]] = {
    "at the rig": {
        "run": "start a tracking session from config.yaml (the default: the simulated rig)",
        "doctor": "check a config against this machine, without moving anything",
        "devices": "list serial ports and cameras, and what answers on them",
        "calibrate": "measure stage and picture, delays, the confocal's field, the plate",
        "bench": "measure how fast the parts of a rig are on this computer",
    },
    "recordings": {
        "score": "print a recording's table again",
        "report": "write a recording's page for the lab book: figures, plots, worst moments",
        "steps": "see which step of a frame went wrong: picture, heat map, choice ... command",
        "sync": "lay a microscope's frames onto a recording, by edges or by flashes",
        "export": "write a recording as nwb, ome-zarr, hdf5, wcon, csv or mp4",
        "recording": "check and repair a recording, move recordings off the rig",
        "batch": "detect, export or report many recordings, on all cores or on a cluster",
        "replay": "run today's loop over a recording, and say what it would have done differently",
    },
    "the detector": {
        "harvest": "pick the recorded frames that are worth labelling",
        "label": "mark heads in frames, on a page in the browser: alone or several people together",
        "labels": "read labels of any tool, bring several people's together, and judge them",
        "train": "train the head detector, on your labels or on rendered frames",
        "curve": "say what more labelled frames would bring, by trainings on some and on more",
        "evaluate": "judge models on labelled frames: how exact, where they fail, side by side",
        "detect": "write what a model finds in images or videos as a table",
        "model": "look into a model of any tool, adopt it, change the one in use",
    },
    "without a rig": {
        "simulate": "run the loop over a scenario in stepped time, and score it against the truth",
        "motion": "print the simulated animals' statistics beside the measured ones",
        "render": "write frames of a scenario as pictures, with their keypoints",
        "emulate": "be an emulated stage controller, to try a client against it",
    },
}
COMMANDS = {name: line for group in GROUPS.values() for name, line in group.items()}
HIDDEN = ("child",)


class _Command(Protocol):
    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed on the way, 2 bad input."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in (*COMMANDS, *HIDDEN):
        return _run(given[0], given[1:])
    parser = _parser()
    parser.parse_args(given)
    parser.print_help()
    return 2


def _run(name: str, words: Sequence[str]) -> int:
    try:
        command = cast(_Command, importlib.import_module(f"tracker.commands.{name}"))
        parser = Parser(prog=f"wormlock {name}", description=command.__doc__)
        command.add_arguments(parser)
        return command.run(parser.parse_args(words))
    except (HardwareError, ModelError, TrackerError) as error:
        fault = str(error)
    except ImportError as error:
        advice = explain_import_error(error)
        if advice is None:
            raise
        fault = advice
    except KeyboardInterrupt:
        print(f"\nwormlock {name}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # who reads us, as `head` does, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    for line in fault.splitlines():
        print(f"wormlock {name}: {line}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    listing = "\n".join(
        f"{title}:\n" + "".join(f"  {name:{width}}  {line}\n" for name, line in group.items())
        for title, group in GROUPS.items()
    )
    parser = Parser(
        prog="wormlock",
        description="Keeps the head of a freely crawling C. elegans where the confocal looks.",
        epilog=f"{listing}\n`wormlock COMMAND --help` says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"wormlock {__version__}")
    parser.add_argument("command", metavar="COMMAND", choices=list(COMMANDS), nargs="?")
    return parser
