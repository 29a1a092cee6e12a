"""The dead-man's switch and the operator's stop, as a state that is passed from turn to turn.

Two latches. The dead-man's falls when no command that rests on a fresh frame has come for
`deadman_s`, and is lifted only by one that does: a process that froze and thawed cannot resume
on stale news. The operator's falls on stop, and is lifted by the operator alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadMan:
    """Who may move the stage. Nobody, to begin with."""

    deadman_s: float
    heard_s: float = float("-inf")  # when the last fresh command came
    is_latched: bool = True
    is_stopped: bool = False

    @property
    def may_move(self) -> bool:
        """Whether neither latch has fallen."""
        return not (self.is_latched or self.is_stopped)


def is_fresh(frame_t_s: float, now_s: float, *, deadman_s: float) -> bool:
    """Say whether a frame is young enough to steer by. Frames from the future are not.

    >>> [is_fresh(t_s, 10.0, deadman_s=0.2) for t_s in (9.9, 9.7, 10.1, float("nan"))]
    [True, False, False, False]
    """
    return 0.0 <= now_s - frame_t_s < deadman_s


def hear(state: DeadMan, frame_t_s: float, now_s: float) -> DeadMan:
    """Take note of a command that rests on a frame; only a fresh one changes anything."""
    if not is_fresh(frame_t_s, now_s, deadman_s=state.deadman_s):
        return state
    return replace(state, heard_s=now_s, is_latched=False)


def elapse(state: DeadMan, now_s: float) -> DeadMan:
    """Let time pass: silence latches."""
    is_silent = not now_s - state.heard_s < state.deadman_s
    return replace(state, is_latched=True) if is_silent and not state.is_latched else state


def stop(state: DeadMan) -> DeadMan:
    """Stop for the operator, until released. The dead-man's latch falls with it."""
    return replace(state, is_stopped=True, is_latched=True)


def release(state: DeadMan) -> DeadMan:
    """Lift the operator's stop; a fresh command must still come before anything moves."""
    return replace(state, is_stopped=False)
