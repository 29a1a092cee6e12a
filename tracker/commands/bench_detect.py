"""Time a model's graphs on this computer, by device and by the size of the picture.

Each run is followed by one of a small reference network that never changes, so that the ratio can
be compared between computers.
"""

from __future__ import annotations

import argparse
import json
import re

from tracker.commands.bench_options import count_of

_SHAPE = re.compile(r"(\d+)x(\d+)")
_LEAST_SIDE_PX = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare whose graphs, on what pictures, how often."""
    parser.add_argument(
        "--model", default="shipped", help="a manifest's path (default: the shipped model)"
    )
    parser.add_argument(
        "--size",
        type=_shape,
        action="append",
        metavar="ROWSxCOLUMNS",
        help="of the pictures that are searched; may be given again (default: 732x968, 256x256)",
    )
    parser.add_argument("--count", type=count_of, default=300, help="how many (default: 300)")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments: argparse.Namespace) -> int:
    """Measure, print, and return 0.

    Raises:
        ModelError: the model cannot be opened, or its graphs do not take such pictures.
    """
    from models.contract import load_named_model
    from tracker.bench.detect import WHOLE_FRAME, bench_detect, table
    from tracker.runtime.punctuality import quiet_garbage_collection

    model = load_named_model(arguments.model)
    entry = model.manifest.search.input
    usual = [WHOLE_FRAME, (256, 256)] if entry == "any" else [entry]
    quiet_garbage_collection()
    bench = bench_detect(model, shapes=arguments.size or usual, count=arguments.count)
    print(json.dumps(bench.plain(), indent=2) if arguments.json else table(bench))
    return 0


def _shape(word: str) -> tuple[int, int]:
    found = _SHAPE.fullmatch(word)
    if found is None or min(int(found[1]), int(found[2])) < _LEAST_SIDE_PX:
        raise argparse.ArgumentTypeError(
            f"expected ROWSxCOLUMNS, each {_LEAST_SIDE_PX} or more, as 732x968, got {word!r}"
        )
    return int(found[1]), int(found[2])
