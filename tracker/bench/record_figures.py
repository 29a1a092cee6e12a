"""What the bench of recording found, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from tracker.bench.stream_load import StreamLoad
from tracker.statistics import Spread

# What is expected of recording, from the project's own measurements.
RATIO_GOAL = 0.8
PACKED_RATIO_GOAL = 0.45  # where frames are compressed; the CPU's goal is for those that are not
CPU_GOAL_S_PER_GB = 0.6
APPEND_GOAL = 1.3


@dataclass(frozen=True, slots=True)
class Pair:
    """Two writes of the same bytes, one just after the other, until they were on the disk."""

    plain_bytes_s: float
    our_bytes_s: float
    plain_cpu_s_per_gb: float
    recorder_cpu_s_per_gb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One recording at the load's own rate, and a loop of 200 Hz without and beside it."""

    frames: int
    dropped: int
    compression: float
    recorder_cpu_s_per_gb: float
    append_cpu_s_per_gb: float
    append_s: Spread
    copy_s: Spread
    late_alone_s: Spread
    late_beside_s: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBench:
    """All that was measured of one load."""

    load: StreamLoad
    pairs: Sequence[Pair]
    rounds: Sequence[Round]

    @property
    def plain_bytes_s(self) -> float:
        """What a plain write reaches here, in the median."""
        return float(np.median([pair.plain_bytes_s for pair in self.pairs]))

    @property
    def ratio(self) -> float:
        """Our speed over that of the plain write beside it, median of the pairs."""
        return float(np.median([pair.our_bytes_s / pair.plain_bytes_s for pair in self.pairs]))

    @property
    def dropped(self) -> int:
        """Frames that never came to the disk, of all rounds."""
        return sum(one.dropped for one in self.rounds)

    @property
    def compression(self) -> float:
        """How many times smaller the frames were on the disk, in the median of the rounds."""
        return float(np.median([one.compression for one in self.rounds]))

    @property
    def cpu_s_per_gb(self) -> float:
        """The recorder's CPU seconds per GB at the load's own rate, in the median of the rounds."""
        return float(np.median([one.recorder_cpu_s_per_gb for one in self.rounds]))

    @property
    def append_ratio(self) -> float:
        """A median append over a median bare copy, in the median of the rounds."""
        return float(np.median([one.append_s["p50"] / one.copy_s["p50"] for one in self.rounds]))

    @property
    def is_lateness_within(self) -> bool:
        """Whether the loop's median p99 beside a recording lies in the spread of those without."""
        beside_s = np.median([one.late_beside_s["p99"] for one in self.rounds])
        return bool(beside_s <= max(one.late_alone_s["p99"] for one in self.rounds))

    def plain(self) -> dict[str, object]:
        """Return everything as JSON's values."""
        return {
            **asdict(self),
            "plain_bytes_s": self.plain_bytes_s,
            "ratio": self.ratio,
            "dropped": self.dropped,
            "compression": self.compression,
            "cpu_s_per_gb": self.cpu_s_per_gb,
            "append_ratio": self.append_ratio,
            "is_lateness_within": self.is_lateness_within,
        }


def told(bench: RecordBench) -> str:
    """Return the figures of one load for people."""
    load, rounds, pairs = bench.load, bench.rounds, bench.pairs
    ratios = [pair.our_bytes_s / pair.plain_bytes_s for pair in pairs]
    frames = sum(one.frames for one in rounds)
    goal = PACKED_RATIO_GOAL if load.packs else RATIO_GOAL
    is_cpu_met = load.packs or bench.cpu_s_per_gb <= CPU_GOAL_S_PER_GB
    lines = [
        f"{load.name}, {load.bytes_s / 1e6:.0f} MB/s",
        f"  dropped          {bench.dropped} of {frames} frames",
        f"  speed            {bench.ratio:.2f} of a plain write's ({min(ratios):.2f} to "
        f"{max(ratios):.2f} in {len(pairs)} pairs){_goal(bench.ratio >= goal, goal)}",
        f"  recorder's CPU   {bench.cpu_s_per_gb:.2f} s per GB"
        f"{_goal(is_cpu_met, CPU_GOAL_S_PER_GB)}; at full speed "
        f"{np.median([pair.recorder_cpu_s_per_gb for pair in pairs]):.2f}, a plain write "
        f"{np.median([pair.plain_cpu_s_per_gb for pair in pairs]):.2f}",
        *([f"  compressed       to 1/{bench.compression:.2f} of their size"] if load.packs else []),
        f"  append           {_ms([one.append_s for one in rounds])} ms; "
        f"{bench.append_ratio:.2f} of a bare copy"
        f"{_goal(bench.append_ratio <= APPEND_GOAL, APPEND_GOAL)}",
        f"  loop late by     {_ms([one.late_beside_s for one in rounds])} ms beside it, "
        f"{_ms([one.late_alone_s for one in rounds])} without"
        f"{'' if bench.is_lateness_within else '  later than without'}",
        f"  here a plain write reaches {bench.plain_bytes_s / 1e6:.0f} MB/s{_verdict(bench)}",
    ]
    return "\n".join(lines)


def _verdict(bench: RecordBench) -> str:
    is_too_slow = bench.plain_bytes_s < bench.load.bytes_s
    return ": this disk cannot follow such a camera" if is_too_slow else ""


def _goal(is_met: bool, goal: float) -> str:
    return "" if is_met else f", goal {goal:g}: missed"


def _ms(spreads: Sequence[Spread]) -> str:
    """Return median and p99 in milliseconds, each in the median of the rounds."""
    p50, p99 = (1e3 * np.median([one[key] for one in spreads]) for key in ("p50", "p99"))
    return f"{p50:.2f} (p99 {p99:.2f})"
