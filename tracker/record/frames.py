"""Pictures of a recording as a sequence: read when they are asked for, found by time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar, cast, overload

import numpy as np
from numpy.typing import NDArray

from tracker.errors import RecordingError
from tracker.record.frame_log import FrameRecords
from tracker.record.schema import Rows
from tracker.record.stamps import sound_stamps
from tracker.record.stretch import LONGEST_GAP_S

CountT = TypeVar("CountT", bound=np.generic)


class Frames(Generic[CountT]):
    """The pictures of one camera in a recording, on disk until they are looked at."""

    def __init__(
        self, folder: Path, stream: str, records: FrameRecords, *, started_s: float
    ) -> None:
        """Take the mapped records (`schema.framed_record`) of a stream of a recording."""
        self.records = records
        self._folder, self._stream, self._started_s = folder, stream, started_s

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
        return sound_stamps(
            self._folder, self.records, started_s=self._started_s, stream=self._stream
        )

    @property
    def t_s(self) -> NDArray[np.float64]:
        """Their mid-exposures (n,)."""
        return self.stamps["t_s"]

    @property
    def index(self) -> NDArray[np.int64]:
        """Their numbers (n,): the camera's count of exposures, so a gap is a missing frame."""
        return self.stamps["index"]

    @overload
    def __getitem__(self, place: int) -> NDArray[CountT]: ...

    @overload
    def __getitem__(self, place: slice) -> NDArray[CountT]: ...

    def __getitem__(self, place: int | slice) -> NDArray[CountT]:
        """Return one picture (rows, columns), or a stack of them (n, rows, columns).

        A stack is mapped; of compressed frames it is unpacked into memory.
        """
        pixels = cast("NDArray[CountT]", self.records["pixels"])
        return pixels[place] if isinstance(place, slice) else np.array(pixels[place])

    def __iter__(self) -> Iterator[NDArray[CountT]]:
        return (self[place] for place in range(len(self)))

    def at(self, t_s: float) -> NDArray[CountT]:
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
