"""Give a stage velocities and ask both axes where they are, over and over.

Printed is how long one such exchange takes beside what its bytes need on the wire, and how long a
posted command waits until its bytes are handed to the port. Without a config emulated controllers
are asked, each in a process of its own, whose bytes take their time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Generator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

from hardware.stage_config import ControllerKind, EmulatedKind
from tracker.commands.bench_options import count_of, positive

if TYPE_CHECKING:
    from hardware.stage_config import ControllerConfig
    from tracker.bench.stage import StageBench
    from tracker.config import SafetyConfig

_LANGUAGES = [*get_args(ControllerKind), "zaber_chain"]
_EMULATED_UM_S = 400.0  # to and fro: it stays where it is
_COMMAND_HZ = 40.0
_ANNOUNCED = re.compile(r"at (\S+), (\d+) baud")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare whose stage, and how often."""
    parser.add_argument(
        "config",
        type=Path,
        nargs="?",
        help="whose stage: it is opened, halted, and told to stand, so that nothing moves "
        "(none: emulated ones)",
    )
    parser.add_argument("--language", choices=_LANGUAGES, help="only this emulated controller")
    parser.add_argument("--baud", type=count_of, help="of the emulated wires (default: the usual)")
    parser.add_argument("--count", type=count_of, default=200, help="how many (default: 200)")
    parser.add_argument(
        "--seconds",
        type=positive,
        default=5.0,
        help="for each stage at most; slow wires then get fewer exchanges (default: 5)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How long each stage is measured: what comes first of the two."""

    count: int
    within_s: float


def run(arguments: argparse.Namespace) -> int:
    """Measure, print, and return 0.

    Raises:
        UsageError: the config names no stage on a serial port.
        HardwareError: the stage cannot be opened, or is lost.
    """
    from tracker.bench.stage import table

    plan = _Plan(count=arguments.count, within_s=arguments.seconds)
    if arguments.config is not None:
        benches = [_of_config(arguments.config, plan)]
    else:
        asked = [arguments.language] if arguments.language else _LANGUAGES
        benches: list[tuple[str, StageBench]] = []
        for number, name in enumerate(asked, start=1):
            told = f"{name}, {number} of {len(asked)}: {plan.within_s:g} s at most"
            print(told, file=sys.stderr, flush=True)
            benches.append((name, _of_emulated(name, arguments.baud, plan)))
    if arguments.json:
        print(json.dumps({name: asdict(bench) for name, bench in benches}, indent=2))
    else:
        print(table(benches))
    return 0


def _of_config(file: Path, plan: _Plan) -> tuple[str, StageBench]:
    from hardware.stage_config import SerialStage
    from tracker.config import load_config
    from tracker.errors import UsageError

    config = load_config(file)
    stage = config.rig.stage
    if not isinstance(stage, SerialStage):
        raise UsageError(f"{file}: rig.stage.kind is {stage.kind}: expected one on a serial port")
    return stage.kind, _bench(stage, config.safety, plan, speed_um_s=0.0)


def _of_emulated(language: str, baud: int | None, plan: _Plan) -> StageBench:
    from hardware.sim.emulator.languages import LANGUAGES
    from hardware.sim.scenario import StageDynamics
    from tracker.config import SafetyConfig

    safety = SafetyConfig(
        lower_um=(-20_000.0, -20_000.0),
        upper_um=(20_000.0, 20_000.0),
        max_speed_um_s=2.0 * _EMULATED_UM_S,
        max_acceleration_um_s2=50_000.0,
        deadman_s=1.0,
        coast_s=0.5,
    )
    with _emulated(language, baud) as (port, wire_baud):
        spoken = LANGUAGES[cast(EmulatedKind, language)]
        section = spoken.section(StageDynamics(baud=wire_baud), port)
        return _bench(section, safety, plan, speed_um_s=_EMULATED_UM_S)


def _bench(
    section: ControllerConfig, safety: SafetyConfig, plan: _Plan, *, speed_um_s: float
) -> StageBench:
    from hardware.clock import HostClock
    from hardware.platform import ask_for_real_time
    from tracker.bench.stage import bench_stage
    from tracker.runtime.punctuality import PRIORITY, quiet_garbage_collection

    quiet_garbage_collection()
    ask_for_real_time(PRIORITY["stage"])  # as in a session
    return bench_stage(
        section,
        safety,
        HostClock(),
        speed_um_s=speed_um_s,
        count=plan.count,
        within_s=plan.within_s,
        command_hz=_COMMAND_HZ,
    )


@contextlib.contextmanager
def _emulated(language: str, baud: int | None) -> Generator[tuple[str, int]]:
    """Start `wormlock emulate`; yields its port and baud."""
    words = [sys.executable, "-P", "-m", "wormlock", "emulate", language]
    words += ["--baud", str(baud)] if baud else []
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline() if process.stdout is not None else ""
        announced = _ANNOUNCED.search(line)
        if announced is None:
            raise RuntimeError(f"wormlock emulate {language} said {line!r}")
        yield announced[1], int(announced[2])
    finally:
        process.terminate()
        process.communicate()
