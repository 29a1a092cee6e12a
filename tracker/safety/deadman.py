"""The dead-man's switch: the guard's state, and when it last heard a fresh command.

When no command that rests on a fresh frame has come for `deadman_s` the state is `SILENT`, and
only such a command ends that: a process that froze and thawed cannot resume on stale news.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tracker.safety.states import Event, State, after


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMan:
    """Who may move the stage. Nobody, to begin with."""

    deadman_s: float
    heard_s: float = float("-inf")  # when the last fresh command came
    state: State = State.SILENT

    @property
    def may_move(self) -> bool:
        """Whether commands are obeyed."""
        return self.state is State.FREE


def is_fresh(frame_t_s: float, now_s: float, *, deadman_s: float) -> bool:
    """Say whether a frame is young enough to steer by. Frames from the future are not.

    >>> [is_fresh(t_s, 10.0, deadman_s=0.2) for t_s in (9.9, 9.7, 10.1, float("nan"))]
    [True, False, False, False]
    """
    return 0.0 <= now_s - frame_t_s < deadman_s


def hear(deadman: DeadMan, frame_t_s: float, now_s: float) -> DeadMan:
    """Take note of a command that rests on a frame; only a fresh one changes anything."""
    if not is_fresh(frame_t_s, now_s, deadman_s=deadman.deadman_s):
        return deadman
    return replace(deadman, heard_s=now_s, state=after(deadman.state, Event.FRESH))


def elapse(deadman: DeadMan, now_s: float) -> DeadMan:
    """Let time pass: silence ends the right to move."""
    is_silent = not now_s - deadman.heard_s < deadman.deadman_s
    return happen(deadman, Event.SILENCE) if is_silent else deadman


def happen(deadman: DeadMan, event: Event) -> DeadMan:
    """Let something else happen than a command or silence."""
    return replace(deadman, state=after(deadman.state, event))
