"""Every cell of the table, and the laws that the table as a whole must keep."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.safety import states
from tracker.safety.states import HELD, TABLE, Event, State, after

CELLS = list(itertools.product(State, Event))
GUARD_S_HOLDS = {State.RUNAWAY, State.PUSHED}
# Written a second time, another way: by rule and not by cell.
EXPECTED = {
    **{cell: cell[0] for cell in CELLS},
    **{(state, Event.STOP): State.STOPPED for state in State},
    **{(state, Event.RELEASE): State.SILENT for state in (*GUARD_S_HOLDS, State.STOPPED)},
    (State.SILENT, Event.FRESH): State.FREE,
    (State.FREE, Event.SILENCE): State.SILENT,
    (State.SILENT, Event.RUNS_AWAY): State.RUNAWAY,
    (State.FREE, Event.RUNS_AWAY): State.RUNAWAY,
    (State.PUSHED, Event.RUNS_AWAY): State.RUNAWAY,
    (State.FREE, Event.IS_PUSHED): State.PUSHED,
    **{(state, Event.END): State.ENDED for state in State},
    **{(State.ENDED, event): State.ENDED for event in Event},
}


@pytest.mark.parametrize(("state", "event"), CELLS, ids=lambda word: word.name)
def test_each_event_leads_where_it_should(state, event):
    assert after(state, event) is EXPECTED[state, event]


def test_the_table_knows_every_state_and_every_event():
    assert {(state, event) for state, row in TABLE.items() for event in row} == set(CELLS)


def test_only_a_fresh_command_frees_the_stage_and_only_from_silence():
    ways = {(a, e) for a, e in CELLS if after(a, e) is State.FREE and a is not State.FREE}

    assert ways == {(State.SILENT, Event.FRESH)}


def test_a_hold_is_left_by_release_by_another_hold_or_by_the_end_alone():
    for state, event in itertools.product(HELD, Event):
        if after(state, event) not in HELD:
            assert event is Event.RELEASE
    assert all(after(State.ENDED, event) is State.ENDED for event in Event)


def test_whatever_is_held_is_not_free():
    assert State.FREE not in HELD
    assert {*HELD, State.FREE, State.SILENT} == set(State)


@given(st.lists(st.sampled_from(Event), max_size=30))
def test_whoever_is_free_heard_a_fresh_command_after_the_last_thing_that_went_wrong(events):
    state = State.SILENT
    for event in events:
        state = after(state, event)

    wrong = {Event.SILENCE, Event.STOP, Event.RUNS_AWAY, Event.IS_PUSHED, Event.END}
    last_wrong = max((n for n, event in enumerate(events) if event in wrong), default=-1)
    if state is State.FREE:
        assert Event.FRESH in events[last_wrong + 1 :] or (
            Event.FRESH in events and events[last_wrong] is Event.IS_PUSHED
        )


def test_the_table_is_read_as_it_is_written():
    read = states._read(states._TABLE)

    assert read == TABLE
    assert list(read) == list(State)
    with pytest.raises(ValueError, match="zip"):
        states._read("FREE FREE SILENT")
