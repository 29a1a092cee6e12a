"""The files of one recording, from the header to the last row.

The header stands before the first frame does, each append reaches the operating system at once
and the disk about once per `flush_s`: whatever kills the process, what was appended is read.
"""

from __future__ import annotations

from pathlib import Path

from tracker.errors import RecordingError
from tracker.record.appended_file import AppendedFile, explain
from tracker.record.disk_thread import MARGIN_BYTES, DiskThread, free_bytes, require_room
from tracker.record.events import Event, EventLog
from tracker.record.frame_writer import frame_writer
from tracker.record.header import Header, header_json
from tracker.record.rows import RowLog
from tracker.record.schema import (
    CONFIG_FILE,
    EVENTS_FILE,
    FRAMES,
    HEADER_FILE,
    Rows,
    stream_file,
)
from tracker.record.whole_file import write_whole


class RecordingWriter:
    """Writes one recording; made once, closed once."""

    def __init__(
        self,
        folder: Path,
        header: Header,
        *,
        config_yaml: str,
        flush_s: float,
        packs: bool = False,
    ) -> None:
        """Make the folder and all files; with `packs` the frames are compressed.

        Raises:
            RecordingError: the folder exists, or the disk is full or not to be written.
        """
        self.folder = folder
        self._disk = DiskThread(self._files, flush_s=flush_s, from_s=header.started_s)
        self._make_folder(config_yaml)
        self.events = EventLog(folder / EVENTS_FILE)
        self.frames = frame_writer(
            folder / stream_file(FRAMES), header.streams[FRAMES], packs=packs
        )
        self.frames.file.hold()
        self.tables = {
            name: RowLog(folder / stream_file(name), row)
            for name, row in header.streams.items()
            if name != FRAMES
        }
        # Last: a folder with a header has all its files.
        write_whole(folder / HEADER_FILE, header_json(header))

    @property
    def size_bytes(self) -> int:
        """How much has been written."""
        return sum(file.size_bytes for file in self._files())

    def append(self, stream: str, rows: Rows) -> None:
        """Append rows to a stream, frames to `frames`.

        Raises:
            RecordingError: the disk is full, or gone.
        """
        if stream == FRAMES:
            self.frames.append(rows)
        else:
            self.tables[stream].append(rows)

    def note(self, event: Event) -> None:
        """Append an event.

        Raises:
            RecordingError: the disk is full, or gone.
        """
        self.events.note(event)

    def sync_when_due(self, now_s: float) -> None:
        """Bring everything to the disk if the last time is `flush_s` ago.

        A thread waits for the disk, so that a slow one does not keep frames from being written.

        Raises:
            RecordingError: the disk is full (but for a margin), or gone.
        """
        if self._disk.sync_when_due(now_s):
            require_room(self.free_bytes(), self.folder)

    def sync(self) -> None:
        """Wait until everything appended is on the disk.

        Raises:
            RecordingError: the disk is full, or gone.
        """
        self._disk.sync()

    def free_bytes(self) -> int:
        """Return the room that is left on the disk.

        Raises:
            RecordingError: the folder is gone.
        """
        return free_bytes(self.folder)

    def close(self) -> None:
        """Close all files. Safe to call twice."""
        self._disk.close()
        for file in self._files():
            file.close()

    def _files(self) -> list[AppendedFile]:
        tables = [table.file for table in self.tables.values()]
        return [self.frames.file, *tables, self.events.file]

    def _make_folder(self, config_yaml: str) -> None:
        try:
            self.folder.mkdir(parents=True)
        except OSError as error:
            raise RecordingError(explain(error, self.folder)) from error
        if self.free_bytes() < MARGIN_BYTES:
            self.folder.rmdir()
            raise RecordingError(f"the disk is full: there is no room for {self.folder}")
        write_whole(self.folder / CONFIG_FILE, config_yaml)
