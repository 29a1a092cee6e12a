"""Who may move the stage: the states of the guard, and what takes it from one to the other.

The table is the whole of it. Only in `FREE` does anything move. Whatever leaves `FREE` halts the
stage. Nothing but a fresh command leads into `FREE`, and a state that is held is left by the
operator's release alone (or for another hold, or for the end).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class State(Enum):
    """What the guard is doing."""

    SILENT = "no fresh command"
    FREE = "commands are obeyed"
    STOPPED = "held by the operator"
    RUNAWAY = "held: the head ran away from a stage that went after it"
    PUSHED = "held: the stage moved as nobody told it to"
    ENDED = "the stage is given up"


class Event(Enum):
    """What happens to it."""

    FRESH = "a command that rests on a fresh frame"
    SILENCE = "no such command for deadman_s"
    STOP = "the operator's stop"
    RELEASE = "the operator takes a hold back"
    RUNS_AWAY = "the error grows while the stage goes after it"
    IS_PUSHED = "a motion that nothing sent explains"
    END = "the guard is closed"


_ORDER = (
    Event.FRESH,
    Event.SILENCE,
    Event.STOP,
    Event.RELEASE,
    Event.RUNS_AWAY,
    Event.IS_PUSHED,
    Event.END,
)

#           FRESH    SILENCE  STOP     RELEASE  RUNS_AWAY IS_PUSHED END
_TABLE = """
    SILENT  FREE     SILENT   STOPPED  SILENT   RUNAWAY   SILENT    ENDED
    FREE    FREE     SILENT   STOPPED  FREE     RUNAWAY   PUSHED    ENDED
    STOPPED STOPPED  STOPPED  STOPPED  SILENT   STOPPED   STOPPED   ENDED
    RUNAWAY RUNAWAY  RUNAWAY  STOPPED  SILENT   RUNAWAY   RUNAWAY   ENDED
    PUSHED  PUSHED   PUSHED   STOPPED  SILENT   RUNAWAY   PUSHED    ENDED
    ENDED   ENDED    ENDED    ENDED    ENDED    ENDED     ENDED     ENDED
"""


def _read(table: str) -> Mapping[State, Mapping[Event, State]]:
    rows = [line.split() for line in table.strip().splitlines()]
    return {
        State[name]: dict(zip(_ORDER, (State[after] for after in afters), strict=True))
        for name, *afters in rows
    }


TABLE = _read(_TABLE)
HELD = frozenset({State.STOPPED, State.RUNAWAY, State.PUSHED, State.ENDED})


def after(state: State, event: Event) -> State:
    """Return the state that an event leads to.

    >>> after(State.STOPPED, Event.FRESH)
    <State.STOPPED: 'held by the operator'>
    """
    return TABLE[state][event]
