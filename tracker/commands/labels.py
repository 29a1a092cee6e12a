"""Bring labels together from any tool, and see how far those who labelled agree.

`import` reads the label files of DeepLabCut, SLEAP, COCO, Labelbox, Label Studio, CVAT or our own
and writes one table; `consensus` makes one label of several; `report` judges the labels; `example`
makes frames and labels to try the others on.
"""

from __future__ import annotations

import argparse
import importlib.util
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.commands.label_files import FILES_HELP, add_reading_options, read_labels
from tracker.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from models.labels.label import LabelSet

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
    parser.add_argument("files", nargs="+", metavar="FILE", help=FILES_HELP)
    add_reading_options(parser)


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
    from models.labels.label import CONSENSUS

    labels = read_labels(arguments.files, arguments)
    if arguments.what != "import" and CONSENSUS in labels.annotators:
        raise UsageError("a consensus is among the labels: give the labels that it was made of")
    return labels


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
