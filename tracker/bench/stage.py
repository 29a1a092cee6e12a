"""One stage on the bench: its exchange beside its bytes, and how long its commands wait."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hardware.clock import Clock
from hardware.controllers import open_controller, spoken_by
from hardware.stage_config import ControllerConfig
from tracker.bench.turnaround import measure_turnaround
from tracker.bench.wire import Exchanges, OpensHeard, measure_exchanges
from tracker.config import SafetyConfig
from tracker.safety.guard import stage_limits, take_charge
from tracker.statistics import Spread

GOAL_S = 0.0005  # above the bytes' own time, in the median
_EXCHANGES_SHARE = 0.6  # of the time; the rest is for the commands' waits


@dataclass(frozen=True, slots=True, kw_only=True)
class StageBench:
    """What was found of one controller."""

    kind: str
    baud: int
    exchanges: Exchanges
    turnaround_s: Spread


def bench_stage(
    config: ControllerConfig,
    safety: SafetyConfig,
    clock: Clock,
    *,
    speed_um_s: float,
    count: int,
    within_s: float,
    command_hz: float,
) -> StageBench:
    """Open a stage, measure, and leave it halted. With no speed nothing moves.

    `count` exchanges and as many commands, as far as they fit into `within_s`.

    Raises:
        HardwareError: it cannot be opened, or is lost.
    """
    velocity_um_s = np.array([speed_um_s, -speed_um_s / 2.0])
    to_and_fro = (velocity_um_s, -velocity_um_s)
    language = spoken_by(config)
    opens = OpensHeard()
    stage = open_controller(config, stage_limits(safety), clock, open_link=opens)
    guard = take_charge(stage, safety, clock)  # halts it, now and when it closes
    try:
        exchanges = measure_exchanges(
            stage,
            language,
            opens.heard[-1],
            clock,
            velocities_um_s=to_and_fro,
            count=count,
            within_s=_EXCHANGES_SHARE * within_s,
            byte_s=language.bits_per_byte / config.baud,
        )
        commands = min(count, math.ceil((1.0 - _EXCHANGES_SHARE) * within_s * command_hz))
        turnaround_s = measure_turnaround(
            guard, clock, velocities_um_s=to_and_fro, count=commands, command_hz=command_hz
        )
    finally:
        guard.close()
    return StageBench(
        kind=config.kind, baud=config.baud, exchanges=exchanges, turnaround_s=turnaround_s
    )


def table(benches: list[tuple[str, StageBench]]) -> str:
    """Return the figures for people, a line a stage; times in milliseconds."""
    lines = [
        f"{'':14} {'':>7}  {'exchange (ms)':>15} {'':>6} {'':>6}  {'above the wire':>14}  "
        f"{'command waits':>15}",
        f"{'':14} {'baud':>7}  {'median':>7} {'p99':>7} {'wire':>6} {'ratio':>6}  {'driver':>7} "
        f"{'bare':>6}  {'median':>7} {'p99':>7}",
    ]
    for name, bench in benches:
        exchanges = bench.exchanges
        took, waits = exchanges.took_s, bench.turnaround_s
        parts = "one" if exchanges.is_one else "two"
        above_s, bare_above_s = exchanges.above_s["p50"], exchanges.bare_above_s["p50"]
        is_met = "" if above_s <= GOAL_S else f"  more than {1e3 * GOAL_S:g} ms above"
        lost = f"  {exchanges.lost} lost" if exchanges.lost else ""
        lines.append(
            f"{name:14} {bench.baud:7d}  {1e3 * took['p50']:7.2f} {1e3 * took['p99']:7.2f} "
            f"{1e3 * exchanges.wire_s:6.2f} {took['p50'] / exchanges.wire_s:6.2f}  "
            f"{1e3 * above_s:7.2f} {1e3 * bare_above_s:6.2f}  "
            f"{1e3 * waits['p50']:7.2f} {1e3 * waits['p99']:7.2f}  {parts} x {exchanges.count}"
            f"{is_met}{lost}"
        )
    return "\n".join(lines)
