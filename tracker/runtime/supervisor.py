"""The supervisor: what the user started. Starts the children, carries orders, ends them in order.

It opens idle, tracking or recording, as `start` in config.yaml says, and goes from one to the
other by the operator's keys. It is small and imports nothing heavy, so that it is there when
something else has died: then it halts the stage before anything else, by a port of its own if
need be.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import IO

from hardware.clock import Clock
from hardware.config import VideoCamera
from hardware.errors import HardwareError
from hardware.platform import pressed_keys
from tracker.errors import SessionError
from tracker.runtime.crew import Crew
from tracker.runtime.ending import Asked, what_was_kept
from tracker.runtime.launch import Launch, disk_left_bytes
from tracker.runtime.losses import Losses
from tracker.runtime.neural_watch import NeuralWatch
from tracker.runtime.nudging import Nudging
from tracker.runtime.operating_start import operate
from tracker.runtime.orders import (
    Alive,
    Doing,
    End,
    Failed,
    FocusMarked,
    Held,
    LineTrain,
    LookedAt,
    Notice,
    Ready,
    RecordingClosed,
    RecordingOpened,
    Report,
    Status,
)
from tracker.runtime.pulse import STAGE_SILENT_S, Pulse
from tracker.runtime.session_place import Role
from tracker.runtime.start_faults import causes, ended_unasked
from tracker.runtime.status_line import Gauges, Screen, drift_text, status_text
from tracker.runtime.waiting import Waiting

logger = logging.getLogger(__name__)

_READY_WITHIN_S = 60.0
_TURN_S = 0.05
_MORE_FAULTS_WITHIN_S = 1.0
_LAST_WORDS_S = 0.3  # they may still be on their way
_FIRST_SHOWN_S = 0.5
_ENDS_WITHIN_S = 5.0


class Supervisor:
    """One session from its first process to its last."""

    def __init__(
        self, launch: Launch, crew: Crew, screen: Screen, asked: Asked, clock: Clock
    ) -> None:
        self.closed: list[RecordingClosed] = []
        self._launch, self._crew, self._screen = launch, crew, screen
        self._asked, self._clock = asked, clock
        self._ready: set[str] = set()
        self._facts: dict[str, str | int | float | bool | None] = {}
        self._faults: list[str] = []  # these end the session
        self._shortcomings: list[str] = []  # these do not
        self._has_run_out = False  # the camera: a video has been shown to its end
        self._figures: Mapping[str, float] = {}  # the recorder's newest
        self._operating = operate(launch, crew, clock, screen.say)
        self._nudging = Nudging(
            crew, launch.config, launch.calibration,
            file=launch.field_file, clock=clock, say=screen.say,
        )  # fmt: skip
        self._pulse = Pulse(clock.now_s())
        self._neural = NeuralWatch(crew, clock, screen.say)
        self._losses = Losses(launch.config.record.compress, screen.say)
        self._waiting = Waiting(crew, clock, is_hurried=asked.in_a_hurry, say=screen.say)
        self._why_it_ends = "a fault of the program"

    def run(self, log: IO[bytes], *, has_keys: bool) -> int:
        """Run the session; return the exit status: 0 ended as asked, 1 failed on the way.

        Raises:
            SessionError: a process could not start; nothing was moved or recorded.
        """
        try:
            self._screen.say(f"starting {', '.join(self._crew.roles)}")
            self._crew.start(log)
            self._await_ready()
            self._crew.begin_world()
            self._why_it_ends = self._watch(has_keys=has_keys)
            self._screen.say(f"ending: {self._why_it_ends}")
        finally:
            self._end()
        if self._pulse.is_control_silent and not self._has_run_out:
            self._shortcomings.append("control: no frame was handled any more at the end")
        is_due = self._launch.config.start == "recording" and not self.closed
        if is_due or self._operating.is_recording:
            self._shortcomings.append(what_was_kept(self._launch.folder))
        troubles = [*self._faults, *self._shortcomings, *self._neural.troubles]
        for trouble in troubles:
            self._screen.say(f"wormlock run: {trouble}")
        return 1 if troubles else 0

    def _await_ready(self) -> None:
        until_s = self._clock.now_s() + _READY_WITHIN_S
        while not self._ready.issuperset(self._crew.workers):
            self._hear(_TURN_S)
            if self._asked.to_end:
                raise SessionError("ended before it had begun")
            if self._faults:  # others may be about to find theirs
                self._hear_for(_MORE_FAULTS_WITHIN_S)
                raise SessionError("\n".join(causes(self._faults)))
            if self._clock.now_s() > until_s:
                late = ", ".join(set(self._crew.workers) - self._ready)
                raise SessionError(f"{late}: not ready within {_READY_WITHIN_S:.0f} s")

    def _hear_for(self, seconds: float) -> None:
        until_s = self._clock.now_s() + seconds
        while self._clock.now_s() < until_s:
            for report in self._crew.take(_TURN_S):
                self._take(report)

    def _watch(self, *, has_keys: bool) -> str:
        """Carry orders and show figures until the end is asked for, is due, or is forced.

        Returns why it ends.
        """
        gauges = Gauges(
            self._crew.place, has_stage=self._launch.has_stage, has_focus=self._launch.has_focus
        )
        self._neural.begin()
        begins_s = max(self._clock.now_s(), self._crew.session.epoch_s)
        # A stored video is recorded from its first picture on, which was shown a moment ago.
        is_video = isinstance(self._launch.config.rig.camera, VideoCamera)
        from_s = self._crew.session.epoch_s if is_video else begins_s
        self._operating.begin(self._launch.config.start, self._facts, from_s)
        ends_s = begins_s + self._launch.duration_s
        self._pulse = Pulse(begins_s)
        now_s = self._clock.now_s()
        while now_s < ends_s and not (self._asked.to_end or self._faults or self._has_run_out):
            self._hear(min(_TURN_S, ends_s - now_s))
            keys = pressed_keys() if has_keys else ""
            self._nudging.obey(keys)
            if self._operating.obey(keys):
                return "q pressed"
            now_s = self._clock.now_s()
            self._feel_pulse(gauges, now_s)
            if now_s > begins_s + _FIRST_SHOWN_S and self._screen.is_due(now_s):
                self._show(gauges, now_s)
        if self._faults:
            return f"fault: {self._faults[0]}"
        if self._has_run_out:
            return "the video was shown to its end"
        return self._asked.reason if self._asked.to_end else "duration reached"

    def _feel_pulse(self, gauges: Gauges, now_s: float) -> None:
        """A frozen stage process guards nothing: it is ended, and the port opened anew."""
        if self._launch.has_stage and self._pulse.is_stage_frozen(now_s):
            self._faults.append(
                f"stage: the process has been silent for {STAGE_SILENT_S:.0f} s and was ended"
            )
            self._crew.kill("stage")
        if self._pulse.has_control_fallen_silent(gauges.ticks, now_s):
            halted = "; the dead-man has halted the stage" if self._launch.has_stage else ""
            self._screen.say(f"control: no frame has been handled for a second{halted}")

    def _show(self, gauges: Gauges, now_s: float) -> None:
        text = status_text(
            gauges.read(now_s),
            state=self._losses.beside(self._operating.state),
            recording_s=now_s - self._operating.recording_since_s,
            disk_bytes=disk_left_bytes(self._launch.folder),
            drift=self._drift(),
            neural=self._neural.text(),
        )
        self._screen.show(text, now_s)

    def _drift(self) -> str:
        most, most_s = self._launch.config.drift.limits()
        return drift_text(self._figures, most_fraction=most, most_s=most_s)

    def _hear(self, timeout_s: float) -> None:
        """Take reports, and notice who has ended."""
        for report in self._crew.take(timeout_s):
            self._take(report)
        for role, status in self._crew.fallen():
            if role == "control" and status == 0:
                self._has_run_out = True
            elif self._neural.minds(role):
                self._neural.fell(role, status)
            elif not any(fault.startswith(f"{role}: ") for fault in self._faults):
                self._hear_last_words(role, status)

    def _hear_last_words(self, role: Role, status: int) -> None:
        """A process that failed has said why just before; one that was killed has not."""
        self._hear_for(_LAST_WORDS_S)
        if not any(fault.startswith(f"{role}: ") for fault in self._faults):
            self._faults.append(ended_unasked(role, status))

    def _take(self, report: Report) -> None:
        match report:
            case Ready():
                self._ready.add(report.role)
                self._facts.update(report.facts)
                if report.detail:
                    self._screen.say(f"{report.role}: {report.detail}")
            case Failed() if self._neural.minds(report.role):
                self._neural.failed(report)
            case Failed():
                self._faults.append(f"{report.role}: {report.message}")
            case Notice() | Doing() | Alive() | LookedAt():
                self._read(report)
            case Held():
                self._operating.held(report.message)
                self._screen.say(f"{report.role}: {report.message}")
            case FocusMarked():
                self._operating.focus_marked(report)
                self._screen.say(f"focus: point {report.count} at {report.place}: {report.told}")
            case Status():
                self._take_status(report)
            case LineTrain():
                self._operating.train_changed(report)
            case RecordingOpened():
                logger.info("recording opened: %s", report.folder)
            case RecordingClosed():
                self.closed.append(report)
                self._operating.recording_closed(is_failed=report.is_failed)
                if report.is_failed:
                    self._shortcomings.append(f"recorder: {report.folder}: {report.reason}")
                    self._screen.say(self._shortcomings[-1])  # now, not when the session ends

    def _read(self, report: Notice | Doing | Alive | LookedAt) -> None:
        if isinstance(report, LookedAt):
            self._operating.looked_at(report)
        elif report.role == "recorder":
            self._waiting.heard(report)
        if not isinstance(report, Alive) and report.message:
            self._screen.say(f"{report.role}: {report.message}")

    def _take_status(self, status: Status) -> None:
        if status.role == "stage":
            self._pulse.heard_stage(self._clock.now_s())
        elif status.role == "recorder":
            self._figures = status.values
        self._losses.note(status)
        self._neural.note(status)
        self._operating.note_status(status)

    def _end(self) -> None:
        """Stage first, the emulated controller last; a second asking only shortens the waits."""
        try:
            self._halt()
            if not self._ready.issuperset(self._crew.workers):
                return  # nothing has been recorded
            if self._pulse.is_control_silent and not self._has_run_out:
                self._crew.kill("control")  # frozen: it hears nothing
            self._crew.end("control", within_s=_ENDS_WITHIN_S, is_hurried=self._asked.in_a_hurry)
            self._crew.end_world()
            self._see_recorder_off()
            self._nudging.finish()
            self._crew.end_rig()
            for report in self._crew.take(0.0):
                self._take(report)
        finally:
            self._crew.dismiss()

    def _halt(self) -> None:
        if self._launch.has_stage and self._ready.issuperset(self._crew.workers):
            self._screen.say("halting the stage")
        self._operating.finish(self._why_it_ends, keeps_all=self._has_run_out)
        try:
            self._crew.end_stage(
                has_opened="stage" in self._ready,
                tell=self._screen.say,
                gives_up=self._asked.once_more(),
            )
        except HardwareError as error:
            self._faults.append(f"THE STAGE MAY STILL MOVE, stop it by hand: {error}")
            self._screen.say(self._faults[-1])

    def _see_recorder_off(self) -> None:
        """Wait for the files while the recorder lives; a frozen one is ended, the files stay."""
        self._waiting.begin()
        if not self._has_run_out:
            self._waiting.go_on_while(lambda: self._operating.is_recording, self._take)
        self._crew.end_neural_recorders(self._why_it_ends)
        self._crew.send("recorder", End(self._why_it_ends))
        self._waiting.go_on_while(lambda: True, self._take)
        if not self._crew.is_running("recorder"):
            return
        if self._waiting.is_silent:
            self._crew.kill("recorder")
            self._shortcomings.append("recorder: it was frozen and had to be ended")
        self._crew.end("recorder", within_s=0.0, is_hurried=self._asked.in_a_hurry)
