"""The files of one neural camera's stream within a recording."""

from __future__ import annotations

import contextlib
from pathlib import Path

from tracker.errors import RecordingError
from tracker.record.appended_file import AppendedFile
from tracker.record.disk_thread import DiskThread
from tracker.record.events import ENDED, Event, EventLog
from tracker.record.frame_writer import frame_writer
from tracker.record.neural_header import NeuralHeader, neural_header_json
from tracker.record.rows import RowLog
from tracker.record.schema import (
    Rows,
    neural_events_file,
    neural_frames,
    neural_header_file,
    stream_file,
)
from tracker.record.whole_file import write_whole


class StreamWriter:
    """Writes one stream of one recording; made once, closed once."""

    def __init__(
        self, folder: Path, header: NeuralHeader, *, flush_s: float, packs: bool = False
    ) -> None:
        """Make the files in a recording's folder; with `packs` the frames are compressed.

        Raises:
            RecordingError: they exist, or the disk is full or not to be written.
        """
        self._frames = neural_frames(header.name)
        self.events = EventLog(folder / neural_events_file(header.name))
        record = header.streams[self._frames]
        self.frames = frame_writer(folder / stream_file(self._frames), record, packs=packs)
        self.frames.file.hold()
        self._tables = {
            name: RowLog(folder / stream_file(name), row)
            for name, row in header.streams.items()
            if name != self._frames
        }
        self.disk = DiskThread(self._files, flush_s=flush_s, from_s=header.started_s)
        # Last: a stream with a header has all its files.
        write_whole(folder / neural_header_file(header.name), neural_header_json(header))

    def append(self, stream: str, rows: Rows) -> None:
        """Append rows to a stream.

        Raises:
            RecordingError: the disk is full, or gone.
        """
        log = self.frames if stream == self._frames else self._tables[stream]
        log.append(rows)

    def close(self, reason: str, t_s: float) -> None:
        """Say why it ended, and close all files, whatever became of the disk."""
        with contextlib.suppress(RecordingError):  # it was told, or will be by who looks
            self.events.note(Event(t_s, ENDED, reason))
            self.disk.sync()
        self.disk.close()
        # The frames last: whoever waits until nobody holds them finds the rest complete.
        for file in reversed(self._files()):
            file.close()

    def _files(self) -> list[AppendedFile]:
        tables = [table.file for table in self._tables.values()]
        return [self.frames.file, *tables, self.events.file]
