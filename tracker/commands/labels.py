"""Bring labels together from any tool, and see how far those who labelled agree.

`import` reads the label files of DeepLabCut, SLEAP, COCO, Labelbox, Label Studio, CVAT or our own
and writes one table; `consensus` makes one label of several; `report` judges the labels.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import UsageError

if TYPE_CHECKING:
    from models.labels.formats import LabelFile
    from models.labels.label import LabelSet

_FILES_HELP = (
    "label files; NAME=FILE says whose they are where the file does not, NAME@2=FILE that they "
    "are that person's second, blind pass"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the three commands and their options."""
    commands = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")
    reading = commands.add_parser("import", help="read label files of any tool into one table")
    reading.add_argument("files", nargs="+", metavar="FILE", help=_FILES_HELP)
    reading.add_argument(
        "--out", type=Path, required=True, help="table to write: .csv (ours) or .json (COCO)"
    )
    reading.add_argument("--images", type=Path, metavar="DIR", help="folder of the pictures")
    reading.add_argument("--format", choices=_FORMATS, help="where the file does not show it")
    reading.add_argument(
        "--rename",
        action="append",
        default=[],
        metavar="THEIRS=OURS",
        help="what a name in the files means; THEIRS= leaves it out",
    )
    reading.add_argument(
        "--unmarked",
        choices=("undecided", "absent"),
        default="undecided",
        help="what a frame without any mark means",
    )
    reading.add_argument(
        "--skip-faulty", action="store_true", help="write the sound labels, and tell the others"
    )


_FORMATS = ("csv", "coco", "cvat", "deeplabcut", "labelbox", "label-studio", "sleap")


def run(arguments: argparse.Namespace) -> int:
    """Carry out one of the commands.

    Raises:
        UsageError: an option cannot mean anything.
        ModelError: labels are faulty; every fault is named.
    """
    return _COMMANDS[arguments.what](arguments)


def _import(arguments: argparse.Namespace) -> int:
    from models.labels.assembly import Reading
    from models.labels.checks import collect
    from models.labels.faults import Findings, LabelError
    from models.labels.formats import read_file
    from models.labels.label import Presence
    from models.labels.words import words_from

    images: Path | None = arguments.images
    if images is not None and not images.is_dir():
        raise UsageError(f"--images {images}: is no folder")
    _check_suffix(arguments.out)
    words = words_from(arguments.rename)
    findings: list[Findings] = []
    for file in map(_label_file, arguments.files):
        reading = Reading(
            annotator=file.annotator,
            repeat=file.repeat,
            words=words,
            unmarked=Presence(arguments.unmarked),
        )
        try:
            findings.append(read_file(file.path, reading, kind=arguments.format))
        except LabelError as error:
            if not error.faults:
                raise
            findings.append(Findings(str(file.path), faults=list(error.faults)))
    collected = collect(findings, images=images)
    if collected.faults and not arguments.skip_faulty:
        raise LabelError(collected.faults)
    for fault in collected.faults:
        print(f"left out: {fault}")
    for note in collected.notes:
        print(f"note: {note}")
    if not len(collected.labels):
        raise UsageError("no label was sound: nothing is written")
    _write(arguments.out, collected.labels)
    return 0


def _label_file(word: str) -> LabelFile:
    """Return the file that a word names, and whose it is: FILE, NAME=FILE or NAME@2=FILE."""
    from models.labels.formats import LabelFile

    name, equals, path = word.partition("=")
    if not equals or Path(word).is_file():
        return LabelFile(Path(word))
    annotator, at, number = name.rpartition("@")
    if not at or not number.isdecimal():
        return LabelFile(Path(path), name)
    if number == "0":
        raise UsageError(f"{word}: passes are counted from 1")
    return LabelFile(Path(path), annotator, int(number) - 1)


def _check_suffix(out: Path) -> None:
    if out.suffix not in (".csv", ".json"):
        raise UsageError(f"--out {out}: expected a name that ends in .csv (ours) or .json (COCO)")


def _write(out: Path, labels: LabelSet) -> None:
    from models.labels.coco import write_coco
    from models.labels.plain_csv import write_csv

    (write_csv if out.suffix == ".csv" else write_coco)(out, labels)
    frames = len({label.frame.key for label in labels})
    print(f"{len(labels)} labels of {frames} frames by {', '.join(labels.annotators)}: {out}")


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {"import": _import}
