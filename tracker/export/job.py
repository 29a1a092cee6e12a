"""What is exported, how, and what should be told about it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from hardware.types import Frame
from tracker.errors import RecordingError
from tracker.export.interruption import Interruption
from tracker.export.progress import Progress
from tracker.record.frame_log import is_broken
from tracker.record.notes import backwards_notes
from tracker.record.opened import OpenedRecording
from tracker.record.schema import FRAMES, Rows, stream_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One recording on its way into one format.

    `every` thins the frames out (None: as the format has it by custom); `overlay` draws into the
    pictures of a video. `notices` gathers what the user should know.
    """

    recording: OpenedRecording
    progress: Progress
    every: int | None = None
    overlay: bool = True
    notices: list[str] = field(default_factory=list[str])
    interruption: Interruption = field(default_factory=Interruption)

    def step(self, count: int = 1) -> None:
        """Tell that `count` more of what is counted were written.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed: this is a good moment to leave.
        """
        self.interruption.check()
        self.progress.step(count)

    def frames(self, *, every: int = 1) -> Iterator[Frame]:
        """Yield every `every`th frame, read one after the other in bounded memory.

        A frame whose checksum is wrong is given as it is, and told of at the end.

        Raises:
            RecordingError: they cannot be read.
        """
        records = self.recording.frames.records
        self.progress.start(len(range(0, len(records), every)), "frames")
        broken: list[int] = []
        for record in _each_record(self.recording, every):
            if is_broken(record, 0):
                broken.append(int(record["index"][0]))
            yield _frame(record)
            self.step()
        self.progress.finish()
        if broken:
            named = ", ".join(map(str, broken[:8])) + (", ..." if len(broken) > 8 else "")
            self.notices.append(
                f"{len(broken)} frames are damaged (their checksum is wrong) and were exported as "
                f"they are: {named}"
            )


def time_faults(recording: OpenedRecording) -> list[str]:
    """Say in which streams time runs backwards, and where first."""
    stamps = {name: recording.table(name)["t_s"] for name in ("ticks", "positions", "truth")}
    return backwards_notes({FRAMES: recording.frames.t_s, **stamps})


def _each_record(recording: OpenedRecording, every: int) -> Iterator[Rows]:
    """Yield records (1,) by plain reads: mapped ones would gather in memory."""
    record = recording.frames.records.dtype
    path = recording.folder / stream_file(FRAMES)
    try:
        with path.open("rb") as file:
            for place in range(0, len(recording.frames), every):
                file.seek(place * record.itemsize)
                yield np.fromfile(file, record, 1)
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}") from error


def _frame(record: Rows) -> Frame:
    return Frame(
        index=int(record["index"][0]),
        t_s=float(record["t_s"][0]),
        received_s=float(record["received_s"][0]),
        image=record["pixels"][0],
        camera_t_s=float(record["camera_t_s"][0]),
        camera_counter=int(record["camera_counter"][0]),
    )
