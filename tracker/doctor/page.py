"""How findings look: aligned columns for people, and JSON for programs."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence

from tracker.doctor.checks import CHECKS, CONFIG
from tracker.doctor.finding import Finding, to_plain

_NAME_WIDTH = max(len(name) for name in (CONFIG, *(check.name for check in CHECKS)))
_VERDICT_WIDTH = len("warning")
_LEAST_WIDTH = 50


def line(name: str, finding: Finding, *, width: int | None) -> str:
    """Return a finding as one line, folded under itself where it is wider than `width`.

    >>> from tracker.doctor.finding import warning
    >>> print(line("port", warning("COM7: held by ImageJ", "close that first"), width=None))
    warning  port          COM7: held by ImageJ -> close that first
    """
    head = f"{finding.verdict:{_VERDICT_WIDTH}}  {name:{_NAME_WIDTH}}  "
    if width is None:
        remedy = f" -> {finding.remedy}" if finding.remedy else ""
        return f"{head}{finding.says}{remedy}"
    indent = " " * len(head)
    folded = _folded(finding.says, head, indent, width)
    if finding.remedy:
        folded += _folded(f"-> {finding.remedy}", indent, f"{indent}   ", width)
    return "\n".join(folded)


def closing(findings: Sequence[Finding]) -> str:
    """Return the last line: how many of each; what was not checked only where there is such.

    >>> closing([])
    'no fault, no warning'
    """
    counts = Counter(finding.verdict for finding in findings)
    told = [_counted(counts[name], name) for name in ("fault", "warning")]
    return ", ".join([*told, *([f"{counts['skipped']} not checked"] if counts["skipped"] else [])])


def plain(config_file: str, findings: Sequence[tuple[str, Finding]]) -> dict[str, object]:
    """Return what --json prints."""
    counts = Counter(finding.verdict for _, finding in findings)
    return {
        "config": config_file,
        "faults": counts["fault"],
        "warnings": counts["warning"],
        "not_checked": counts["skipped"],
        "findings": [{"check": name, **to_plain(finding)} for name, finding in findings],
    }


def _counted(count: int, name: str) -> str:
    return f"{count or 'no'} {name}{'s' if count > 1 else ''}"


def _folded(text: str, first: str, rest: str, width: int) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, _LEAST_WIDTH),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
