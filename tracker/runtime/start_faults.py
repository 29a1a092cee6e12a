"""Why a session cannot start: each cause once, and what only followed from it left out."""

from __future__ import annotations

from collections.abc import Sequence

_UNEXPLAINED = "the process ended unasked"


def ended_unasked(role: str, status: int) -> str:
    """Return the line for a process that has ended and has not said why."""
    return f"{role}: {_UNEXPLAINED} (status {status})"


def causes(faults: Sequence[str]) -> list[str]:
    """Return the lines to show, of faults told as `role: what is wrong`, line by line.

    What several processes have met with alike, such as a library that cannot load, is told once;
    a process that ended without a word is not told of where another one has said why.

    >>> causes(["world: no cv2", "control: no cv2", "stage: the process ended unasked (status 1)"])
    ['world, control: no cv2']
    """
    told = [fault for fault in faults if _UNEXPLAINED not in fault] or faults
    roles: dict[str, list[str]] = {}
    for fault in told:
        role, _, message = fault.partition(": ")
        for line in message.splitlines():
            roles.setdefault(line, []).append(role)
    return [f"{', '.join(dict.fromkeys(who))}: {line}" for line, who in roles.items()]
