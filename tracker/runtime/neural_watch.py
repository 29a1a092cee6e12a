"""What the supervisor knows of the neural cameras and the lines: their figures, and who has failed.

Before the session begins a device that cannot be opened is a fault like any other; afterwards it
is told at once, entered into the recording, and ends nothing but its own stream.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from hardware.clock import Clock
from tracker.runtime.line_place import LINES
from tracker.runtime.neural_place import is_neural_recorder, is_of_neural_camera, neural_name
from tracker.runtime.orders import Failed, MarkEvent, Order, Status
from tracker.runtime.session_place import Role
from tracker.runtime.start_faults import ended_unasked

_SILENT_S = 2.0  # they tell their figures four times a second
NEURAL_LOST, LINES_LOST = "neural_stream_lost", "lines_lost"  # the kinds of events
EDGES_LOST = "edges_lost"


class _Crew(Protocol):
    def send(self, role: Role, order: Order) -> bool:
        """Send an order to one of the processes."""
        ...


class NeuralWatch:
    """Watches the processes of the neural cameras and of the lines while a session runs."""

    def __init__(self, crew: _Crew, clock: Clock, say: Callable[[str], None]) -> None:
        self.troubles: list[str] = []
        self._crew, self._clock, self._say = crew, clock, say
        self._has_begun = False
        self._lost: set[Role] = set()
        self._figures: dict[Role, Mapping[str, float]] = {}
        self._heard_s: dict[Role, float] = {}

    def begin(self) -> None:
        """From now on one that fails ends nothing else."""
        self._has_begun = True

    def minds(self, role: Role) -> bool:
        """Say whether it is ours what becomes of a process."""
        return self._has_begun and _is_ours(role)

    def note(self, status: Status) -> None:
        """Keep the figures of a neural camera, its recorder, or the lines."""
        role = status.role
        if _is_ours(role):
            before = self._figures.get(role, {}).get("failures", 0.0)
            lost_before = self._figures.get(role, {}).get("lost_edges", 0.0)
            self._figures[role] = status.values
            lost = status.values.get("lost_edges", 0.0) - lost_before
            if lost > 0.0:
                event = MarkEvent(self._clock.now_s(), EDGES_LOST, values={"count": lost})
                self._crew.send("recorder", event)
            self._heard_s[role] = self._clock.now_s()
            if status.values.get("failures", 0.0) > before:  # it has said why
                self._enter(f"{role}: its stream broke off, and the recording went on without it")

    def failed(self, report: Failed) -> None:
        """Take note of why a process is about to end."""
        self._lose(report.role, f"{report.role}: {report.message}")

    def fell(self, role: Role, status: int) -> None:
        """Take note that a process has ended; one that failed has said why before."""
        self._lose(role, ended_unasked(role, status))

    def text(self) -> str:
        """Return the words of the status line: how often frames come, and what was lost."""
        roles = sorted({*self._figures, *self._lost})
        names = dict.fromkeys(map(_name, roles))
        return ", ".join(self._words(name, roles) for name in names)

    def _words(self, name: str, roles: list[Role]) -> str:
        ours = [role for role in roles if _name(role) == name]
        if any(role in self._lost for role in ours):
            return f"{name} FAILED"
        if any(self._clock.now_s() - self._heard_s[role] > _SILENT_S for role in ours):
            return f"{name} SILENT"
        figures: dict[str, float] = {}
        for role in ours:
            figures |= self._figures[role]
        lost = int(figures.get("lost_frames", figures.get("lost_edges", 0.0)))
        words = f"{name} {figures.get('rate_hz', 0.0):.1f} Hz"
        return f"{words}, {lost} LOST" if lost else words

    def _lose(self, role: Role, why: str) -> None:
        if role in self._lost:
            return
        self._lost.add(role)
        kept = "; what it wrote is kept" if is_neural_recorder(role) else ""
        self._say(f"{why}{kept}; tracking and the other streams go on")
        self._enter(why, LINES_LOST if role == LINES else NEURAL_LOST)

    def _enter(self, why: str, kind: str = NEURAL_LOST) -> None:
        self.troubles.append(why)
        self._crew.send("recorder", MarkEvent(self._clock.now_s(), kind, why))


def _is_ours(role: Role) -> bool:
    return role == LINES or is_of_neural_camera(role)


def _name(role: Role) -> str:
    return "edges" if role == LINES else neural_name(role)
