"""Be an emulated stage controller on a port of this computer, until Ctrl-C.

Any client of that controller can be tried against it; it moves a simulated stage, and its bytes
take their time on the wire. A scenario gives it another stage, or faults.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, cast, get_args

from hardware.stage_config import ControllerKind, EmulatedKind

if TYPE_CHECKING:
    from hardware.sim.emulator.transcript import TranscriptLine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `wormlock emulate` takes."""
    languages = [*get_args(ControllerKind), "zaber_chain"]
    parser.add_argument("language", choices=languages, help="what the controller speaks")
    parser.add_argument(
        "--tcp",
        type=_tcp_port,
        metavar="PORT",
        help="listen on this TCP port of 127.0.0.1 (0: any) instead of a pseudo terminal",
    )
    parser.add_argument("--scenario", default="roam", help="whose stage and faults (default: roam)")
    parser.add_argument(
        "--baud", type=_baud, help="how fast the wire is, in bits a second (default: the usual one)"
    )
    parser.add_argument("--show", action="store_true", help="print what is heard and said")


def _baud(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"expected bits a second, 1 or more, got {word!r}")
    return int(word)


def _tcp_port(word: str) -> int:
    if not word.isdecimal() or int(word) > 65535:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 65535, got {word!r}")
    return int(word)


def run(arguments: argparse.Namespace) -> int:
    """Print the port, then serve until Ctrl-C."""
    from hardware.platform import ask_for_real_time
    from hardware.sim.emulator.alone import serve
    from hardware.sim.emulator.transcript import format_line
    from hardware.sim.scenario import load_scenario
    from tracker.runtime.punctuality import PRIORITY

    def announce(port: str, baud: int) -> None:
        print(f"{arguments.language} at {port}, {baud} baud; Ctrl-C ends it", flush=True)

    def tell(line: TranscriptLine) -> None:
        if arguments.show:
            print(format_line(line), repr(line.data), flush=True)

    scenario = load_scenario(arguments.scenario)
    ask_for_real_time(PRIORITY["emulator"])  # as in a session
    try:
        serve(
            cast(EmulatedKind, arguments.language),
            scenario,
            tcp_port=arguments.tcp,
            baud=arguments.baud,
            announce=announce,
            tell=tell,
        )
    except KeyboardInterrupt:
        print()
    return 0
