"""What the operator's keys mean, and in which state a session is.

    t track on/off   r record on/off   space stop, until t is pressed   q quit

A stop goes to the stage process directly, never through control.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

from hardware.clock import Clock
from tracker.record.session_manifest import next_recording_folder
from tracker.runtime.crew import Crew
from tracker.runtime.orders import (
    End,
    Halt,
    MarkEvent,
    Metadata,
    Release,
    StartRecording,
    StartTracking,
    Status,
    StopRecording,
    StopTracking,
)

Start: TypeAlias = Literal["idle", "tracking", "recording"]
_OPENS_WITHIN_S = 2.0
KEYS = "keys: t track  r record  space stop  q quit"


class Operating:
    """The session's state, and the orders that change it."""

    def __init__(self, crew: Crew, folder: Path, clock: Clock) -> None:
        self.is_tracking = False
        self.is_stopped = False
        self.is_recording = False  # ordered, and not yet closed
        self.recording_since_s = float("nan")
        self._is_closing = False
        self._crew, self._folder, self._clock = crew, folder, clock
        self._facts: Metadata = {}
        self._timeouts = 0.0

    @property
    def state(self) -> str:
        """One word for the status line."""
        if self.is_stopped:
            return "STOPPED"
        if self.is_recording:
            return "saving" if self._is_closing else "recording"
        return "tracking" if self.is_tracking else "idle"

    def begin(self, start: Start, facts: Metadata, t_s: float) -> None:
        """Open as config.yaml says; `facts` of the processes go into every recording."""
        self._facts = facts
        if start == "recording":
            self._record(t_s)
        if start == "idle":
            self._crew.send("stage", Halt())
        else:
            self._track()

    def obey(self, keys: str) -> bool:
        """Carry out keys in their order; say whether one of them was to quit."""
        for key in keys:
            if key == " ":
                self._halt()
            elif key in "tT":
                self._rest() if self.is_tracking else self._track()
            elif key in "rR":
                now_s = self._clock.now_s()
                self._cease(now_s) if self.is_recording else self._record(now_s)
            elif key in "qQ":
                return True
        return False

    def finish(self, *, keeps_all: bool) -> None:
        """Halt the stage and stop the recording: both are only ordered here, not waited for.

        `keeps_all` leaves the recording open for the recorder to empty its rings at its end.
        """
        now_s = self._clock.now_s()
        self._crew.send("stage", End())
        if self.is_recording and not keeps_all:
            self._cease(now_s)

    def recording_closed(self) -> None:
        """Take note that the files are whole."""
        self.is_recording = self._is_closing = False
        self.recording_since_s = float("nan")

    def note_status(self, status: Status) -> None:
        """Keep in the recording what only the stage process counts; believe the recorder."""
        if status.role == "recorder" and not status.values.get("is_recording", 0.0):
            if self._clock.now_s() > self.recording_since_s + _OPENS_WITHIN_S:
                self.recording_closed()  # it could not be opened, and has said why
            return
        timeouts = status.values.get("timeouts", 0.0)
        if status.role == "stage" and timeouts > self._timeouts:
            count = {"count": timeouts - self._timeouts}
            self._mark("stage_timeouts", values=count)
            self._timeouts = timeouts

    def held(self) -> None:
        """Take note that tracking was ended for a reason: nothing moves until t is pressed."""
        self._crew.send("stage", Halt())
        self._crew.send("control", StopTracking())
        self.is_tracking, self.is_stopped = False, True
        self._mark("tracking_held")

    def _track(self) -> None:
        self._crew.send("stage", Release())
        self._crew.send("control", StartTracking())
        self.is_tracking, self.is_stopped = True, False
        self._mark("tracking_started")

    def _rest(self) -> None:
        """Idle is held: nothing that is still on its way from control moves the stage."""
        self._crew.send("stage", Halt())
        self._crew.send("control", StopTracking())
        self.is_tracking = False
        self._mark("tracking_stopped")

    def _halt(self) -> None:
        self._crew.send("stage", Halt())
        self.is_stopped = True
        self._mark("stopped_by_operator")
        self._crew.send("control", StopTracking())
        self.is_tracking = False

    def _record(self, t_s: float) -> None:
        folder = next_recording_folder(self._folder)
        self.is_recording, self.recording_since_s = True, t_s
        self._crew.send("recorder", StartRecording(folder=str(folder), t_s=t_s, facts=self._facts))

    def _cease(self, t_s: float) -> None:
        if not self._is_closing:
            self._is_closing = True
            self._crew.send("recorder", StopRecording(t_s=t_s))

    def _mark(self, kind: str, *, values: dict[str, float] | None = None) -> None:
        event = MarkEvent(t_s=self._clock.now_s(), kind=kind, values=values or {})
        self._crew.send("recorder", event)
