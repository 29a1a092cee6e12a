"""What the operator's keys mean, and in which state a session is.

    t track on/off   r record on/off   space stop, until t is pressed   q quit
    b record, beginning with what was before (`record.keep_s`)
    a armed: the confocal's first edge starts a recording, its last one stops it (`arm`)
    m a mark in the recording
    + - (or PageUp, PageDown) focus up, down   f the picture is in focus here

A stop goes to the stage process directly, never through control.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from hardware.clock import Clock
from tracker.record.session_manifest import next_recording_folder
from tracker.runtime.arming import Arming
from tracker.runtime.crew import Crew
from tracker.runtime.focus_points import keep_focus_point
from tracker.runtime.line_place import LINES
from tracker.runtime.orders import (
    End,
    FocusMarked,
    Halt,
    JogFocus,
    LineTrain,
    LookedAt,
    MarkEvent,
    MarkFocus,
    Metadata,
    Release,
    SetMarker,
    StartRecording,
    StartTracking,
    Status,
    StopFocus,
    StopRecording,
    StopTracking,
)
from tracker.runtime.session_place import Role

Start: TypeAlias = Literal["idle", "tracking", "recording"]
_OPENS_WITHIN_S = 2.0
KEYS = "keys: t track  r record  m mark  space stop  q quit"
ARM_KEYS = "a armed: the first edge of {line} starts a recording, the last one stops it"
BEFORE_KEYS = "b record, beginning with the last {keep_s:g} s"
FOCUS_KEYS = "focus: PageUp or + up  PageDown or - down  f in focus here"


class Operating:
    """The session's state, and the orders that change it."""

    def __init__(
        self,
        crew: Crew,
        folder: Path,
        clock: Clock,
        *,
        jog_um: float | None = None,
        neural_recorders: Sequence[Role] = (),
        keep_s: float = 0.0,
        arming: Arming | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        """Begin idle; `jog_um` is how far a key moves the focus, None where there is no drive.

        `neural_recorders` record whenever the tracking camera's does; `keep_s` is how much of what
        was before can still be recorded. `say` hears which key does nothing, and why.
        """
        self._say = say
        self._neural_recorders, self._keep_s = neural_recorders, keep_s
        self._ordered_s = self._ended_s = float("-inf")  # the last recording
        self.is_tracking = False
        self.is_stopped = False
        self.is_recording = False  # ordered, and not yet closed
        self.recording_since_s = float("nan")
        self._is_closing = self._is_next_wanted = self._is_before_wanted = False
        self._number = ""  # of the recording, as its folder is called
        self._crew, self._folder, self._clock = crew, folder, clock
        self._jog_um = jog_um
        self._facts: Metadata = {}
        self._timeouts = 0.0
        self._arming = arming or Arming(None)
        self._has_begun = False
        self._marks = 0
        self._looked: LookedAt | None = None

    @property
    def state(self) -> str:
        """A word or two for the status line: what moves, and what is recorded.

        `next waits` tells that r or b was pressed while a recording is being saved.
        """
        moving = "tracking" if self.is_tracking else "idle"
        words = ["STOPPED" if self.is_stopped else moving]
        if self.is_recording:
            words.append(f"{'saving' if self._is_closing else 'recording'} {self._number}")
        if self._is_next_wanted:
            words.append("next waits")
        if self._arming.state:
            words.append(self._arming.state)
        return ", ".join(words)

    def begin(self, start: Start, facts: Metadata, t_s: float) -> None:
        """Open as config.yaml says; `facts` of the processes go into every recording."""
        self._facts, self._has_begun = facts, True
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
                self._press_record(self._clock.now_s())
            elif key in "bB":
                self._press_before()
            elif key in "aA":
                self._press_armed()
            elif key in "mM":
                self._marks += 1
                self._mark("operator_mark", values={"number": float(self._marks)})
            elif key in "qQ":
                return True
            elif self._jog_um is not None:
                self._see_to_focus(key, self._jog_um)
        return False

    def train_changed(self, train: LineTrain) -> None:
        """Start or stop a recording by the first or the last edge of the armed line."""
        self._arming.note(train)
        if not self._has_begun:
            return
        from_s = self._arming.starts_at(train, is_recording=self.is_recording)
        if from_s is not None:
            self._record(max(from_s, self._ended_s))
        which = "first_edge" if train.has_begun else "last_edge"
        self._mark(which, detail=train.line, at=train.t_s)
        if self._arming.stops(train):
            self._cease(self._clock.now_s(), f"the last edge of {train.line}")

    def looked_at(self, report: LookedAt) -> None:
        """Keep what the first pictures looked like: in this recording, and all that follow."""
        self._looked = report
        if self.is_recording:
            self._mark("first_look", detail=report.message, values=report.values)

    def focus_marked(self, report: FocusMarked) -> None:
        """Keep a point in focus: in the recording, and in a file of the session's."""
        point_um = {"x_um": report.x_um, "y_um": report.y_um, "z_um": report.z_um}
        self._mark("focus_marked", values=point_um)
        keep_focus_point(self._folder, report)

    def finish(self, reason: str, *, keeps_all: bool) -> None:
        """Halt the stage and stop the recording: both are only ordered here, not waited for.

        `keeps_all` leaves the recording open for the recorder to empty its rings at its end.
        """
        now_s = self._clock.now_s()
        self._crew.send("stage", End())
        self._is_next_wanted = False
        if self.is_recording and not keeps_all:
            self._cease(now_s, reason)

    def recording_closed(self, *, is_failed: bool = False) -> None:
        """Take note that the files are whole; the next recording starts, if it was waited for."""
        if self.is_recording:
            self._ended_s = max(self._ended_s, self._ordered_s)
            self._arming.recording_ended()
            self._crew.send(LINES, SetMarker(is_recording=False))
            for role in self._neural_recorders:
                self._crew.send(role, StopRecording(self._clock.now_s(), "the recording ended"))
        is_next_wanted = self._is_next_wanted and not is_failed
        self.is_recording = self._is_closing = self._is_next_wanted = False
        self.recording_since_s = float("nan")
        is_before_wanted, self._is_before_wanted = self._is_before_wanted, False
        if is_next_wanted:
            self._record_before() if is_before_wanted else self._record(self._clock.now_s())

    def note_status(self, status: Status) -> None:
        """Keep in the recording what only the stage process counts; believe the recorder."""
        if status.role == "recorder" and not status.values.get("is_recording", 0.0):
            if self._clock.now_s() > self._ordered_s + _OPENS_WITHIN_S:
                self.recording_closed(is_failed=True)  # not opened, and it has said why
            return
        timeouts = status.values.get("timeouts", 0.0)
        if status.role == "stage" and timeouts > self._timeouts:
            count = {"count": timeouts - self._timeouts}
            self._mark("stage_timeouts", values=count)
            self._timeouts = timeouts

    def held(self, why: str) -> None:
        """Take note that tracking was ended for a reason: nothing moves until t is pressed."""
        self._crew.send("stage", Halt())
        self._crew.send("control", StopTracking())
        self.is_tracking, self.is_stopped = False, True
        self._mark("tracking_held", detail=why)

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

    def _see_to_focus(self, key: str, jog_um: float) -> None:
        """Move the focus, or mark it; what is stopped does not move."""
        if key == "f":
            self._crew.send("stage", MarkFocus())
        elif key in "+=-_" and not self.is_stopped:
            self._crew.send("stage", JogFocus(jog_um if key in "+=" else -jog_um))

    def _halt(self) -> None:
        self._crew.send("stage", Halt())
        self._crew.send("stage", StopFocus())
        self.is_stopped = True
        self._mark("stopped_by_operator")
        self._crew.send("control", StopTracking())
        self.is_tracking = False

    def _record(self, t_s: float) -> None:
        folder = next_recording_folder(self._folder)
        self.is_recording, self.recording_since_s = True, t_s
        self._ordered_s = self._clock.now_s()
        self._number = folder.name
        order = StartRecording(folder=str(folder), t_s=t_s, facts=self._facts)
        for role in ("recorder", *self._neural_recorders):
            self._crew.send(role, order)
        self._crew.send(LINES, SetMarker(is_recording=True))
        if self._looked is not None:
            self.looked_at(self._looked)

    def _press_record(self, t_s: float) -> None:
        """Start or stop; while one is being saved, the next one waits for that, or no longer."""
        if not self.is_recording:
            self._record(t_s)
        elif self._is_closing:
            self._is_next_wanted, self._is_before_wanted = not self._is_next_wanted, False
        else:
            self._cease(t_s, "r pressed")

    def _press_before(self) -> None:
        """Start with what was before; while one is being saved, the next one waits as by r."""
        if not self._keep_s:
            self._say("b: nothing of before is kept: record.keep_s is 0")
        elif not self.is_recording:
            self._record_before()
        elif self._is_closing:
            self._is_next_wanted = not self._is_next_wanted
            self._is_before_wanted = self._is_next_wanted
        else:
            self._say("b: a recording runs already; r ends it")

    def _record_before(self) -> None:
        self._record(max(self._clock.now_s() - self._keep_s, self._ended_s))

    def _press_armed(self) -> None:
        if self._arming.can_arm:
            self._mark("armed" if self._arming.toggle() else "disarmed")
        else:
            self._say("a: there is no line to wait for: the config has no section `arm`")

    def _cease(self, t_s: float, reason: str) -> None:
        if not self._is_closing:
            self._is_closing, self._ended_s = True, t_s
            for role in ("recorder", *self._neural_recorders):
                self._crew.send(role, StopRecording(t_s=t_s, reason=reason))
            self._crew.send(LINES, SetMarker(is_recording=False))

    def _mark(
        self,
        kind: str,
        *,
        detail: str = "",
        values: Mapping[str, float] | None = None,
        at: float | None = None,
    ) -> None:
        t_s = self._clock.now_s() if at is None else at
        self._crew.send("recorder", MarkEvent(t_s, kind, detail, values or {}))
