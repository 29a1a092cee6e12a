"""Run the loop over a scenario in stepped time, and score it against the truth."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.config import Config
    from tracker.messages import GuardedCommand

LAWS = ("foresight", "proportional", "incumbent", "pid")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the scenario, and what to vary."""
    parser.add_argument(
        "scenario", metavar="SCENARIO", help="a shipped scenario's name, or a scenario file"
    )
    parser.add_argument("--seed", type=_seed, default=1, metavar="N", help="default: 1")
    parser.add_argument(
        "--seconds", type=_duration_s, default=60.0, metavar="S", help="of the world; default: 60"
    )
    parser.add_argument(
        "--law", choices=LAWS, help="steer by this law, with gains tuned for it (default: config's)"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: as for `run`")
    parser.add_argument(
        "--turnaround", type=_duration_s, metavar="S",
        help="seconds from a frame in hand to its command (default: 0.0015, rendered 0.003)",
    )  # fmt: skip
    parser.add_argument(
        "--rendered", action="store_true", help="render every frame and let the network look"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the figures here as well ('-': print them)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Simulate, print the table, and return the exit status."""
    from tracker.record.figures_file import figures_json, put_figures
    from tracker.record.score import score
    from tracker.record.summary import summary_table
    from tracker.runtime.stepped import SteppedSession, open_session

    config = _config(arguments)
    session: SteppedSession = open_session(
        arguments.scenario,
        arguments.seed,
        config,
        is_rendered=arguments.rendered,
        turnaround_s=arguments.turnaround,
    )
    began_s = time.perf_counter()
    session.run(arguments.seconds)
    took_s = time.perf_counter() - began_s
    summary = score(session.rows())
    if arguments.json == Path("-"):
        sys.stdout.write(figures_json(summary))
        return 0
    if arguments.json is not None:
        put_figures(arguments.json, summary)
    print(f"{arguments.scenario}, seed {arguments.seed}, law {config.control.law}\n")
    print(summary_table(summary))
    print(f"\n  the guard        {_actions(session.post.guarded)}")
    for told in session.news:
        print(f"  {told}")
    print(f"  took             {took_s:.2f} s: {arguments.seconds / took_s:.0f} times real time")
    return 0


def _config(arguments: argparse.Namespace) -> Config:
    from tracker.commands.run import default_config
    from tracker.config import load_config
    from tracker.control.laws import tuned

    config = load_config(arguments.config or default_config())
    if arguments.law is None or arguments.law == config.control.law:
        return config
    return config.model_copy(update={"control": tuned(arguments.law)})


def _actions(guarded: list[GuardedCommand]) -> str:
    """Say how often the guard did what."""
    from tracker.messages import GuardAction

    counts = Counter(
        (action.name or "").lower() for made in guarded for action in GuardAction(made.action)
    )
    said = [f"{name} {count}" for name, count in sorted(counts.items())]
    return ", ".join(said) if said else "let every command pass as it was"


def _duration_s(text: str) -> float:
    try:
        value = float(text.removesuffix("s"))
    except ValueError:
        value = math.nan
    if not 0.0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"expected seconds above 0, got {text!r}")
    return value


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on, got {text!r}")
    return int(text)
