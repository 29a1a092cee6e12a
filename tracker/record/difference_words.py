"""What a replay ends with: a table of how now departs from then, and in words what it comes to."""

from __future__ import annotations

import numpy as np

from tracker.record.difference import Difference

# Beyond a run's own noise: what is told as a difference all the same.
_SAME_FOUND = 0.001
_SMALLEST_SHIFT_UM = 0.1


def difference_table(difference: Difference) -> str:
    """Return the table that a replay ends with."""
    found = difference["found"]
    rows = [
        ("head in the picture", "px", difference["head_px"]),
        ("head on the plate", "um", difference["head_um"]),
        ("estimate", "um", difference["estimate_um"]),
        ("command", "um/s", difference["command_um_s"]),
    ]
    lines = [
        f"  frames compared        {difference['frames']}; {difference['missing']} more were used "
        "then and are not whole in the recording",
        f"  head found             {found['both']} then and now, {found['only_then']} only then, "
        f"{found['only_now']} only now, {found['neither']} neither",
        "",
        f"  {'now against then':22} {'median':>8} {'p95':>8} {'p99':>8} {'max':>8}",
        *(
            f"  {f'{name} ({unit})':22} {_number(row['p50'])} {_number(row['p95'])} "
            f"{_number(row['p99'])} {_number(row['max'])}"
            for name, unit, row in rows
        ),
    ]
    own_um, own_um_s = difference["own_head_um"], difference["own_command_um_s"]
    if np.isfinite(own_um):
        lines += [
            "",
            f"  the run's own scatter from frame to frame: head {own_um:.2f} um"
            + (f", command {own_um_s:.0f} um/s" if np.isfinite(own_um_s) else ""),
        ]
    if np.isfinite(difference["true_error_then_um"]["rms"]):
        lines += ["", *_true_lines(difference)]
    return "\n".join(lines)


def verdict(difference: Difference) -> str:
    """Say in words what the figures come to."""
    then, now = difference["true_error_then_um"]["rms"], difference["true_error_now_um"]["rms"]
    judged = ""
    if np.isfinite(then) and np.isfinite(now):
        closer = "closer to" if now < then else "farther from"
        judged = f" It sees the head {abs(now - then):.2f} um {closer} the truth (rms)."
        judged = " As far from the truth as then." if abs(now - then) < 0.01 else judged
    left_out = ""
    if difference["missing"]:
        left_out = " Frames are missing, and what followed them may differ for that alone."
    if difference["warm_up"]:
        left_out += (
            f" Left out is the first second ({difference['warm_up']} frames): the loop "
            "of then knew what had been before the recording."
        )
    return f"{_words(difference)}{judged}{left_out}"


def _words(difference: Difference) -> str:
    found, frames = difference["found"], max(1, difference["frames"])
    changed = found["only_then"] + found["only_now"]
    largest = [difference[name]["max"] for name in ("head_px", "estimate_um", "command_um_s")]
    if not changed and np.nanmax([0.0, *largest]) < 1e-6:
        return "Exactly as then: every detection, estimate and command."
    own_um, command_um_s = difference["own_head_um"], difference["command_um_s"]
    if changed / frames <= _SAME_FOUND and _is_within_noise(difference):
        return (
            f"The same within {_figure(difference['estimate_um']['p99'])} um in 99 of 100 frames "
            f"(at most {_figure(difference['estimate_um']['max'])} um), and within "
            f"{_figure(command_um_s['p99'])} um/s of the command: less than the {own_um:.2g} um by "
            "which the detections of this run scatter by themselves."
        )
    return (
        f"Different, by more than the run scatters by itself ({_figure(own_um)} um): the head is "
        f"found in {found['only_now']} frames more and {found['only_then']} less, seen "
        f"{_figure(difference['head_um']['p50'])} um away in the median "
        f"({_figure(difference['head_um']['p95'])} at p95; {_figure(difference['shift_um'])} "
        f"always to the same side), and steered {_figure(command_um_s['p50'])} um/s differently "
        f"({_figure(command_um_s['p95'])} at p95)."
    )


def _is_within_noise(difference: Difference) -> bool:
    """Say whether nothing differs by more than chance does within the run.

    A shift that is the same in all frames shows below the scatter of single ones.
    """
    own_um, own_um_s = difference["own_head_um"], difference["own_command_um_s"]
    chance_um = 3.0 * own_um / np.sqrt(max(1, difference["found"]["both"]))
    return not (
        difference["head_um"]["p95"] > own_um
        or difference["estimate_um"]["p95"] > own_um
        or difference["shift_um"] > max(_SMALLEST_SHIFT_UM, chance_um)
        or difference["command_um_s"]["p95"] > own_um_s
    )


def _figure(value: float) -> str:
    """Spell a figure with two digits, and what is next to nothing as such.

    >>> _figure(0.00004), _figure(0.0312), _figure(123.4)
    ('0.01', '0.031', '123')
    """
    return "-" if np.isnan(value) else f"{max(value, 0.01):.2g}" if value < 100 else f"{value:.0f}"


def _true_lines(difference: Difference) -> list[str]:
    rows = (
        ("then", difference["true_error_then_um"]),
        ("now", difference["true_error_now_um"]),
    )
    return [
        f"  {'seen against true (um)':22} {'median':>8} {'p95':>8} {'p99':>8} {'max':>8}",
        *(
            f"  {name:22} {_number(row['median'])} {_number(row['p95'])} "
            f"{_number(row['p99'])} {_number(row['max'])}"
            for name, row in rows
        ),
    ]


def _number(value: float) -> str:
    return f"{'-':>8}" if np.isnan(value) else f"{value:8.2f}"
