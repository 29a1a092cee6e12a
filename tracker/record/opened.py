"""A recording as an analysis wants it: `wormlock.open_recording("session/0001")`.

    recording.frames[10]              one picture, (rows, columns) uint8, read when it is asked for
    recording.frames.at(12.5)         the picture next to a time
    recording.data_frame("ticks")     a table as a pandas data frame
    recording.head_path()             where the head was on the plate
    recording.at(times_s)             stage and head at any times

Times are seconds on the rig's clock, places micrometres on the plate (stage coordinates).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hardware.types import Calibration, GreyImage
from tracker.errors import MissingExtraError, RecordingError
from tracker.record.columns import columns_of
from tracker.record.events import Event
from tracker.record.header import Header
from tracker.record.reader import Recording
from tracker.record.reader import open_recording as read_recording
from tracker.record.schema import Rows
from tracker.record.stamps import sound_stamps
from tracker.record.stretch import LONGEST_GAP_S, stretch

if TYPE_CHECKING:
    import pandas as pd

TABLE_NAMES = ("ticks", "stage", "positions", "focus", "truth")


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


class Frames:
    """The pictures of a recording, on disk until they are looked at."""

    def __init__(self, recording: Recording) -> None:
        """Take the mapped records (`schema.framed_record`) of a recording."""
        self.records = recording.frames
        self._recording = recording

    def __len__(self) -> int:
        return len(self.records)

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many pictures, rows and columns."""
        rows, columns = self.records.dtype["pixels"].shape
        return len(self.records), rows, columns

    @cached_property
    def stamps(self) -> Rows:
        """Everything about them but their pixels (n,): numbers, times, the camera's own stamps.

        Raises:
            RecordingError: some are damaged, or they cannot be read.
        """
        started_s = self._recording.header.started_s
        return sound_stamps(self._recording.folder, self.records, started_s=started_s)

    @property
    def t_s(self) -> NDArray[np.float64]:
        """Their mid-exposures (n,)."""
        return self.stamps["t_s"]

    @property
    def index(self) -> NDArray[np.int64]:
        """Their numbers (n,): the camera's count of exposures, so a gap is a missing frame."""
        return self.stamps["index"]

    @overload
    def __getitem__(self, place: int) -> GreyImage: ...

    @overload
    def __getitem__(self, place: slice) -> NDArray[np.uint8]: ...

    def __getitem__(self, place: int | slice) -> NDArray[np.uint8]:
        """Return one picture (rows, columns), or a mapped stack of them (n, rows, columns)."""
        if isinstance(place, slice):
            return self.records["pixels"][place]
        return np.array(self.records["pixels"][place])

    def __iter__(self) -> Iterator[GreyImage]:
        return (self[place] for place in range(len(self)))

    def at(self, t_s: float) -> GreyImage:
        """Return the picture whose mid-exposure is nearest to `t_s`.

        Raises:
            RecordingError: there is none, or `t_s` lies outside the recording.
        """
        return self[self.place_at(t_s)]

    def place_at(self, t_s: float) -> int:
        """Return the place in this sequence of the picture nearest to `t_s`.

        Raises:
            RecordingError: there is none, or `t_s` lies outside the recording.
        """
        times = self.t_s
        margin_s = LONGEST_GAP_S
        if not times.size or not times.min() - margin_s <= t_s <= times.max() + margin_s:
            held = f"from {times.min():.3f} to {times.max():.3f} s" if times.size else "none"
            raise RecordingError(f"no frame at {t_s:.3f} s: the recording holds {held}")
        return int(np.argmin(np.abs(times - t_s)))


class OpenedRecording:
    """One animal's recording, opened for analysis; nothing in its folder is ever changed."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.frames = Frames(recording)

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
        """Return a table as a structured array: ticks, stage, positions, focus or truth.

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
