"""Pick the recorded frames that are worth labelling, and write them as pictures with a worklist."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tracker.errors import RecordingError, UsageError

if TYPE_CHECKING:
    from models.detection import Detector
    from tracker.export.progress import Progress
    from tracker.harvest.picking import Pick
    from tracker.record.opened import OpenedRecording

_DOUBTFUL = 0.05  # candidates are looked at from here on
_MOST_LOOKED_AT = 4000  # frames of a recording: evenly spread, where it has more


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the recordings, how many frames, and where they go."""
    parser.add_argument("recordings", type=Path, nargs="+", metavar="RECORDING")
    parser.add_argument("--frames", type=int, default=100, metavar="N", help="of all together")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--model",
        help="ask this one too where its networks disagree: ensemble.yaml of `wormlock train`",
    )


def run(arguments: argparse.Namespace) -> int:
    """Pick, write, and return the exit status."""
    from tracker.export.progress import Progress
    from tracker.record.opened import open_recording

    out: Path = arguments.out
    if arguments.frames < len(arguments.recordings):
        raise UsageError(f"--frames {arguments.frames}: expected one a recording at least")
    if out.exists():
        raise UsageError(f"--out {out} exists already: name a new folder")
    if not out.parent.is_dir():
        raise UsageError(f"--out {out}: there is no folder {out.parent}")
    recordings = [open_recording(path) for path in arguments.recordings]
    progress = Progress(sys.stderr)
    looks = sum(min(len(each.frames), _MOST_LOOKED_AT) for each in recordings)
    progress.start(looks * (1 if arguments.model is None else 2), "looks")
    share, left = divmod(arguments.frames, len(recordings))
    rows: list[list[str]] = []
    for place, recording in enumerate(recordings):
        count = share + (place < left)
        rows += _harvest(recording, count, arguments, progress)
    progress.finish()
    _write_worklist(out / "worklist.csv", rows)
    for reason in sorted({row[1] for row in rows}):
        print(f"{sum(row[1] == reason for row in rows):5d}  {reason}")
    print(out / "worklist.csv")
    return 0


def _harvest(
    recording: OpenedRecording, count: int, arguments: argparse.Namespace, progress: Progress
) -> list[list[str]]:
    """Pick from one recording and write its pictures; return file and reason of each."""
    from tracker.harvest.disagreement import REASON, disagreement_of
    from tracker.harvest.looks import looks_of
    from tracker.harvest.picking import pick
    from tracker.harvest.reasons import worth_of

    every = recording.table("ticks")
    _, at_tick, at_frame = np.intersect1d(
        every["frame_index"], recording.frames.index, return_indices=True
    )
    if not len(at_tick):
        raise RecordingError(f"{recording.folder}: no frame that the loop looked at was recorded")
    some = np.linspace(0, len(at_tick) - 1, min(len(at_tick), _MOST_LOOKED_AT)).astype(np.int64)
    ticks, places = every[at_tick[some]], at_frame[some]
    looks = looks_of(recording, ticks, places, progress.step)
    worth = dict(worth_of(ticks))
    if arguments.model is not None:
        detector = _open_model(arguments.model, recording)
        worth[REASON] = disagreement_of(recording, detector, places, progress.step)
    picks = pick(ticks["t_s"], looks, worth, count=count, seed=arguments.seed)
    return _write_pictures(recording, places, picks, arguments.out)


def _open_model(model: str, recording: OpenedRecording) -> Detector:
    from models.evaluate.finding import open_any
    from tracker.geometry import um_per_px

    scale = None if model.endswith(".onnx") else um_per_px(recording.header.calibration)
    detector, _ = open_any(model, provider="auto", min_confidence=_DOUBTFUL, um_per_px=scale)
    return detector


def _write_pictures(
    recording: OpenedRecording, places: NDArray[np.int64], picks: Sequence[Pick], out: Path
) -> list[list[str]]:
    import cv2

    # A folder a recording: labels of one recording are never split between learning and judging.
    name = f"{recording.header.session}_{recording.folder.name}"
    (out / name).mkdir(parents=True)
    rows: list[list[str]] = []
    for each in picks:
        place = int(places[each.place])
        file = f"{name}/{int(recording.frames.index[place]):08d}.png"
        if not cv2.imwrite(str(out / file), recording.frames[place]):
            raise RecordingError(f"{out / file}: cannot be written: is the disk full?")
        rows.append([file, each.reason])
    return rows


def _write_worklist(file: Path, rows: Sequence[Sequence[str]]) -> None:
    from models.labels.worklist import COLUMNS

    with file.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(COLUMNS)
        for picture, why in rows:
            table.writerow([picture, 0, 0, why, *[""] * (len(COLUMNS) - 4)])
