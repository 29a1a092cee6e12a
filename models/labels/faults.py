"""Faults in label files: each named with its file and line or record, all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.errors import ModelError
from models.labels.label import Label

_MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a file that cannot be taken as it stands."""

    file: str
    where: str  # "line 12", "task 3, annotation 1"; empty: the file as a whole
    says: str

    def __str__(self) -> str:
        return f"{', '.join(filter(None, (self.file, self.where)))}: {self.says}"


class LabelError(ModelError):
    """Labels cannot be read, written or compared; `faults` holds every reason."""

    def __init__(self, faults: Sequence[Fault] | str) -> None:
        self.faults = () if isinstance(faults, str) else tuple(faults)
        super().__init__(faults if isinstance(faults, str) else _told(self.faults))


def _told(faults: Sequence[Fault]) -> str:
    lines = [str(fault) for fault in faults[:_MOST_LINES]]
    if len(faults) > _MOST_LINES:
        lines.append(f"and {len(faults) - _MOST_LINES} more")
    return "\n".join(lines) if len(lines) == 1 else "\n  ".join([f"{len(faults)} faults", *lines])


@dataclass(frozen=True, slots=True)
class Found:
    """A label and where it was read, so that a later check can name the place."""

    label: Label
    file: str
    where: str

    def fault(self, says: str) -> Fault:
        """Return a fault of this label."""
        return Fault(self.file, self.where, says)


@dataclass(slots=True)
class Findings:
    """What reading a file brought to light, collected as it goes on.

    `notes` are no faults: they say what was left out or undecided, so that nothing is guessed
    in silence.
    """

    file: str
    found: list[Found] = field(default_factory=list[Found])
    faults: list[Fault] = field(default_factory=list[Fault])
    notes: list[str] = field(default_factory=list[str])
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def fault(self, where: str, says: str) -> None:
        """Take down a fault."""
        self.faults.append(Fault(self.file, where, says))

    def add(self, where: str, label: Label) -> None:
        """Take down a label."""
        self.found.append(Found(label, self.file, where))

    def count(self, what: str) -> None:
        """Count something that becomes one note in the end."""
        self.counts[what] = self.counts.get(what, 0) + 1

    def all_notes(self) -> list[str]:
        """Return the notes, the counted ones last."""
        counted = [f"{self.file}: {count} {what}" for what, count in self.counts.items()]
        return [*(f"{self.file}: {note}" for note in self.notes), *counted]
