"""Does the device that counts edges open, and what comes on each of its lines?"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from hardware.clock import HostClock
from hardware.errors import HardwareError
from hardware.lines import Lines, Rows
from hardware.lines_config import NoLines, SerialMarker, SimulatedLines
from hardware.registry import open_lines
from tracker.doctor.case import NOWHERE, Case
from tracker.doctor.finding import Finding, fault_of, ok, warning
from tracker.doctor.stage import port_fault

_LOOK_S = 2.0


def examine(case: Case) -> list[Finding]:
    """Open it as a session does, count for two seconds, and look for the marker's port."""
    rig = case.config.rig
    found = [_counted(case)]
    if isinstance(rig.marker, SerialMarker):
        free = ok(f"marker on {rig.marker.port}, there, permitted, and free")
        found.append(port_fault(rig.marker.port, "rig.marker.port") or free)
    return found


def _counted(case: Case) -> Finding:
    rig = case.config.rig
    if isinstance(rig.lines, NoLines):
        return ok("none: rig.lines.kind is none")
    if isinstance(rig.lines, SimulatedLines):
        return ok("simulated: they count once a session runs")
    try:
        lines = open_lines(rig, NOWHERE, HostClock())
        assert lines is not None  # there is a section for it
        try:
            lines.start()
            edges = _edges_of(lines)
        finally:
            lines.close()
    except HardwareError as error:
        return fault_of(error, "check its cable and power, and close other programs that use it")
    return judge(edges, lines.inputs, _LOOK_S)


def _edges_of(lines: Lines) -> Rows:
    until_s = time.perf_counter() + _LOOK_S
    edges = [lines.read(0.02).edges]
    while time.perf_counter() < until_s:
        edges.append(lines.read(0.02).edges)
    return np.concatenate(edges)


def judge(edges: Rows, names: Sequence[str], seconds: float) -> Finding:
    """Judge the edges (n,) that came within some seconds: how many a second on each line."""
    rates_hz = {name: float((edges["line"] == at).sum()) / seconds for at, name in enumerate(names)}
    says = ", ".join(f"{name} {rate_hz:.1f} edges/s" for name, rate_hz in rates_hz.items())
    if not any(rates_hz.values()):
        return warning(
            f"opens, but no edge came within {seconds:.0f} s: {says}",
            "check its wires, and whether what they come from exposes now",
            **{f"{name}_hz": rate_hz for name, rate_hz in rates_hz.items()},
        )
    return ok(says, **{f"{name}_hz": rate_hz for name, rate_hz in rates_hz.items()})
