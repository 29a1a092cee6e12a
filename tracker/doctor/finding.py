"""What a check found: one line, with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, TypeAlias, cast

Verdict: TypeAlias = Literal["ok", "warning", "fault", "skipped"]
VERDICTS: tuple[Verdict, ...] = ("ok", "warning", "fault", "skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the doctor's. `facts` are the figures behind it, named with their units."""

    verdict: Verdict
    says: str
    remedy: str = ""
    facts: Mapping[str, float] = field(default_factory=dict[str, float])


def ok(says: str, **facts: float) -> Finding:
    """Return a finding that asks for nothing."""
    return Finding(verdict="ok", says=says, facts=facts)


def warning(says: str, remedy: str, **facts: float) -> Finding:
    """Return a finding that one can live with."""
    return Finding(verdict="warning", says=says, remedy=remedy, facts=facts)


def skipped(says: str, remedy: str) -> Finding:
    """Return a finding of nothing: the check was not carried out."""
    return Finding(verdict="skipped", says=says, remedy=remedy)


def fault(says: str, remedy: str, **facts: float) -> Finding:
    """Return a finding with which a session would fail or lose frames."""
    return Finding(verdict="fault", says=says, remedy=remedy, facts=facts)


def fault_of_part(error: Exception, otherwise: str) -> Finding:
    """Return what a part of the rig has met with; where a path is wrong, no cable is.

    >>> fault_of_part(ValueError("rig.camera.mm_app_path: /x: no such folder"), "plug it in").remedy
    'correct the path in the config'
    """
    is_of_path = any(told in str(error) for told in ("no such file", "no such folder"))
    return fault_of(error, "correct the path in the config" if is_of_path else otherwise)


def fault_of(error: Exception, otherwise: str = "mend this first") -> Finding:
    """Return an error of the house's as a fault: what is wrong; what to do.

    >>> found = fault_of(ValueError("COM7: there is no such port; plug it in"))
    >>> found.says, found.remedy
    ('COM7: there is no such port', 'plug it in')
    """
    says, _, remedy = " ".join(str(error).split()).partition("; ")
    return fault(says or type(error).__name__, remedy or otherwise)


def to_plain(finding: Finding) -> dict[str, object]:
    """Return what JSON keeps of a finding."""
    return {**asdict(finding), "facts": dict(finding.facts)}


def from_plain(plain: object) -> Finding:
    """Read a finding back.

    Raises:
        ValueError: it is none.
    """
    told = cast(Mapping[str, object], plain) if isinstance(plain, dict) else {}
    facts = cast(Mapping[str, float], told.get("facts", {}))
    for verdict in VERDICTS:
        if verdict == told.get("verdict"):
            return Finding(
                verdict=verdict,
                says=str(told.get("says", "")),
                remedy=str(told.get("remedy", "")),
                facts=dict(facts),
            )
    raise ValueError(f"not a finding: {plain!r}")
