"""Bring labels together from any tool, and see how far those who labelled agree.

`import` reads the label files of DeepLabCut, SLEAP, COCO, Labelbox, Label Studio, CVAT or our own
and writes one table; `consensus` makes one label of several; `report` judges the labels; `example`
makes frames and labels to try the others on.
"""

from __future__ import annotations

import argparse
import importlib.util
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from models.labels.formats import LabelFile
    from models.labels.label import LabelSet
    from models.labels.words import Words

_FORMATS = ("csv", "coco", "cvat", "deeplabcut", "labelbox", "label-studio", "sleap")
_FILES_HELP = (
    "label files of any tool; NAME=FILE says whose they are where the file does not, NAME@2=FILE "
    "that they are that person's second, blind pass"
)
_OUT_HELP = "table to write: .csv (ours) or .json (COCO)"
_WIDTH = 88


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands and their options."""
    commands = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")
    reading = commands.add_parser("import", help="read label files of any tool into one table")
    _add_files(reading)
    reading.add_argument("--out", type=Path, required=True, help=_OUT_HELP)
    bringing = commands.add_parser("consensus", help="make one label of several people's")
    _add_files(bringing)
    bringing.add_argument("--out", type=Path, required=True, help=_OUT_HELP)
    judging = commands.add_parser("report", help="say how far those who labelled agree")
    _add_files(judging)
    judging.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for report.html and worklist.csv"
    )
    judging.add_argument(
        "--within",
        type=float,
        default=5.0,
        metavar="PERCENT",
        help="the criterion, in percent of the head's length (default 5)",
    )
    judging.add_argument("--gold", metavar="NAME", help="whose labels are the truth")
    trying = commands.add_parser("example", help="make frames, and labels of invented people")
    trying.add_argument("--out", type=Path, required=True, metavar="DIR")
    trying.add_argument("--frames", type=int, default=60)
    trying.add_argument("--seed", type=int, default=1)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help=_FILES_HELP)
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


def run(arguments: argparse.Namespace) -> int:
    """Carry out one of the commands.

    Raises:
        UsageError: an option cannot mean anything.
        MissingExtraError: matplotlib, which the report's page needs, is not installed.
        ModelError: labels are faulty; every fault is named.
    """
    return _COMMANDS[arguments.what](arguments)


def _import(arguments: argparse.Namespace) -> int:
    _check_suffix(arguments.out)
    _write(arguments.out, _gathered(arguments))
    return 0


def _consensus(arguments: argparse.Namespace) -> int:
    from models.labels.consensus import find_consensus
    from models.labels.label import Presence

    _check_suffix(arguments.out)
    labels = _gathered(arguments)
    heads = find_consensus(labels).heads
    undecided = sum(head.label.presence is Presence.UNDECIDED for head in heads)
    outliers = [outlier for head in heads for outlier in head.outliers]
    for who in sorted({outlier.annotator for outlier in outliers}):
        count = sum(outlier.annotator == who for outlier in outliers)
        print(f"put aside: {count} marks of {who} far from where the others put them")
    print(f"undecided whether there is a head: {undecided} of {len(heads)}")
    _write(arguments.out, type(labels)(tuple(head.label for head in heads)))
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from models.labels.gold import judge_by_gold
    from models.labels.meaning import explain
    from models.labels.quality import judge_labels
    from models.labels.worklist import find_doubts, write_worklist

    if not arguments.within > 0:
        raise UsageError(f"--within {arguments.within}: expected more than 0 percent")
    out: Path | None = arguments.out
    if out is not None and importlib.util.find_spec("matplotlib") is None:
        raise MissingExtraError("the page needs matplotlib: pip install 'wormlock[report]'")
    labels = _gathered(arguments)
    gold = judge_by_gold(labels, arguments.gold) if arguments.gold else ()
    judged = labels.without(arguments.gold) if arguments.gold else labels
    quality = judge_labels(judged, within_heads=arguments.within / 100.0)
    for statement in explain(quality, gold):
        print(f"\n{statement.title}: {statement.figure}" if statement.meaning else "")
        said = statement.meaning or f"{statement.title} {statement.figure}"
        print(textwrap.fill(said, _WIDTH, initial_indent="  ", subsequent_indent="  "))
        if statement.todo:
            print(textwrap.fill(statement.todo, _WIDTH, initial_indent="  -> "))
    doubts = find_doubts(quality, gold)
    print(f"\nto look at again: {len(doubts)} heads")
    if out is not None:
        from models.labels.page import Report, page_of
        from models.labels.text_files import write_text

        title = f"Labels of {', '.join(judged.annotators)}"
        page = page_of(Report(title, quality, gold, doubts, arguments.images))
        write_text(out / "report.html", page)
        write_worklist(out / "worklist.csv", doubts)
        print(f"{out / 'report.html'}\n{out / 'worklist.csv'}")
    return 0


def _example(arguments: argparse.Namespace) -> int:
    from tracker.commands.label_example import write_example

    if arguments.frames < 1:
        raise UsageError(f"--frames {arguments.frames}: expected 1 or more")
    for file in write_example(arguments.out, frames=arguments.frames, seed=arguments.seed):
        print(file)
    return 0


def _gathered(arguments: argparse.Namespace) -> LabelSet:
    """Read the files that a command was given, and tell what is to be known of them."""
    from models.labels.faults import LabelError
    from models.labels.gathering import Gathering, gather
    from models.labels.label import CONSENSUS, Presence

    images: Path | None = arguments.images
    if images is not None and not images.is_dir():
        raise UsageError(f"--images {images}: is no folder")
    gathering = Gathering(
        _words(arguments.rename), Presence(arguments.unmarked), arguments.format, images
    )
    collected = gather([_label_file(word) for word in arguments.files], gathering)
    if collected.faults and not arguments.skip_faulty:
        raise LabelError(collected.faults)
    for fault in collected.faults:
        print(f"left out: {fault}")
    for note in collected.notes:
        print(f"note: {note}")
    if not len(collected.labels):
        raise UsageError("no label was sound: nothing to go on with")
    if arguments.what != "import" and CONSENSUS in collected.labels.annotators:
        raise UsageError("a consensus is among the labels: give the labels that it was made of")
    return collected.labels


def _words(renamings: Sequence[str]) -> Words:
    from models.labels.words import words_from

    return words_from(renamings)


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


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "import": _import,
    "consensus": _consensus,
    "report": _report,
    "example": _example,
}
