"""Check a config against this machine, without moving anything; each line says what to do."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tracker.doctor.checks import Check
    from tracker.doctor.finding import Finding

_CRASH_REMEDY = "the check itself failed: report it with this line"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the configuration, and how to tell what was found."""
    parser.add_argument(
        "config",
        metavar="CONFIG",
        type=Path,
        nargs="?",
        help="config.yaml (default: the one in this folder, else the simulated rig's)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument("--alone", nargs=2, default=None, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Run every check; return 0 without faults, 1 with some, 2 where the config is bad.

    Raises:
        ConfigError: there is no such file.
    """
    from tracker.commands.run import default_config

    config_file: Path = arguments.config or default_config()
    if arguments.alone:
        name, facts = arguments.alone
        return _examine_here(name, config_file, json.loads(facts))
    return _examine_all(config_file, is_json=arguments.json)


def _examine_all(config_file: Path, *, is_json: bool) -> int:
    from tracker.config import load_config
    from tracker.doctor.configuration import examine_file
    from tracker.doctor.page import closing, plain

    if not config_file.is_file():
        load_config(config_file)  # it says so
    config, of_config = examine_file(config_file)
    found: list[tuple[str, Finding]] = []
    for name, findings in _in_order(config_file, of_config, has_config=config is not None):
        found += [(name, finding) for finding in findings]
        if not is_json:
            _show(name, findings)
    if is_json:
        print(json.dumps(plain(str(config_file), found), indent=2))
    else:
        print(f"\n{closing([finding for _, finding in found])}")
    if any(finding.verdict == "fault" for finding in of_config):
        return 2
    return int(any(finding.verdict == "fault" for _, finding in found))


def _in_order(
    config_file: Path, of_config: list[Finding], *, has_config: bool
) -> Iterator[tuple[str, list[Finding]]]:
    """Carry out one check after the other; each is told the figures of those before."""
    from tracker.doctor.checks import CHECKS, CONFIG

    yield CONFIG, of_config
    facts: dict[str, float] = {}
    for check in CHECKS:
        if has_config or not check.needs_config:
            with _waiting_for(check.name):
                findings = _examine_apart(check, config_file, facts)
        else:
            findings = check.examine(None)
        for finding in findings:
            facts |= {f"{check.name}.{key}": value for key, value in finding.facts.items()}
        yield check.name, findings


def _examine_apart(check: Check, config_file: Path, facts: Mapping[str, float]) -> list[Finding]:
    """Carry out a check in a process of its own."""
    from tracker.doctor.bounded import run_bounded
    from tracker.doctor.finding import fault, from_plain

    words = ["doctor", str(config_file), "--alone", check.name, json.dumps(facts)]
    ended = run_bounded(words, limit_s=check.limit_s)
    if ended.answer is None:
        return [fault(f"not found out: {ended.why_not}", _CRASH_REMEDY)]
    return [from_plain(plain) for plain in cast(list[object], ended.answer)]


def _examine_here(name: str, config_file: Path, facts: Mapping[str, float]) -> int:
    """Be the process of one check."""
    from hardware.errors import HardwareError
    from models.errors import ModelError
    from tracker.config import load_config
    from tracker.doctor.bounded import answer
    from tracker.doctor.case import Case
    from tracker.doctor.checks import check_named
    from tracker.doctor.finding import fault, fault_of, to_plain
    from tracker.errors import TrackerError

    check = check_named(name)
    try:
        case = None
        if check.needs_config:
            config = load_config(config_file)
            case = Case(config_file=config_file, config=config, facts=facts)
        findings = check.examine(case)
    except (HardwareError, ModelError, TrackerError) as error:
        findings = [fault_of(error)]
    except Exception as error:
        says = f"{type(error).__name__}: {' '.join(str(error).split())}"
        findings = [fault(f"not found out: {says}", _CRASH_REMEDY)]
    answer([to_plain(finding) for finding in findings])
    return 0


@contextmanager
def _waiting_for(name: str) -> Generator[None]:
    """Say at a terminal what is being waited for, and take it back."""
    if not sys.stderr.isatty():
        yield
        return
    print(f"... {name}", end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        print(f"\r{' ' * (len(name) + 4)}\r", end="", file=sys.stderr, flush=True)


def _show(name: str, findings: list[Finding]) -> None:
    from tracker.doctor.page import line

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for finding in findings:
        print(line(name, finding, width=width), flush=True)
