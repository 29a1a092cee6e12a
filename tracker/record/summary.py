"""The figures of one recording: their names, their file, and the table a person reads.

Seconds and micrometres, as everywhere; what could not be known is NaN here and null in the file.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NotRequired, TypedDict, cast

from tracker.record.figures_file import read_figures
from tracker.record.neural_score import StreamFigures, compression_lines, stream_lines
from tracker.record.schema import SUMMARY_FILE
from tracker.statistics import ErrorFigures, Spread


class FrameCounts(TypedDict):
    """What became of the frames that the camera exposed while this was recorded.

    `exposed` - `received` = `dropped` never came from the camera; `received` - `recorded` = `lost`
    came, but the disk could not follow; `used` were seen by the loop.
    """

    exposed: int
    received: int
    used: int
    recorded: int
    dropped: int
    lost: int


class Delays(TypedDict):
    """Mid-exposure to the stage acting, and its parts; between them waits the newest frame.

    `readout`: mid-exposure to the frame in hand. `detect`: the eye. `decide`: estimate and law.
    `command`: posted to the stage acting (guard, wire, servo lag).
    """

    total: Spread
    readout: Spread
    detect: Spread
    decide: Spread
    command: Spread


class StageCounts(TypedDict):
    """What passed between us and the stage."""

    commands: int
    replies: int
    timeouts: int
    halts: int


class Summary(TypedDict):
    """Everything that `wormlock score` prints.

    `ended` is why the recording ended; empty where nobody said, as of a run in stepped time.
    `world_late_s` is how much later than a real camera the simulated one handed its frames over:
    a computer too slow for its world. It is not known at a real rig.
    """

    ended: NotRequired[str]  # older recordings lack it
    duration_s: float
    frames: FrameCounts
    delay_s: Delays
    turnaround_s: Spread
    world_late_s: Spread
    error_um: ErrorFigures
    detected_error_um: ErrorFigures
    within_25_um: float
    within_50_um: float
    head_found: float
    lost_s: float
    stage: StageCounts
    compression: NotRequired[float]  # of the frames on the disk, where they are compressed
    streams: NotRequired[dict[str, StreamFigures]]  # of the neural cameras, where there are any


def read_summary(folder: Path) -> Summary:
    """Read summary.json of a recording's folder.

    Raises:
        RecordingError: there is none (the recording was cut short), or it is damaged.
    """
    return cast("Summary", read_figures(folder / SUMMARY_FILE))


def summary_table(summary: Summary) -> str:
    """Return the table that a run ends with."""
    frames, stage = summary["frames"], summary["stage"]
    ended = summary.get("ended", "")
    return "\n".join(
        [
            *([f"  ended            {ended}"] if ended else []),
            f"  duration         {summary['duration_s']:.1f} s",
            f"  frames           {frames['exposed']} exposed, {frames['used']} used, "
            f"{frames['recorded']} recorded",
            f"  {'':16} {frames['dropped']} dropped by the camera, "
            f"{frames['lost']} lost on the way to the disk",
            *compression_lines(summary),
            f"  head found       {_percent(summary['head_found'])} of the frames used; "
            f"unseen for {summary['lost_s']:.2f} s",
            f"  within 25 um     {_percent(summary['within_25_um'])}",
            f"  within 50 um     {_percent(summary['within_50_um'])}",
            f"  stage            {stage['commands']} commands, {stage['replies']} positions, "
            f"{stage['timeouts']} timeouts, {stage['halts']} halts",
            *stream_lines(summary.get("streams", {})),
            "",
            *_error_lines(summary),
            "",
            *_delay_lines(summary),
        ]
    )


def _error_lines(summary: Summary) -> list[str]:
    rows = [("true", summary["error_um"]), ("as detected", summary["detected_error_um"])]
    return [
        f"  {'error (um)':16} {'rms':>8} {'median':>8} {'p95':>8} {'p99':>8} {'max':>8}",
        *(
            f"  {name:16} {_number(row['rms'])} {_number(row['median'])} {_number(row['p95'])} "
            f"{_number(row['p99'])} {_number(row['max'])}"
            for name, row in rows
        ),
    ]


def _delay_lines(summary: Summary) -> list[str]:
    delays = summary["delay_s"]
    rows = [
        ("total", delays["total"]),
        ("  readout", delays["readout"]),
        ("  detect", delays["detect"]),
        ("  decide", delays["decide"]),
        ("  command", delays["command"]),
        ("turnaround", summary["turnaround_s"]),
    ]
    if not math.isnan(summary["world_late_s"]["max"]):
        rows.append(("world late by", summary["world_late_s"]))
    return [
        f"  {'delay (ms)':16} {'median':>8} {'p95':>8} {'p99':>8} {'max':>8}",
        *(
            f"  {name:16} {_number(1e3 * row['p50'])} {_number(1e3 * row['p95'])} "
            f"{_number(1e3 * row['p99'])} {_number(1e3 * row['max'])}"
            for name, row in rows
        ),
    ]


def _number(value: float) -> str:
    return f"{'-':>8}" if math.isnan(value) else f"{value:8.1f}"


def _percent(fraction: float) -> str:
    return "-" if math.isnan(fraction) else f"{100.0 * fraction:.2f} %"
