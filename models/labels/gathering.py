"""Labels of several files, read and checked together, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.labels.assembly import Reading
from models.labels.checks import Collected, collect
from models.labels.faults import Findings, LabelError
from models.labels.formats import LabelFile, read_file
from models.labels.label import Presence
from models.labels.words import Words


@dataclass(frozen=True, slots=True)
class Gathering:
    """How files are to be read; `kind` None: each as it shows itself to be."""

    words: Words
    unmarked: Presence = Presence.UNDECIDED
    kind: str | None = None
    images: Path | None = None


def gather(files: Sequence[LabelFile], gathering: Gathering) -> Collected:
    """Read every file, the sound labels and all faults.

    Raises:
        LabelError: a package that a file needs is missing.
    """
    findings: list[Findings] = []
    for file in files:
        reading = Reading(
            annotator=file.annotator,
            repeat=file.repeat,
            words=gathering.words,
            unmarked=gathering.unmarked,
        )
        try:
            findings.append(read_file(file.path, reading, kind=gathering.kind))
        except LabelError as error:
            if not error.faults:
                raise
            findings.append(Findings(str(file.path), faults=list(error.faults)))
    return collect(findings, images=gathering.images)
