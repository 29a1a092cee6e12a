"""What a neural camera recorded: its frames, what was true in them, and what happened to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.errors import RecordingError
from tracker.record.events import Event, read_events
from tracker.record.frame_log import map_frames
from tracker.record.frames import Frames
from tracker.record.neural_header import NeuralHeader, neural_names, read_neural_header
from tracker.record.rows import read_rows
from tracker.record.schema import (
    Rows,
    neural_events_file,
    neural_frames,
    neural_truth,
    stream_file,
)
from tracker.record.stamps import refuse_damage


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralStream:
    """One neural camera's part of a recording.

    `frames` are counts of `header.depth_bits` bits. `truth` has rows of
    `hardware.truth.neural_truth_row`; None at a real rig. `um_per_px` is NaN where nobody knows it.
    """

    header: NeuralHeader
    frames: Frames[np.uint16]
    truth: Rows | None
    events: tuple[Event, ...]

    @property
    def name(self) -> str:
        """The camera's, as config.yaml says it."""
        return self.header.name

    @property
    def um_per_px(self) -> float:
        """The side of its pixels on the plate."""
        return self.header.um_per_px

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of its frames."""
        _, rows, columns = self.frames.shape
        return rows, columns

    def in_field(self) -> NDArray[np.bool_]:
        """Say in which rows of `truth` (n,) all neurons lay in the picture.

        Raises:
            RecordingError: a real camera, of whose neurons nobody knows.
        """
        if self.truth is None:
            raise RecordingError(f"{self.name}: where the neurons were is known in simulation only")
        rows, columns = self.shape
        at_px = self.truth["neurons_px"]
        is_in = (at_px >= -0.5) & (at_px < np.array([columns, rows]) - 0.5)
        out_count = np.logical_not(is_in).reshape(len(at_px), -1).sum(axis=1)
        return np.equal(out_count, 0)


def open_neural_stream(folder: Path, name: str) -> NeuralStream:
    """Open the stream of one neural camera.

    Raises:
        RecordingError: there is none of this name, or a file of it is missing or damaged.
    """
    known = neural_names(folder)
    if name not in known:
        told = f"expected one of {', '.join(known)}" if known else "the recording has none"
        raise RecordingError(f"{folder}: no neural camera {name!r}: {told}")
    header = read_neural_header(folder, name)
    stream, truth = neural_frames(name), neural_truth(name)
    mapped = map_frames(folder / stream_file(stream), header.streams[stream])
    rows: Rows | None = None
    if truth in header.streams:
        rows = read_rows(folder / stream_file(truth), header.streams[truth]).rows
        refuse_damage(folder, truth, rows, started_s=header.started_s)
    return NeuralStream(
        header=header,
        frames=Frames(folder, stream, mapped.records, started_s=header.started_s),
        truth=rows,
        events=read_events(folder / neural_events_file(name)).events,
    )
