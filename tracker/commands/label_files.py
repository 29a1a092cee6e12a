"""Label files on the command line: whose they are, and how they are to be read."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import UsageError

if TYPE_CHECKING:
    from models.labels.formats import LabelFile
    from models.labels.label import LabelSet
    from models.labels.words import Words

_FORMATS = ("csv", "coco", "cvat", "deeplabcut", "labelbox", "label-studio", "sleap")
FILES_HELP = (
    "label files of any tool; NAME=FILE says whose they are where the file does not, NAME@2=FILE "
    "that they are that person's second, blind pass"
)


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options that tell how labels are to be read."""
    parser.add_argument("--images", type=Path, metavar="DIR", help="folder of the pictures")
    parser.add_argument("--format", choices=_FORMATS, help="where the file does not show it")
    parser.add_argument(
        "--rename",
        action="append",
        default=[],
        metavar="THEIRS=OURS",
        help="what a name in the files means; THEIRS= leaves it out",
    )
    parser.add_argument(
        "--unmarked",
        choices=("undecided", "absent"),
        default="undecided",
        help="what a frame without any mark means",
    )
    parser.add_argument(
        "--skip-faulty", action="store_true", help="go on with the sound labels, naming the others"
    )


def read_labels(files: Sequence[str], arguments: argparse.Namespace) -> LabelSet:
    """Read label files as the options say, and tell what is to be known of them.

    Raises:
        UsageError: an option cannot mean anything, or no label is sound.
        LabelError: labels are faulty; every fault is named.
    """
    from models.labels.faults import LabelError
    from models.labels.gathering import Gathering, gather
    from models.labels.label import Presence

    images: Path | None = arguments.images
    if images is not None and not images.is_dir():
        raise UsageError(f"--images {images}: is no folder")
    gathering = Gathering(
        _words(arguments.rename), Presence(arguments.unmarked), arguments.format, images
    )
    collected = gather([label_file(word) for word in files], gathering)
    if collected.faults and not arguments.skip_faulty:
        raise LabelError(collected.faults)
    for fault in collected.faults:
        print(f"left out: {fault}")
    for note in collected.notes:
        print(f"note: {note}")
    if not len(collected.labels):
        raise UsageError("no label was sound: nothing to go on with")
    return collected.labels


def _words(renamings: Sequence[str]) -> Words:
    from models.labels.words import words_from

    return words_from(renamings)


def label_file(word: str) -> LabelFile:
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
