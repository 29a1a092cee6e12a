"""The duty of a neural camera's recorder: its stream into the folder of each recording.

The tracking camera's recorder makes the folder; this one waits for it, while the ring holds the
frames. No sockets and no waiting here, so that stepped time can test it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from hardware.clock import Clock
from tracker.errors import RecordingError
from tracker.record.disk_thread import free_bytes, require_room
from tracker.record.events import Event
from tracker.record.gaps import FrameGaps
from tracker.record.neural_header import NeuralHeader
from tracker.record.recorder import SETTLE_S, STOPPED
from tracker.record.schema import HEADER_FILE, neural_frames
from tracker.record.stream_writer import StreamWriter
from tracker.record.tap import Tap

logger = logging.getLogger(__name__)

# How often to look into the ring while it can be emptied: each look costs 0.1 ms of CPU.
LOOK_EVERY_S = 0.04
_FOLDER_WITHIN_S = 5.0
_TAKES_A_TURN = 16


@dataclass(slots=True)
class _Wanted:
    """A recording that was ordered: its files, once there is a folder for them."""

    folder: Path
    since_s: float
    ordered_s: float
    gaps: FrameGaps
    writer: StreamWriter | None = None
    until_s: float = float("inf")
    reason: str = STOPPED


class StreamRecorder:
    """Writes one neural stream into one recording after the other."""

    def __init__(
        self,
        taps: Mapping[str, Tap],
        header: NeuralHeader,
        clock: Clock,
        *,
        flush_s: float,
        packs: bool = False,
    ) -> None:
        """Record from taps that are named as the header's streams are.

        With `packs` the frames are compressed.
        """
        self._packs = packs
        self._taps, self._header, self._clock, self._flush_s = taps, header, clock, flush_s
        self._frames = neural_frames(header.name)
        self._wanted: _Wanted | None = None
        self._failures = 0

    @property
    def is_recording(self) -> bool:
        """Whether a recording was ordered and is not closed."""
        return self._wanted is not None

    @property
    def is_behind(self) -> bool:
        """Whether the last turn left something in the rings: the next should follow at once."""
        if self._wanted is None or self._wanted.writer is None:
            return False  # there is nowhere to put it yet
        return any(not tap.is_empty for tap in self._taps.values())

    def start(self, folder: Path, t_s: float) -> None:
        """Keep what happens from `t_s` on in a folder that is there, or soon will be."""
        self._finish("another recording began")
        for tap in self._taps.values():
            tap.start(t_s)
        self._wanted = _Wanted(folder, t_s, self._clock.now_s(), FrameGaps())

    def stop(self, t_s: float, reason: str = STOPPED) -> None:
        """End with what was exposed at `t_s`: a later turn closes the files."""
        if self._wanted is not None and t_s < self._wanted.until_s:
            self._wanted.until_s, self._wanted.reason = t_s, reason

    def turn(self) -> None:
        """Write what has come, and close what has ended.

        Raises:
            RecordingError: it cannot be written; this recording goes on without the stream.
        """
        wanted = self._wanted
        if wanted is None:
            for tap in self._taps.values():
                tap.idle()
            return
        now_s = self._clock.now_s()
        try:
            self._write(wanted, now_s)
        except RecordingError as error:
            self._failures += 1
            self._finish(str(error))
            raise
        if now_s >= wanted.until_s + SETTLE_S:
            self.end(wanted.reason)

    def end(self, reason: str = STOPPED) -> None:
        """Write all that is in the rings and close.

        Raises:
            RecordingError: it cannot be written.
        """
        wanted = self._wanted
        if wanted is None:
            return
        try:
            self._write(wanted, self._clock.now_s(), at_most_takes=None)
        finally:
            self._finish(wanted.reason if wanted.until_s < float("inf") else reason)

    def figures(self) -> dict[str, float]:
        """Return what the status line may show; `failures` counts streams that broke off."""
        if self._wanted is None or self._wanted.writer is None:
            return {"is_recording": 0.0, "failures": float(self._failures)}
        return {
            "is_recording": 1.0,
            "failures": float(self._failures),
            "recorded_frames": float(self._wanted.writer.frames.count),
            "lost_frames": float(self._wanted.gaps.lost_count),
        }

    def _write(
        self, wanted: _Wanted, now_s: float, *, at_most_takes: int | None = _TAKES_A_TURN
    ) -> None:
        writer = self._opened(wanted, now_s)
        if writer is None:
            return
        for name, tap in self._taps.items():
            takes = 0
            while not tap.is_empty and takes != at_most_takes:
                records = tap.take(wanted.until_s)
                writer.append(name, records.rows)
                if name == self._frames:
                    for event in wanted.gaps.watch(records.rows, records.lost):
                        writer.events.note(event)
                takes += 1
        if writer.disk.sync_when_due(now_s):
            require_room(free_bytes(wanted.folder), wanted.folder)

    def _opened(self, wanted: _Wanted, now_s: float) -> StreamWriter | None:
        if wanted.writer is None:
            if (wanted.folder / HEADER_FILE).is_file():
                header = replace(self._header, started_s=wanted.since_s)
                wanted.writer = StreamWriter(
                    wanted.folder, header, flush_s=self._flush_s, packs=self._packs
                )
                wanted.writer.events.note(Event(wanted.since_s, "started"))
                logger.info("stream started: folder=%s", wanted.folder)
            elif now_s > wanted.ordered_s + _FOLDER_WITHIN_S:
                raise RecordingError(f"{wanted.folder} was not made: no recording to belong to")
        return wanted.writer

    def _finish(self, reason: str) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None and wanted.writer is not None:
            wanted.writer.close(reason, self._clock.now_s())
            logger.info("stream ended: folder=%s reason=%s", wanted.folder, reason)
