"""Print how the simulated animals move, beside real ones: speeds, accelerations, head bends."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import UsageError

if TYPE_CHECKING:
    from hardware.sim.statistics import MotionStatistics

_WIDEST = 13


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument(
        "--scenario", action="append", help="a shipped scenario or a .yaml file (roam); repeatable"
    )
    parser.add_argument("--seconds", type=float, default=600.0, help="watched per seed (600)")
    parser.add_argument("--seeds", type=int, default=3, help="how many animals of each (3)")
    parser.add_argument(
        "--measured", type=Path, help="also measure a trajectory .npz, or all those of a folder"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure and print."""
    from hardware.sim.statistics import MEASURED

    if not arguments.seconds >= 1.0:
        raise UsageError(f"--seconds: expected one second at least, got {arguments.seconds}")
    if arguments.seeds < 1:
        raise UsageError(f"--seeds: expected one at least, got {arguments.seeds}")
    columns = dict(MEASURED)
    if arguments.measured is not None:
        columns |= _measured(arguments.measured)
    for scenario in arguments.scenario or ["roam"]:
        columns |= _simulated(scenario, seconds=arguments.seconds, seeds=arguments.seeds)
    print(_table(columns))
    print("\nreversals_per_min of natural animals: 0.4 to 5.2, 2.8 in the mean")
    return 0


def _simulated(name: str, *, seconds: float, seeds: int) -> dict[str, MotionStatistics]:
    from hardware.sim.scenario import load_scenario
    from hardware.sim.statistics import measure, sample_midlines_um
    from hardware.sim.world import World
    from hardware.strict_yaml import named_by

    scenario = load_scenario(name)
    columns: dict[str, MotionStatistics] = {}
    for seed in range(1, seeds + 1):
        with named_by(name):
            animal = World(scenario, seed).tracked
        if animal is None:
            raise UsageError(f"--scenario {name}: its animal is a video and has no midline")
        midlines_um = sample_midlines_um(animal, seconds=seconds)
        columns[f"{Path(name).stem} #{seed}"] = measure(midlines_um, rate_hz=30.0)
    return columns


def _measured(path: Path) -> dict[str, MotionStatistics]:
    from hardware.sim.statistics import measure
    from hardware.sim.trajectory import load_trajectory

    files = sorted(path.glob("*.npz")) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"--measured {path}: expected .npz files in this folder, found none")
    columns: dict[str, MotionStatistics] = {}
    for file in files:
        measured = load_trajectory(file)
        columns[file.stem] = measure(measured.midlines_um, rate_hz=measured.rate_hz)
    return columns


def _table(columns: dict[str, MotionStatistics]) -> str:
    """Lay out one column an animal; names too wide for one are wrapped over several lines."""
    from hardware.sim.statistics import MotionStatistics

    names = [[name[at : at + _WIDEST] for at in range(0, len(name), _WIDEST)] for name in columns]
    height = max(map(len, names))
    rows = [field.name for field in fields(MotionStatistics)]
    wide = max(map(len, rows))
    lines: list[str] = []
    for line in range(height):
        parts = (name[line] if line < len(name) else "" for name in names)
        lines.append(" " * wide + "".join(f"  {part:>{_WIDEST}}" for part in parts))
    for row in rows:
        values = (float(getattr(statistics, row)) for statistics in columns.values())
        digits = 2 if row in {"backward_fraction", "reversals_per_min"} else 0
        lines.append(
            f"{row:{wide}}" + "".join(f"  {value:{_WIDEST}.{digits}f}" for value in values)
        )
    return "\n".join(lines)
