"""Is the stage's port there and ours to open, and does its controller answer?

The controller is asked where it stands, in `hardware.languages`' words, which alter nothing. It
is not opened as a session opens it: a driver halts its stage when it lets go.
"""

from __future__ import annotations

import os
from statistics import median

from hardware.config import NoStage, SimulatedStage
from hardware.controllers import slow_line
from hardware.discovery import may_open, port_holders, serial_ports
from hardware.errors import HardwareError, LinkLostError
from hardware.focus_config import NoFocus, SerialFocus
from hardware.languages import DEADLINE_S, Answer, Language, ask, language_for
from hardware.link import SerialLink
from hardware.platform import owning_group
from hardware.registry import emulated_controller
from hardware.stage_config import ControllerConfig, MicroManagerStage
from tracker.doctor.case import Case, SerialAddress, serial_address
from tracker.doctor.finding import Finding, fault, fault_of, ok, warning
from tracker.doctor.simulated_rig import simulated_rig

_QUESTIONS = 10
_FIRST_TRIES = 3


def examine_port(case: Case) -> list[Finding]:
    """See whether the port is there, permitted and free. It is not opened."""
    address = serial_address(case.config)
    if address is None:
        return [ok(f"none needed: rig.stage.kind is {case.config.rig.stage.kind}")]
    return [port_fault(address.port) or ok(f"{address.port}: there, permitted, and free")]


def examine_focus(case: Case) -> list[Finding]:
    """See whether the focus drive's own port is there; the drive itself is not asked."""
    focus = case.config.rig.focus
    if isinstance(focus, NoFocus):
        return [ok("none: rig.focus.kind is none")]
    limits = f", from {focus.floor_um:g} to {focus.ceiling_um:g} um"
    port = focus.port if isinstance(focus, SerialFocus) else None
    if port is None:
        return [ok(f"{focus.kind}, not on a port of its own{limits}")]
    free = ok(f"{focus.kind} on {port}, there, permitted, and free{limits}")
    return [port_fault(port, "rig.focus.port") or free]


def port_fault(port: str, key: str = "rig.stage.port") -> Finding | None:
    """Return what keeps us from opening the port that a key names; None where nothing is seen."""
    if "://" in port:
        return None
    known = serial_ports()
    is_here = os.path.exists(port) or port in {one.device for one in known}
    if not is_here:
        here = ", ".join(one.device for one in known) or "none"
        return fault(
            f"{key}: {port}: there is no such port; ports here: {here}",
            "check cable and power, then `wormlock devices`",
        )
    if not may_open(port):
        return fault(
            f"{key}: {port}: this user may not open it",
            f"sudo usermod -aG {owning_group(port)} $USER, then log in again",
        )
    holders = port_holders(port)
    if holders:
        return fault(f"{key}: {port}: held by {', '.join(holders)}", "close that first")
    return None


def examine_controller(case: Case) -> list[Finding]:
    """Ask the controller where it stands. It is neither moved nor halted."""
    stage = case.config.rig.stage
    if isinstance(stage, NoStage):
        return [ok("none: rig.stage.kind is none")]
    slow = slow_line(case.config.rig)
    found = [warning(slow, "else fewer frames are steered by than are seen")] if slow else []
    try:
        asked = _of_simulated(case) if isinstance(stage, SimulatedStage) else _of_real(case, stage)
    except HardwareError as error:
        asked = fault_of(error, "check cable, power, rig.stage.port and rig.stage.baud")
    return [asked, *found]


def _of_real(case: Case, stage: MicroManagerStage | ControllerConfig) -> Finding:
    address = serial_address(case.config)
    language = None if isinstance(stage, MicroManagerStage) else language_for(stage)
    if address is None or language is None:
        return _not_asked(stage.kind)
    if port_fault(address.port) is not None:
        return warning("not asked: its port cannot be opened", "see `port` above")
    return _asked(address, language)


def _not_asked(kind: str) -> Finding:
    return warning(
        f"not asked: no question is known that a {kind} answers without being altered",
        "start a session idle, and see whether it says where the stage is",
    )


def _of_simulated(case: Case) -> Finding:
    with simulated_rig(case.config, ["emulator"]) as place:
        stage = emulated_controller(case.config.rig, place)
        language = language_for(stage)
        if language is None:
            return _not_asked(stage.kind)
        address = SerialAddress(kind="simulated", port=stage.port, baud=stage.baud)
        return _asked(address, language)


def _asked(address: SerialAddress, language: Language) -> Finding:
    try:
        link = SerialLink(address.port, address.baud)
    except LinkLostError as error:
        return fault_of(error, "close what holds it")
    try:
        tries = [ask(link, language) for _ in range(_FIRST_TRIES)]
        answers = [ask(link, language) for _ in range(_QUESTIONS if tries[-1].says else 0)]
    finally:
        link.close()
    return judge(address, language, tries + answers)


def judge(address: SerialAddress, language: Language, answers: list[Answer]) -> Finding:
    """Judge what came back: an answer, an answer now and then, or none."""
    where = f"{address.port} at {address.baud} baud"
    good = [answer for answer in answers if answer.says is not None]
    if not good:
        received = b"".join(answer.received for answer in answers)
        came = f"{received[:16].hex(' ')} came, which means nothing" if received else "nothing came"
        return fault(
            f"{where}: no {language.title} answered within {DEADLINE_S * 1e3:.0f} ms: {came}",
            "switch the controller on; see rig.stage.port and rig.stage.baud; "
            "`wormlock devices --ask` tries all of them",
        )
    took_ms = median(answer.took_s for answer in good) * 1e3
    says = f"{where}: {language.title} answers in {took_ms:.1f} ms: {good[-1].says}"
    if len(good) < len(answers):
        missing = f"{says}; {len(answers) - len(good)} of {len(answers)} questions unanswered"
        return warning(missing, "check cable and plug, and that nobody else asks", took_ms=took_ms)
    return ok(says, took_ms=took_ms)
