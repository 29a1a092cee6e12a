"""The recorder's duty: idle, recording, closing; what it does on each turn.

No sockets and no waiting here, so that stepped time can test it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from hardware.clock import Clock
from hardware.ring import Records
from hardware.types import Calibration
from tracker.errors import RecordingError
from tracker.record.closing import close_recording
from tracker.record.events import Event
from tracker.record.gaps import FrameGaps
from tracker.record.header import Facts, Header
from tracker.record.schema import FRAMES, UNCOMPRESSED_VERSION
from tracker.record.session_manifest import NOT_ENDED, list_recording
from tracker.record.tap import Tap
from tracker.record.writer import RecordingWriter

logger = logging.getLogger(__name__)

# A frame exposed just before the stop is still read out, seen, and answered by the stage.
SETTLE_S = 0.25
# Where the stage was during the first exposures is read between positions on both sides.
_EARLIER_S = {"positions": 0.1}
# The last frames were seen with newer positions than their own; the marker goes down after the end.
_LATER_S = {"positions": 0.1, "marks": 0.2}
_TAKES_A_TURN = 16
STOPPED = "stopped"  # where nobody says why


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What all recordings of a session have in common."""

    session: str
    software_version: str
    config_yaml: str
    config_sha256: str
    calibration: Calibration
    streams: Mapping[str, np.dtype[np.void]]
    flush_s: float
    packs: bool = False  # the tracking camera's frames are compressed
    schema_version: int = UNCOMPRESSED_VERSION


@dataclass(frozen=True, slots=True)
class Outcome:
    """A recording that has ended: why, and what the operator should know about it.

    `is_failed` where it could not go on; else somebody wanted it to end.
    """

    folder: Path
    reason: str
    notices: tuple[str, ...]
    is_failed: bool = False


@dataclass(slots=True)
class _Open:
    """The recording that is being written."""

    writer: RecordingWriter
    header: Header
    gaps: FrameGaps
    until_s: float = float("inf")
    reason: str = STOPPED
    failure: str = ""


class Recorder:
    """Writes one recording after the other from the session's rings."""

    def __init__(
        self,
        taps: Mapping[str, Tap],
        origin: Origin,
        clock: Clock,
        tell: Callable[[str], None] = lambda doing: None,
    ) -> None:
        """Record from the taps, which are named as the origin's streams are.

        `tell` hears what is being done where that takes a while.
        """
        self._tell = tell
        self._taps = taps
        self._origin = origin
        self._clock = clock
        self._open: _Open | None = None

    @property
    def is_recording(self) -> bool:
        """Whether a recording is open."""
        return self._open is not None

    @property
    def is_behind(self) -> bool:
        """Whether the last turn left frames in their ring: the next should follow at once."""
        frames = self._taps.get(FRAMES)
        return self._open is not None and frames is not None and not frames.is_empty

    def start(self, folder: Path, t_s: float, *, animal: Facts, facts: Facts) -> None:
        """Open a recording of what happens from `t_s` on.

        Raises:
            RecordingError: one is open already, the folder exists, or it cannot be written.
        """
        if self._open is not None:
            raise RecordingError(f"{self._open.writer.folder} is being recorded: stop it first")
        header = self._header(t_s, animal=animal, facts=facts)
        origin = self._origin
        writer = RecordingWriter(
            folder,
            header,
            config_yaml=origin.config_yaml,
            flush_s=origin.flush_s,
            packs=origin.packs,
        )
        for name, tap in self._taps.items():
            tap.start(t_s - _EARLIER_S.get(name, 0.0))
        self._open = _Open(writer, header, FrameGaps())
        self.note(Event(t_s, "started"))
        list_recording(folder, header, outcome={"ended": NOT_ENDED})
        logger.info("recording started: folder=%s", folder)

    def stop(self, t_s: float, reason: str = STOPPED) -> None:
        """End the open recording with what was exposed at `t_s`: a later turn closes it."""
        if self._open is not None and t_s < self._open.until_s:
            self._open.until_s, self._open.reason = t_s, reason

    def note(self, event: Event) -> None:
        """Enter an event into the open recording, if there is one."""
        if self._open is not None:
            try:
                self._open.writer.note(event)
            except RecordingError as error:
                self._open.failure = str(error)

    def turn(self) -> Outcome | None:
        """Write what has come; return the outcome of a recording that ended with this turn."""
        if self._open is None:
            for tap in self._taps.values():
                tap.idle()
            return None
        now_s = self._clock.now_s()
        self._write(self._open, at_most_takes=_TAKES_A_TURN)
        self._sync(self._open, now_s)
        is_over = now_s >= self._open.until_s + SETTLE_S
        return self._close(self._open) if is_over or self._open.failure else None

    def end(self, reason: str = STOPPED) -> Outcome | None:
        """Write all that is in the rings and close, for the session ends."""
        if self._open is None:
            return None
        if self._open.until_s == float("inf"):  # nobody has stopped it before
            self._open.reason = reason
        return self._close(self._open)

    def figures(self) -> dict[str, float]:
        """Return what the status line may show of the open recording."""
        if self._open is None:
            return {"is_recording": 0.0}
        return {
            "is_recording": 1.0,
            "recorded_frames": float(self._open.writer.frames.count),
            "lost_frames": float(self._open.gaps.lost_count),
            "recorded_bytes": float(self._open.writer.size_bytes),
        }

    def _write(self, recording: _Open, *, at_most_takes: int | None) -> None:
        """Take from each ring until it is empty, or so many times."""
        try:
            for name, tap in self._taps.items():
                takes = 0
                while not tap.is_empty and takes != at_most_takes:
                    self._append(
                        recording, name, tap.take(recording.until_s + _LATER_S.get(name, 0.0))
                    )
                    takes += 1
        except RecordingError as error:
            recording.failure = str(error)

    def _append(self, recording: _Open, name: str, records: Records) -> None:
        recording.writer.append(name, records.rows)
        if name == FRAMES:
            for event in recording.gaps.watch(records.rows, records.lost):
                recording.writer.note(event)

    def _sync(self, recording: _Open, now_s: float) -> None:
        try:
            recording.writer.sync_when_due(now_s)
        except RecordingError as error:
            recording.failure = str(error)

    def _close(self, recording: _Open) -> Outcome:
        if not recording.failure:
            self._write(recording, at_most_takes=None)
        self._open = None
        reason = recording.failure or recording.reason
        notices = close_recording(
            recording.writer,
            recording.header,
            reason=reason,
            t_s=self._clock.now_s(),
            tell=self._tell,
            awaits_streams=not recording.failure,
        )
        folder, is_failed = recording.writer.folder, bool(recording.failure)
        logger.info("recording ended: folder=%s reason=%s", folder, reason)
        return Outcome(folder, reason, notices, is_failed)

    def _header(self, t_s: float, *, animal: Facts, facts: Facts) -> Header:
        origin = self._origin
        return Header(
            session=origin.session,
            wall_time=datetime.now().astimezone().isoformat(timespec="milliseconds"),
            wall_time_at_s=self._clock.now_s(),
            started_s=t_s,
            software_version=origin.software_version,
            config_sha256=origin.config_sha256,
            calibration=origin.calibration,
            facts=facts,
            animal=animal,
            streams=origin.streams,
            schema_version=origin.schema_version,
        )
