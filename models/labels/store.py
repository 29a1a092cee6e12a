"""A label table that grows while people label, and is whole at any instant.

Each change writes the whole table beside its place and puts it there, so that a reader, a kill
or a power cut finds what was confirmed and nothing half-written (of 5000 labels in some 10 ms).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from models.labels.assembly import Reading
from models.labels.checks import collect
from models.labels.faults import LabelError
from models.labels.label import FrameKey, Label, LabelSet
from models.labels.plain_csv import HEAD, read_csv, rows_of
from models.labels.text_files import write_text

PassKey: TypeAlias = tuple[FrameKey, str, int]


def pass_key(label: Label) -> PassKey:
    """Return what the labels of all animals of one look at one frame share."""
    return (label.frame.key, label.annotator, label.repeat)


class Store:
    """A label table on disk; not for several threads at once."""

    def __init__(self, file: Path) -> None:
        """Read the table, or begin one.

        Raises:
            LabelError: it is faulty (every fault is named), or cannot be read or written.
        """
        self.file = file
        self._passes: dict[PassKey, tuple[Label, ...]] = {}
        if file.exists():
            collected = collect([read_csv(file, Reading())], images=None)
            if collected.faults:
                raise LabelError(collected.faults)
            for label in collected.labels:
                key = pass_key(label)
                self._passes[key] = (*self._passes.get(key, ()), label)
            if not os.access(file, os.W_OK):
                raise LabelError(f"{file}: cannot be written: it is read-only")
        else:
            write_text(file, HEAD)
        self._rows = {key: rows_of(labels) for key, labels in self._passes.items()}
        self._stamp = self._stamped()

    @property
    def labels(self) -> LabelSet:
        """Every label, in the order in which frames were first confirmed."""
        return LabelSet(tuple(label for labels in self._passes.values() for label in labels))

    def of(self, key: PassKey) -> tuple[Label, ...]:
        """Return the labels of one look at one frame; none where there was none."""
        return self._passes.get(key, ())

    def put(self, labels: Sequence[Label]) -> None:
        """Keep the labels of one look at one frame, in place of what that look said before.

        Raises:
            ValueError: they are none, or not of one look at one frame.
            LabelError: they cannot be written, or another program has changed the table; the
                table then stays as it was.
        """
        keys = {pass_key(label) for label in labels}
        if len(keys) != 1:
            raise ValueError(f"labels of {len(keys)} looks at frames: expected one")
        (key,) = keys
        if self._stamped() != self._stamp:
            raise LabelError(
                f"{self.file}: another program has changed or moved it, and nothing is written "
                "over it: end this one (Ctrl-C) and start it again"
            )
        rows = {**self._rows, key: rows_of(labels)}
        write_text(self.file, HEAD + "".join(rows.values()))
        self._passes[key] = tuple(labels)
        self._rows, self._stamp = rows, self._stamped()

    def _stamped(self) -> tuple[int, int] | None:
        try:
            found = self.file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size
