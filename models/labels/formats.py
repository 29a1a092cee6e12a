"""Which tool wrote a label file, and the reader for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.labels.assembly import Reading
from models.labels.coco import read_coco
from models.labels.cvat import read_cvat
from models.labels.deeplabcut import read_deeplabcut
from models.labels.faults import Fault, Findings, LabelError
from models.labels.label_studio import read_label_studio
from models.labels.labelbox import read_labelbox
from models.labels.plain_csv import read_csv
from models.labels.sleap import read_sleap
from models.labels.text_files import read_text

READERS: Mapping[str, Callable[[Path, Reading], Findings]] = {
    "csv": read_csv,
    "coco": read_coco,
    "cvat": read_cvat,
    "deeplabcut": read_deeplabcut,
    "labelbox": read_labelbox,
    "label-studio": read_label_studio,
    "sleap": read_sleap,
}
_COUNT_FROM_THE_CORNER = ("cvat", "labelbox", "label-studio")
_BY_SUFFIX = {
    ".slp": "sleap",
    ".h5": "deeplabcut",
    ".hdf5": "deeplabcut",
    ".xml": "cvat",
    ".ndjson": "labelbox",
    ".jsonl": "labelbox",
}


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A file to read; `annotator` is whose it is, where it does not say so itself."""

    path: Path
    annotator: str = ""
    repeat: int = 0


def read_file(path: Path, reading: Reading, *, kind: str | None = None) -> Findings:
    """Read a file of the kind given, or of the kind that it shows itself to be.

    Raises:
        LabelError: the file as a whole cannot be read.
    """
    found = kind or kind_of(path)
    findings = READERS[found](path, reading)
    if found in _COUNT_FROM_THE_CORNER and findings.found:
        findings.notes.append(
            f"{found} counts from the picture's corner; half a pixel was taken off, so that pixel "
            "centres lie at whole numbers"
        )
    if not findings.found and not findings.faults:
        findings.fault("", "holds no labels")
    return findings


def kind_of(path: Path) -> str:
    """Return the name of the reader for a file.

    Raises:
        LabelError: it is missing, or nothing we know.
    """
    if not path.is_file():
        raise LabelError([Fault(str(path), "", "is no file: expected labels")])
    by_suffix = _BY_SUFFIX.get(path.suffix.lower())
    if by_suffix is not None:
        return by_suffix
    text = read_text(path)
    if path.suffix.lower() == ".csv":
        return "deeplabcut" if text.startswith("scorer,") else "csv"
    kind = _kind_of_json(text)
    if kind is None:
        raise LabelError(
            [
                Fault(
                    str(path),
                    "",
                    f"is no label file that we know ({', '.join(READERS)}); "
                    "if it is one of them, say which with --format",
                )
            ]
        )
    return kind


def _kind_of_json(text: str) -> str | None:
    first_line = text.strip().splitlines()[0]
    for part in (text, first_line):
        try:
            content = json.loads(part)
        except json.JSONDecodeError:
            continue
        if isinstance(content, list):
            return "label-studio"
        if isinstance(content, dict):
            if "images" in content:
                return "coco"
            if "data_row" in content or "Label" in content:
                return "labelbox"
    return None
