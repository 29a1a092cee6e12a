"""Judge models on labelled frames: how exact, where they fail, and frame by frame on a page."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.commands.label_files import add_reading_options, read_labels
from tracker.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from models.detection import Detector
    from models.evaluate.evaluation import Evaluation
    from models.evaluate.heat import HeatMaker

_WIDTH = 88
PAGE_FILE = "evaluation.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the models, the labels, and where the page goes."""
    parser.add_argument(
        "models", nargs="+", metavar="MODEL", help="manifests, .onnx files, or shipped"
    )
    parser.add_argument("labels", metavar="LABELS", help="label file of any tool")
    add_reading_options(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for evaluation.html")
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier page")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here as well")
    parser.add_argument("--min-confidence", type=float, default=0.5, metavar="0..1")
    parser.add_argument("--um-per-px", type=float, metavar="UM", help="the pictures' scale")
    parser.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument(
        "--pictures", type=int, default=300, metavar="N", help="pictures on the page, worst first"
    )
    parser.add_argument(
        "--frames", type=int, metavar="N", help="only so many of the frames, evenly spread"
    )
    parser.add_argument(
        "--scales",
        type=float,
        nargs="+",
        default=[],
        metavar="X",
        help="show pictures so many times as large, and judge each model at the scale it does best",
    )
    parser.add_argument(
        "--by-middle",
        action="store_true",
        help="by the head's middle alone: for models that know one point of it",
    )


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, print, write, and return the exit status."""
    from models.evaluate.evaluation import DOUBTFUL, evaluate
    from models.evaluate.finding import open_any
    from models.evaluate.scales import at_scales, best_of
    from tracker.export.progress import Progress

    _check(arguments)
    labels = read_labels([arguments.labels], arguments)
    images: Path = arguments.images or Path(arguments.labels).parent
    opened = {
        name: open_any(
            name,
            provider=arguments.provider,
            min_confidence=min(DOUBTFUL, arguments.min_confidence),
            # A graph by itself says no scale that pictures could be brought to.
            um_per_px=None if name.endswith(".onnx") else arguments.um_per_px,
        )
        for name in arguments.models
    }
    detectors = {name: detector for name, (detector, _) in opened.items()}
    if arguments.scales:
        detectors = at_scales(opened, arguments.scales)
    progress = Progress(sys.stderr)
    count = len({label.frame.key for label in labels})
    progress.start(len(detectors) * min(count, arguments.frames or count), "looks")
    found = evaluate(
        detectors,
        labels,
        images,
        min_confidence=arguments.min_confidence,
        step=progress.step,
        by_middle=arguments.by_middle,
        most_frames=arguments.frames,
    )
    progress.finish()
    if not found.frames:
        raise UsageError(f"{arguments.labels}: no frame is decided: nothing to judge by")
    if arguments.scales:
        _print_scales(found, arguments)
        found = best_of(found, arguments.models, arguments.scales)
    _print(found, arguments.um_per_px)
    _write(found, images, arguments, detectors)
    return 0


def _print_scales(found: Evaluation, arguments: argparse.Namespace) -> None:
    """Print the share of heads that each model found at each scale."""
    from models.evaluate.scales import scale_rows
    from models.labels.meaning import percent

    rows = scale_rows(
        found,
        arguments.models,
        arguments.scales,
        lambda measures: percent(measures.within_half_length),
    )
    head = ["found", *arguments.models]
    wide = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        print("  ".join(f"{cell:>{width}}" for cell, width in zip(row, wide, strict=True)))
    print()


def _check(arguments: argparse.Namespace) -> None:
    if not 0.0 <= arguments.min_confidence <= 1.0:
        raise UsageError(f"--min-confidence {arguments.min_confidence:g}: expected 0 to 1")
    if arguments.um_per_px is not None and not 0.0 < arguments.um_per_px < 1e6:
        raise UsageError(f"--um-per-px {arguments.um_per_px:g}: expected a number above 0")
    if arguments.pictures < 0:
        raise UsageError(f"--pictures {arguments.pictures}: expected 0 or more")
    if arguments.frames is not None and arguments.frames < 1:
        raise UsageError(f"--frames {arguments.frames}: expected 1 or more")
    for scale in arguments.scales:
        if not 0.01 <= scale <= 100.0:
            raise UsageError(f"--scales {scale:g}: expected 0.01 to 100")
    if len(set(arguments.models)) < len(arguments.models):
        raise UsageError(f"{' '.join(arguments.models)}: a model is named twice")
    if arguments.out is None:
        return
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingExtraError("the page needs matplotlib: pip install 'wormlock[report]'")
    page = arguments.out / PAGE_FILE
    if page.exists() and not arguments.overwrite:
        raise UsageError(f"{page} exists already: name another --out, or give --overwrite")


def _print(found: Evaluation, um_per_px: float | None) -> None:
    from models.evaluate.words import TABLE_HEAD, statements, table_rows

    rows = [list(TABLE_HEAD), *table_rows(found, um_per_px=um_per_px)]
    # A column a model: names and figures below each other are read more easily than across.
    wide = [max(map(len, column)) for column in rows]
    for line in zip(*rows, strict=True):
        if any(line[1:]):
            cells = [f"{cell:>{width}}" for cell, width in zip(line[1:], wide[1:], strict=True)]
            print(f"{line[0]:<28}  {'  '.join(cells)}")
    for said in statements(found):
        print(f"\n{said.title}: {said.figure}")
        print(textwrap.fill(said.meaning, _WIDTH, initial_indent="  ", subsequent_indent="  "))
        if said.todo:
            print(textwrap.fill(said.todo, _WIDTH, initial_indent="  -> "))


def _write(
    found: Evaluation,
    images: Path,
    arguments: argparse.Namespace,
    detectors: Mapping[str, Detector],
) -> None:
    from dataclasses import asdict

    from models.labels.text_files import write_text
    from tracker.record.figures_file import write_figures

    if arguments.json is not None:
        write_figures(arguments.json, {name: asdict(of) for name, of in found.measures.items()})
    if arguments.out is None:
        return
    from models.evaluate.evaluation import picture_of
    from models.evaluate.page import page_of

    page = page_of(
        found,
        lambda frame: picture_of(frame, images),
        title=f"{', '.join(found.judged)} on {arguments.labels}",
        um_per_px=arguments.um_per_px,
        most_pictures=arguments.pictures,
        heats={} if arguments.scales else _heats(detectors),
    )
    write_text(arguments.out / PAGE_FILE, page)
    print(f"\n{arguments.out / PAGE_FILE}")


def _heats(detectors: Mapping[str, Detector]) -> Mapping[str, HeatMaker]:
    """Open the heat maps of the models that have some, at the scale that they look at."""
    from models.evaluate.heat import open_heat
    from models.magnified import MagnifiedDetector

    makers = {
        name: open_heat(
            name,
            magnification=detector.magnification
            if isinstance(detector, MagnifiedDetector)
            else 1.0,
        )
        for name, detector in detectors.items()
    }
    return {name: maker for name, maker in makers.items() if maker is not None}
