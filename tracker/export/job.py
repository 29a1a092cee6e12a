"""What is exported, how, and what should be told about it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hardware.types import Frame, RawFrame
from tracker.export.frame_reading import each_record, frame_of, raw_frame_of
from tracker.export.interruption import Interruption
from tracker.export.progress import Progress
from tracker.record.frame_log import FrameRecords, is_broken
from tracker.record.neural import NeuralStream
from tracker.record.notes import backwards_notes
from tracker.record.opened import OpenedRecording
from tracker.record.schema import FRAMES, Rows, neural_frames, stream_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One recording on its way into one format.

    `every` thins the tracking camera's frames out (None: as the format has it by custom); neural
    frames are never thinned out. `overlay` draws into the pictures of a video. `notices` gathers
    what the user should know. `give_way` is asked often, and returns when nothing is being recorded
    nearby.
    """

    recording: OpenedRecording
    progress: Progress
    every: int | None = None
    overlay: bool = True
    notices: list[str] = field(default_factory=list[str])
    interruption: Interruption = field(default_factory=Interruption)
    give_way: Callable[[], None] = lambda: None

    def step(self, count: int = 1) -> None:
        """Tell that `count` more of what is counted were written.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed: this is a good moment to leave.
        """
        self.interruption.check()
        self.give_way()
        self.progress.step(count)

    def frames(self, *, every: int = 1, start: int = 0) -> Iterator[Frame]:
        """Yield every `every`th frame, read one after the other in bounded memory.

        The first `start` of those were given before. A frame whose checksum is wrong is given as
        it is, and told of at the end.

        Raises:
            RecordingError: they cannot be read.
        """
        frames = self.recording.frames
        path = self.recording.folder / stream_file(FRAMES)
        places = range(0, len(frames), every)
        yield from map(frame_of, self._sound(path, frames.records, places, start, "frames"))

    def neural_frames(self, stream: NeuralStream, *, start: int = 0) -> Iterator[RawFrame]:
        """Yield every frame of a neural camera but the first `start`, as `frames` does.

        Raises:
            RecordingError: they cannot be read.
        """
        path = self.recording.folder / stream_file(neural_frames(stream.name))
        records, places = stream.frames.records, range(len(stream.frames))
        what = f"frames of {stream.name}"
        yield from map(raw_frame_of, self._sound(path, records, places, start, what))

    def _sound(
        self, path: Path, records: FrameRecords, places: range, start: int, what: str
    ) -> Iterator[Rows]:
        self.progress.start(len(places), what, done=start)
        broken: list[int] = []
        for record in each_record(path, records, places[start:]):
            if is_broken(record, 0):
                broken.append(int(record["index"][0]))
            yield record
            self.step()
        self.progress.finish()
        if broken:
            named = ", ".join(map(str, broken[:8])) + (", ..." if len(broken) > 8 else "")
            self.notices.append(
                f"{len(broken)} {what} are damaged (their checksum is wrong) and were exported as "
                f"they are: {named}"
            )


def time_faults(recording: OpenedRecording) -> list[str]:
    """Say in which streams time runs backwards, and where first."""
    stamps = {name: recording.table(name)["t_s"] for name in ("ticks", "positions", "truth")}
    return backwards_notes({FRAMES: recording.frames.t_s, **stamps})
