"""See which step went wrong: picture, heat map, candidates, choice, estimate, command.

Frames of a recording on one page, with what the loop made of each; without --frame or --at, the
recording's worst moments.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import UsageError

if TYPE_CHECKING:
    from models.detection import Detector
    from models.evaluate.heat import HeatMaker
    from tracker.record.opened import OpenedRecording

_MOST_BESIDE = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the recording, which of its frames, and where the page goes."""
    parser.add_argument("recording", type=Path, metavar="RECORDING", help="a recording's folder")
    parser.add_argument(
        "--frame", type=int, action="append", default=[], metavar="N", help="a frame's number"
    )
    parser.add_argument(
        "--at", type=float, action="append", default=[], metavar="S", help="seconds since it began"
    )
    parser.add_argument(
        "--beside", type=int, default=2, metavar="N", help="frames on each side (default: 2)"
    )
    parser.add_argument("--model", metavar="M", help="ask this one (default: as recorded)")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where to (default: RECORDING/steps.html)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier page")


def run(arguments: argparse.Namespace) -> int:
    """Write the page and return the exit status.

    Raises:
        UsageError: an option cannot mean anything.
        RecordingError: it is no recording, or does not hold such a frame.
        ModelError: the model cannot be opened.
    """
    from tracker.record.opened import open_recording
    from tracker.record.whole_file import write_whole
    from tracker.report.steps import frames_around, steps_of
    from tracker.report.steps_page import steps_page
    from tracker.report.suspect import suspect

    recording = open_recording(arguments.recording)
    path: Path = arguments.out or recording.folder / "steps.html"
    _check(path, arguments)
    chosen = _chosen(recording, arguments)
    numbers = frames_around(recording, chosen, beside=arguments.beside)
    if not numbers:
        raise UsageError(f"{recording.folder}: it holds no frame that was judged: name one")
    eye, heat, notes = _eye(recording, arguments.model)
    steps = [steps_of(recording, number, eye=eye, heat=heat) for number in numbers]
    title = f"{recording.header.session}, recording {recording.folder.name}, step by step"
    write_whole(path, steps_page(steps, title=title, notes=notes))
    for note in notes:
        print(note)
    for one in steps:
        if one.frame_index in chosen:
            print(f"frame {one.frame_index}, {one.since_s:.3f} s: {suspect(one).words}")
    print(path)
    return 0


def _check(path: Path, arguments: argparse.Namespace) -> None:
    if path.suffix.lower() != ".html":
        raise UsageError(f"--out {path}: expected a name that ends in .html")
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: there is no folder {path.parent}")
    if path.exists() and not arguments.overwrite:
        raise UsageError(f"{path} exists already: name another with --out, or give --overwrite")
    if not 0 <= arguments.beside <= _MOST_BESIDE:
        raise UsageError(f"--beside {arguments.beside}: expected 0 to {_MOST_BESIDE}")


def _chosen(recording: OpenedRecording, arguments: argparse.Namespace) -> list[int]:
    """Return the numbers of the frames that were asked for, or of the worst moments."""
    from tracker.report.moments import worst_moments

    started_s, frames = recording.header.started_s, recording.frames
    numbers = [*arguments.frame]
    numbers += [int(frames.index[frames.place_at(started_s + at_s)]) for at_s in arguments.at]
    held = set(frames.index.tolist())
    worst = [moment.frame_index for moment in worst_moments(recording.table("ticks"))]
    return numbers or [number for number in worst if number in held]


def _eye(
    recording: OpenedRecording, model: str | None
) -> tuple[Detector, HeatMaker | None, list[str]]:
    """Open the model that is asked, as sure as the loop wants it, and what is to be known of it."""
    from models.contract import load_named_model
    from models.evaluate.finding import open_any
    from models.evaluate.heat import open_heat
    from models.magnified import MagnifiedDetector
    from tracker.config import parse_config
    from tracker.geometry import um_per_px
    from tracker.record.schema import CONFIG_FILE

    source = str(recording.folder / CONFIG_FILE)
    told = parse_config(recording.config_yaml, source=source).detector
    name = model or told.model
    scale = None if name.endswith(".onnx") else um_per_px(recording.calibration)
    detector, manifest = open_any(
        name, provider="auto", min_confidence=told.least_confidence, um_per_px=scale
    )
    notes: list[str] = []
    then_sha256 = recording.header.facts.get("model_sha256")
    if manifest is None or then_sha256 not in (None, load_named_model(name).sha256):
        then = recording.header.facts.get("model_name")
        notes.append(f"heat map and candidates are {name}'s; at the time it was {then}")
    magnification = detector.magnification if isinstance(detector, MagnifiedDetector) else 1.0
    return detector, open_heat(name, magnification=magnification), notes
