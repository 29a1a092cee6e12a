"""Whoever may tell a recorder something, whom it tells, and when it must end."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field
from types import FrameType

from hardware.platform import ParentWatch
from tracker.runtime.mailboxes import OrderInbox, ReportOutbox


class _EndingSignal:
    """Lets SIGTERM end the process between two turns, never within a record."""

    def __init__(self) -> None:
        self.has_come = False
        signal.signal(signal.SIGTERM, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.has_come = True


@dataclass(frozen=True, slots=True)
class Doors:
    """The lines of a process that writes files; from now on SIGTERM only asks it to end."""

    orders: OrderInbox
    reports: ReportOutbox
    parent: ParentWatch
    ending: _EndingSignal = field(default_factory=_EndingSignal)

    @property
    def are_shut(self) -> bool:
        """Whether it must end, though nobody has ordered it."""
        return self.ending.has_come or self.parent.is_gone()

    @property
    def why_shut(self) -> str:
        """Why it must end."""
        return "SIGTERM" if self.ending.has_come else "the supervisor died"
