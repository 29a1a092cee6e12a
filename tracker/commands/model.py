"""Look into a model of any tool, adopt it, and change the one in use.

`inspect` says what a graph is and what is missing; `adopt` writes the manifest that lets it run;
`use` puts a model into config.yaml if it is no worse than the one in use, `use --back` undoes that.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tracker.commands.label_files import add_reading_options, read_labels
from tracker.errors import UsageError

if TYPE_CHECKING:
    from models.adapters import Adapter
    from models.detection import GreyImage
    from models.foreign import Inspected

_RUNS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the commands and their options."""
    commands = parser.add_subparsers(dest="what", required=True, metavar="COMMAND")
    looking = commands.add_parser("inspect", help="say what a graph is, and run it on a frame")
    _add_graph(looking)
    adopting = commands.add_parser("adopt", help="write the manifest that lets a graph run")
    _add_graph(adopting)
    adopting.add_argument("--out", type=Path, required=True, metavar="FILE", help="model.yaml")
    adopting.add_argument(
        "--um-per-px",
        type=float,
        nargs=2,
        required=True,
        metavar=("LEAST", "MOST"),
        help="scales that it knows; other pictures are resized for it",
    )
    adopting.add_argument("--trained-on", default="unknown", metavar="TEXT")
    using = commands.add_parser("use", help="put a model into config.yaml, or take it back")
    using.add_argument("model", nargs="?", help="a manifest, or shipped")
    using.add_argument("--back", action="store_true", help="return to the model used before")
    using.add_argument("--config", type=Path, default=Path("config.yaml"), metavar="FILE")
    using.add_argument(
        "--labels", metavar="LABELS", help="frames that neither model has learned from"
    )
    using.add_argument("--um-per-px", type=float, metavar="UM", help="the pictures' scale")
    using.add_argument("--anyway", action="store_true", help="use it though it is worse")
    add_reading_options(using)


def _add_graph(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="FILE", help="an .onnx file")
    parser.add_argument("--keypoints", default="", metavar="NAMES", help="in its order: nose,,tail")
    parser.add_argument("--size", type=int, nargs=2, metavar=("ROWS", "COLUMNS"))
    parser.add_argument("--white", type=float, metavar="LEVEL", help="255 or 1")
    parser.add_argument("--fraction", action="store_true", help="its x and y are 0 to 1")
    parser.add_argument("--logits", action="store_true", help="maps are no confidences yet")
    parser.add_argument("--offsets-px", type=float, metavar="PX", help="DeepLabCut's locref_stdev")
    parser.add_argument("--image", type=Path, metavar="PICTURE", help="a frame to run it on")


def run(arguments: argparse.Namespace) -> int:
    """Carry out one of the commands."""
    return {"inspect": _inspect, "adopt": _adopt, "use": _use}[arguments.what](arguments)


def _inspect(arguments: argparse.Namespace) -> int:
    found = _looked_at(arguments)
    print("\n".join(found.ports))
    if found.is_ours:
        print("keeps the contract: it needs no adapter")
    elif found.adapter is not None:
        print(f"looks like {found.adapter.kind}, of {len(found.adapter.keypoints)} keypoints")
    for line in found.missing.values():
        print(f"missing: {line}")
    if found.is_ours or found.adapter is not None:
        _show_run(arguments, found.adapter)
    return 0


def _looked_at(arguments: argparse.Namespace) -> Inspected:
    """Inspect a graph, with what the options say of it put in the place of guesses."""
    from dataclasses import replace

    from models.foreign import inspect

    names = tuple(arguments.keypoints.split(",")) if arguments.keypoints else ()
    found = inspect(arguments.model, names)
    if found.adapter is None:
        return found
    told = {
        "size": arguments.size and tuple(arguments.size),
        "white": arguments.white,
        "unit": "fraction" if arguments.fraction else None,
        "has_sigmoid": False if arguments.logits else None,
        "offsets_px": arguments.offsets_px,
    }
    told = {key: value for key, value in told.items() if value is not None}
    missing = {key: line for key, line in found.missing.items() if key not in told}
    adapter = found.adapter.model_validate({**found.adapter.model_dump(), **told})
    return replace(found, adapter=adapter, missing=missing)


def _show_run(arguments: argparse.Namespace, adapter: Adapter | None) -> None:
    from models.providers import open_graph

    graph = open_graph(arguments.model, "cpu", adapter)
    image = _picture(arguments.image, graph.input_shape)
    answer = graph.ask(image)
    times_s: list[float] = []
    for _ in range(_RUNS):
        asked_s = time.perf_counter()
        graph.ask(image)
        times_s.append(time.perf_counter() - asked_s)
    size = f"{image.shape[1]} x {image.shape[0]} px"
    print(f"on {arguments.image or 'grey noise'}, {size}: {1e3 * median(times_s):.1f} ms")
    for row in range(answer.count):
        places = ", ".join(f"({x:.1f}, {y:.1f})" for x, y in answer.keypoints_px[row])
        print(f"  confidence {answer.confidence[row]:.2f}: nose, metacorpus, bulb {places}")


