"""A recording as an analysis wants it: `wormlock.open_recording("session/0001")`.

    recording.frames[10]              one picture, (rows, columns) uint8, read when it is asked for
    recording.frames.at(12.5)         the picture next to a time
    recording.data_frame("ticks")     a table as a pandas data frame
    recording.neural("green")         what a neural camera recorded: frames, truth, events
    recording.head_path()             where the head was on the plate
    recording.at(times_s)             stage and head at any times

Times are seconds on the rig's clock, places micrometres on the plate (stage coordinates).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hardware.types import Calibration
from tracker.errors import MissingExtraError, RecordingError
from tracker.record.columns import columns_of
from tracker.record.events import Event
from tracker.record.frames import Frames
from tracker.record.header import Header
from tracker.record.line_tables import LINE_TABLES, edge_lines
from tracker.record.neural import NeuralStream, open_neural_stream
from tracker.record.neural_header import neural_names
from tracker.record.reader import Recording
from tracker.record.reader import open_recording as read_recording
from tracker.record.schema import FRAMES, Rows
from tracker.record.score import nudges_um
from tracker.record.stretch import LONGEST_GAP_S, stretch

if TYPE_CHECKING:
    import pandas as pd

TABLE_NAMES = ("ticks", "stage", "positions", "focus", "truth", *LINE_TABLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadPath:
    """Where the head was seen: times (n,), places on the plate, the frames' numbers (n,).

    `head_um` (n, 2) is the tracked point, `keypoints_um` (n, 3, 2) are nose, metacorpus and
    terminal bulb, `stage_um` (n, 2) is where the stage stood.
    """

    t_s: NDArray[np.float64]
    head_um: NDArray[np.float64]
    keypoints_um: NDArray[np.float64]
    stage_um: NDArray[np.float64]
    frame_index: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Stage and head (n, 2) at times (n,); NaN where they are not known."""

    t_s: NDArray[np.float64]
    stage_um: NDArray[np.float64]
    head_um: NDArray[np.float64]


class OpenedRecording:
    """One animal's recording, opened for analysis; nothing in its folder is ever changed."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.frames: Frames[np.uint8] = Frames(
            recording.folder, FRAMES, recording.frames, started_s=recording.header.started_s
        )

    def __repr__(self) -> str:
        count, rows, columns = self.frames.shape
        held = f"{count} frames of {columns} x {rows}"
        return f"<recording {self.folder}: {held}, {self.header.wall_time}>"

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.recording.folder

    @property
    def header(self) -> Header:
        """What it says about itself: times, versions, model, animal."""
        return self.recording.header

    @property
    def calibration(self) -> Calibration:
        """How pixels and micrometres belonged together."""
        return self.recording.header.calibration

    @property
    def config_yaml(self) -> str:
        """The resolved configuration it was made with."""
        return self.recording.config_yaml

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened."""
        return self.recording.events

    @property
    def was_closed(self) -> bool:
        """Whether it was ended in order, and not cut short."""
        return self.recording.was_closed

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not as it should be, and was left out."""
        return self.recording.notes

    def table(self, name: str) -> Rows:
        """Return a table as a structured array: one of `TABLE_NAMES`.

        Raises:
            RecordingError: there is no such table.
        """
        if name not in TABLE_NAMES:
            raise RecordingError(f"no table {name!r}: expected one of {', '.join(TABLE_NAMES)}")
        rows: Rows = getattr(self.recording, name)
        return rows

    def data_frame(self, name: str) -> pd.DataFrame:
        """Return a table as a pandas data frame; vectors become columns such as `head_x_um`.

        Raises:
            RecordingError: there is no such table.
            MissingExtraError: pandas is not installed.
        """
        rows = self.table(name)
        try:
            import pandas as pd
        except ImportError:
            raise MissingExtraError(
                "data frames need pandas, which is not installed: pip install "
                f"'wormlock[notebook]'; recording.table({name!r}) is the same as a numpy array"
            ) from None
        return pd.DataFrame({key: np.array(column) for key, column in columns_of(rows).items()})

    @property
    def edge_lines(self) -> tuple[str, ...]:
        """The names of the lines whose edges were counted, as `table("edges")["line"]` does."""
        return edge_lines(self.header)

    @property
    def neural_names(self) -> list[str]:
        """The neural cameras that were recorded along."""
        return neural_names(self.folder)

    def neural(self, name: str) -> NeuralStream:
        """Return what a neural camera recorded; its frames stay on disk until they are looked at.

        Raises:
            RecordingError: no such camera was recorded, or its files are damaged.
        """
        return open_neural_stream(self.folder, name)

    def head_path(self) -> HeadPath:
        """Return where the head was on the plate, in every frame that showed it.

        The stage's motion is taken out with its positions from before and after each exposure;
        where those are missing, with what was known of it at the time.
        """
        ticks = self.recording.ticks[self.recording.ticks["is_found"]]
        stage_um = self._stage_um(ticks["t_s"])
        stage_um = np.where(np.isfinite(stage_um), stage_um, ticks["stage_um"])
        matrix = self.calibration.stage_from_image_um_per_px.T
        off_px = ticks["head_px"] - self.calibration.target_px
        keypoints_off_px = ticks["keypoints_px"] - self.calibration.target_px
        return HeadPath(
            t_s=np.array(ticks["t_s"]),
            head_um=stage_um + off_px @ matrix,
            keypoints_um=stage_um[:, None, :] + keypoints_off_px @ matrix,
            stage_um=stage_um,
            frame_index=np.array(ticks["frame_index"]),
        )

    def at(self, times_s: ArrayLike, *, longest_gap_s: float = LONGEST_GAP_S) -> Placed:
        """Return where stage and head were at any times (n,), as those of a neural recording.

        Between two known places by line; NaN outside the recording, and where neither was known
        for longer than `longest_gap_s`.
        """
        path = self.head_path()
        times = np.atleast_1d(np.asarray(times_s, dtype=np.float64))
        return Placed(
            t_s=times,
            stage_um=self._stage_um(times, longest_gap_s),
            head_um=stretch(times, path.t_s, path.head_um, longest_gap_s=longest_gap_s),
        )

    def nudges_um(self, times_s: ArrayLike) -> NDArray[np.float64]:
        """Return how far the operator had moved the field's centre by any times (n,), (n, 2)."""
        times = np.atleast_1d(np.asarray(times_s, dtype=np.float64))
        return nudges_um(times, self.recording.ticks)

    def field_centre_px(self, times_s: ArrayLike) -> NDArray[np.float64]:
        """Return the centre of the confocal's field in the picture, (n, 2), at any times (n,).

        It is the calibration's `target_px`, and what the operator has moved it by since.
        """
        pixels_from_stage = np.linalg.inv(self.calibration.stage_from_image_um_per_px)
        return self.calibration.target_px + self.nudges_um(times_s) @ pixels_from_stage.T

    def _stage_um(
        self, times_s: NDArray[np.float64], longest_gap_s: float = LONGEST_GAP_S
    ) -> NDArray[np.float64]:
        positions = self.recording.positions
        return stretch(
            times_s, positions["t_s"], positions["position_um"], longest_gap_s=longest_gap_s
        )


def open_recording(path: str | Path) -> OpenedRecording:
    """Open a recording's folder for analysis; also one that was cut short.

    Raises:
        RecordingError: it is not one, or a file of it is missing or damaged.
    """
    return OpenedRecording(read_recording(Path(path)))
