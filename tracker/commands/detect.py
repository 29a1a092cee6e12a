"""Write what a model finds in pictures: a row a picture, with places, confidences and errors."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.detection import Detector
    from models.evaluate.pictures import Picture, Source
    from models.evaluate.table import Found, TableWriter
    from tracker.export.progress import Progress

_DOUBTFUL = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the model, the pictures, and where the table goes."""
    parser.add_argument("model", metavar="MODEL", help="a manifest, an .onnx file, or shipped")
    parser.add_argument(
        "pictures",
        type=Path,
        nargs="+",
        metavar="PICTURES",
        help="images, folders of them, videos, recordings",
    )
    parser.add_argument("--csv", type=Path, required=True, metavar="FILE", help="the table")
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier table")
    parser.add_argument(
        "--all", action="store_true", help="a row for every candidate (default: the best one)"
    )
    parser.add_argument("--min-confidence", type=float, default=0.5, metavar="0..1")
    parser.add_argument(
        "--um-per-px", type=float, metavar="UM", help="the pictures' scale, if not the model's own"
    )
    parser.add_argument("--provider", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument(
        "--link", action="store_true", help="connect the detections of each video through time"
    )
    parser.add_argument("--animals", type=int, default=1, metavar="N", help="tracks, with --link")
    parser.add_argument(
        "--step-px", type=float, default=8.0, metavar="PX", help="how far a head moves in a frame"
    )


def run(arguments: argparse.Namespace) -> int:
    """Detect, write, and return the exit status."""
    from models.evaluate.finding import open_any
    from models.evaluate.table import TableWriter

    _check(arguments)
    sources = [_source_at(path) for path in arguments.pictures]
    least: float = arguments.min_confidence
    if arguments.link:  # a doubtful candidate is of use where the frames around it speak for it
        least = min(least, _DOUBTFUL)
    detector, _ = open_any(
        arguments.model,
        provider=arguments.provider,
        min_confidence=least,
        um_per_px=arguments.um_per_px,
    )
    with arguments.csv.open("w", newline="", encoding="utf-8") as stream:
        table = TableWriter(stream, is_linked=arguments.link)
        shown, present = _write(arguments, detector, sources, table)
    print(f"{arguments.csv}: {shown} pictures, a head in {present}")
    return 0


def _check(arguments: argparse.Namespace) -> None:
    from tracker.errors import UsageError

    path: Path = arguments.csv
    if not 0.0 <= arguments.min_confidence <= 1.0:
        raise UsageError(f"--min-confidence {arguments.min_confidence:g}: expected 0 to 1")
    for name, value in (("um-per-px", arguments.um_per_px), ("step-px", arguments.step_px)):
        if value is not None and not 0.0 < value < 1e6:
            raise UsageError(f"--{name} {value:g}: expected a number above 0")
    if not 1 <= arguments.animals <= 4:
        raise UsageError(f"--animals {arguments.animals}: expected 1 to 4")
    if not path.parent.is_dir():
        raise UsageError(f"--csv {path}: there is no folder {path.parent}")
    if path.exists() and not arguments.overwrite:
        raise UsageError(f"{path} exists already: name another with --csv, or give --overwrite")


def _write(
    arguments: argparse.Namespace,
    detector: Detector,
    sources: Sequence[Source],
    table: TableWriter,
) -> tuple[int, int]:
    from dataclasses import replace

    from tracker.export.progress import Progress

    progress = Progress(sys.stderr)
    progress.start(sum(source.count for source in sources), "pictures")
    shown = present = 0
    for source in sources:
        found = _found(detector, source, progress)
        for each in _linked(arguments, found) if arguments.link else found:
            best = each.candidates if arguments.all or arguments.link else each.candidates[:1]
            table.write(replace(each, candidates=best))
            shown, present = shown + 1, present + bool(best)
    progress.finish()
    return shown, present


def _source_at(path: Path) -> Source:
    """Look at a file or a folder; a recording's pictures are its frames, by their own numbers."""
    from models.evaluate.pictures import Source, source_at
    from tracker.record.schema import HEADER_FILE

    if not (path / HEADER_FILE).is_file():
        return source_at(path)
    from tracker.record.opened import open_recording

    return Source(path, [], len(open_recording(path).frames))


def _pictures_of(source: Source) -> Iterator[Picture]:
    from models.evaluate.pictures import Picture, pictures_of
    from tracker.record.opened import open_recording

    if source.files:
        yield from pictures_of(source)
        return
    frames = open_recording(source.path).frames
    for number, image in zip(frames.index.tolist(), frames, strict=True):
        yield Picture(str(source.path), number, image)


def _found(detector: Detector, source: Source, progress: Progress) -> Iterator[Found]:
    from models.evaluate.table import Found

    for picture in _pictures_of(source):
        yield Found(picture.file, picture.index, detector.detect(picture.image))
        progress.step()


def _linked(arguments: argparse.Namespace, found: Iterator[Found]) -> Iterator[Found]:
    """Keep of each picture the candidates of tracks, or with --all the others as well (-1)."""
    from dataclasses import replace

    from models.evaluate.linking import LinkSettings, link

    pictures = list(found)
    settings = LinkSettings(step_px=arguments.step_px, most_tracks=arguments.animals)
    tracks = link([each.candidates for each in pictures], settings)
    for each, of_picture in zip(pictures, tracks, strict=True):
        kept = [at for at, track in enumerate(of_picture) if track >= 0 or arguments.all]
        yield replace(
            each,
            candidates=[each.candidates[at] for at in kept],
            tracks=[of_picture[at] for at in kept],
        )