def _picture(path: Path | None, shape: tuple[int | None, int | None]) -> GreyImage:
    import numpy as np

    from models.evaluate.pictures import pictures_of, source_at

    if path is not None:
        return next(iter(pictures_of(source_at(path)))).image
    rows, columns = (side or least for side, least in zip(shape, (732, 968), strict=True))
    return np.random.default_rng(1).integers(90, 160, (rows, columns), np.uint8)


def _adopt(arguments: argparse.Namespace) -> int:
    import os
    import shutil

    from models.contract import GraphEntry, Manifest, file_sha256, write_manifest
    from models.detection import KEYPOINTS

    out: Path = arguments.out
    least, most = arguments.um_per_px
    if not 0.0 < least <= most:
        raise UsageError(f"--um-per-px {least:g} {most:g}: expected two scales, the smaller first")
    if out.suffix not in (".yaml", ".yml") or out.exists():
        raise UsageError(f"--out {out}: expected a new name that ends in .yaml")
    found = _looked_at(arguments)
    if not found.is_ours and (found.adapter is None or found.missing):
        raise UsageError(f"{arguments.model}: missing: {'; '.join(found.missing.values())}")
    adapter = found.adapter
    if adapter is not None and not set(adapter.keypoints) & set(KEYPOINTS):
        raise UsageError(f"--keypoints {arguments.keypoints}: none of {', '.join(KEYPOINTS)}")
    out.parent.mkdir(parents=True, exist_ok=True)
    graph = out.with_suffix(".onnx")
    if not (graph.exists() and os.path.samefile(graph, arguments.model)):
        shutil.copyfile(arguments.model, graph)
    entry = GraphEntry(
        file=graph.name, sha256=file_sha256(graph), input="any", shrink=1, adapter=adapter
    )
    size = (256, 256) if adapter is None else adapter.size
    write_manifest(
        Manifest(
            format=1,
            name=arguments.model.stem,
            version=entry.sha256[:8],
            keypoints=KEYPOINTS,
            um_per_px=(least, most),
            trained_on=arguments.trained_on,
            search=entry,
            track=entry.model_copy(update={"input": size}),
        ),
        out,
    )
    print(out)
    return 0


def _use(arguments: argparse.Namespace) -> int:
    from tracker.commands.model_in_use import previous_model, used_model, write_model

    config: Path = arguments.config
    if arguments.back:
        back = previous_model(config)
        write_model(config, back)
        print(f"{config}: detector.model is {back} again")
        return 0
    if arguments.model is None:
        raise UsageError("expected a model to use, or --back")
    from models.contract import load_named_model

    load_named_model(arguments.model)
    used = used_model(config)
    if arguments.labels is None and not arguments.anyway:
        raise UsageError(
            "say --labels, frames that neither model has learned from, so that the two can be "
            "compared; or --anyway"
        )
    if arguments.labels is not None and not _is_no_worse(used, arguments):
        return 1
    write_model(config, arguments.model)
    print(f"{config}: detector.model is {arguments.model} (it was {used}; --back undoes this)")
    return 0


def _is_no_worse(used: str, arguments: argparse.Namespace) -> bool:
    """Compare, tell, and say whether the new model may be used."""
    import sys

    from models.evaluate.evaluation import DOUBTFUL, evaluate
    from models.evaluate.finding import open_any
    from models.evaluate.words import compared
    from tracker.export.progress import Progress

    if used == arguments.model:
        raise UsageError(f"{arguments.config}: {used} is in use already")
    labels = read_labels([arguments.labels], arguments)
    detectors = {
        name: open_any(
            name, provider="auto", min_confidence=DOUBTFUL, um_per_px=arguments.um_per_px
        )[0]
        for name in (used, arguments.model)
    }
    progress = Progress(sys.stderr)
    progress.start(2 * len({label.frame.key for label in labels}), "looks")
    images = arguments.images or Path(arguments.labels).parent
    found = evaluate(detectors, labels, images, min_confidence=0.5, step=progress.step)
    progress.finish()
    told = compared(found, used, arguments.model)
    print(f"{told.title}: {told.figure}\n  {told.meaning}")
    comparison = found.comparisons[arguments.model]
    is_worse = comparison.found.high < 0.0 or (
        comparison.error_px.low > 0.0 and comparison.found.low <= 0.0
    )
    if is_worse and not arguments.anyway:
        print(f"it is worse: {used} stays in use (--anyway uses it all the same)")
    return not is_worse or bool(arguments.anyway)
