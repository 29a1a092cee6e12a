"""How fine the clock is, how punctually a process wakes, and whether it may go before others."""

from __future__ import annotations

import sys
import time

import numpy as np

from hardware.platform import ask_for_real_time
from tracker.doctor.finding import Finding, fault, ok, warning

_READINGS = 20_000
_SLEEPS = 200
_SLEEP_S = 0.001
_FINE_S, _USABLE_S = 10e-6, 1e-3
_PUNCTUAL_S = 0.005
_PRIORITY = 20  # the stage process asks for this one


def examine_clock() -> list[Finding]:
    """Read the clock in a hurry, and sleep a little."""
    readings_s = np.array([time.perf_counter() for _ in range(_READINGS)])
    steps_s = np.diff(readings_s)
    late_s: list[float] = []
    for _ in range(_SLEEPS):
        asleep_s = time.perf_counter()
        time.sleep(_SLEEP_S)
        late_s.append(time.perf_counter() - asleep_s - _SLEEP_S)
    moved = steps_s[steps_s > 0.0]
    median_s, p99_s = np.percentile(late_s, [50, 99])
    return [judge_clock(float(moved.min()) if len(moved) else np.inf, median_s, p99_s)]


def judge_clock(step_s: float, median_late_s: float, p99_late_s: float) -> Finding:
    """Judge the clock's smallest step, and how late a sleep of 1 ms ends.

    >>> judge_clock(1e-7, 0.0001, 0.0004).says
    'steps of 100 ns; a sleep of 1 ms ends 0.10 ms late (p99 0.40 ms)'
    """
    says = (
        f"steps of {step_s * 1e9:.0f} ns; a sleep of 1 ms ends {median_late_s * 1e3:.2f} ms late "
        f"(p99 {p99_late_s * 1e3:.2f} ms)"
    )
    facts = {"step_s": step_s, "sleep_late_p99_s": float(p99_late_s)}
    if step_s > _USABLE_S:
        return fault(says, "this computer's clock is too coarse to steer by: use another", **facts)
    if step_s > _FINE_S:
        return warning(says, "frames can be dated no finer than that", **facts)
    if p99_late_s > _PUNCTUAL_S:
        return warning(says, "close what else runs, and let the computer not save power", **facts)
    return ok(says, **facts)


def examine_priority() -> list[Finding]:
    """Ask for it in this process, which is about to end."""
    return [judge_priority(ask_for_real_time(_PRIORITY), sys.platform)]


def judge_priority(is_granted: bool, platform: str) -> Finding:
    """Judge whether the stage process may go before ordinary programs.

    >>> judge_priority(False, "linux").remedy
    "put '@realtime - rtprio 50' into /etc/security/limits.d/wormlock.conf, join that group, log in"
    """
    if is_granted:
        return ok("granted: the stage process goes before all ordinary programs")
    says = "not to be had: a busy computer can delay the stage process by 10 ms and more"
    if platform == "linux":
        return warning(
            says,
            "put '@realtime - rtprio 50' into /etc/security/limits.d/wormlock.conf, join that "
            "group, log in",
        )
    return warning(says, "run nothing else beside a session: no scans, no updates, no browser")
