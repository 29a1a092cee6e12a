import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.safety.deadman import DeadMan, elapse, happen, hear
from tracker.safety.states import Event

DEADMAN_S = 0.25  # exact in binary
steps = st.lists(
    st.tuples(
        st.sampled_from(["hear", "elapse", "stop", "release"]),
        st.floats(0, 0.3),  # seconds since the step before
        st.floats(-0.1, 0.6) | st.just(math.nan),  # age of the frame
    ),
    max_size=40,
)


def test_nobody_may_move_the_stage_to_begin_with():
    assert not DeadMan(deadman_s=DEADMAN_S).may_move


def test_a_fresh_command_lifts_the_latch_and_silence_drops_it():
    heard = hear(DeadMan(deadman_s=DEADMAN_S), 9.99, 10.0)

    assert heard.may_move
    assert elapse(heard, 10.0 + DEADMAN_S * 0.99).may_move
    assert not elapse(heard, 10.0 + DEADMAN_S).may_move


@pytest.mark.parametrize("frame_t_s", [9.75, 9.0, 10.001, math.nan, math.inf, -math.inf])
def test_stale_news_and_news_from_the_future_lift_nothing(frame_t_s):
    assert not hear(DeadMan(deadman_s=DEADMAN_S), frame_t_s, 10.0).may_move


def test_a_thawed_process_that_repeats_its_last_command_stays_latched():
    heard = hear(DeadMan(deadman_s=DEADMAN_S), 9.99, 10.0)
    frozen = elapse(heard, 11.0)

    thawed = hear(frozen, 10.01, 11.0)

    assert not thawed.may_move


def test_the_operators_stop_holds_against_fresh_commands_until_it_is_released():
    stopped = happen(hear(DeadMan(deadman_s=DEADMAN_S), 9.99, 10.0), Event.STOP)

    insisting = hear(stopped, 10.01, 10.02)
    released = happen(stopped, Event.RELEASE)

    assert not insisting.may_move
    assert not released.may_move
    assert hear(released, 10.03, 10.04).may_move


@given(steps)
def test_whoever_may_move_was_fresh_lately_and_is_not_stopped(history):
    state, now_s = DeadMan(deadman_s=DEADMAN_S), 10.0
    fresh_s, is_stopped = -math.inf, False
    for step, pause_s, age_s in history:
        now_s += pause_s
        if step == "hear":
            state = hear(state, now_s - age_s, now_s)
            fresh_s = now_s if 0.0 <= now_s - (now_s - age_s) < DEADMAN_S else fresh_s
        elif step == "stop":
            state, is_stopped = happen(state, Event.STOP), True
        elif step == "release":
            state, is_stopped = happen(state, Event.RELEASE), False
        state = elapse(state, now_s)

        assert not (state.may_move and is_stopped)
        assert not state.may_move or now_s - fresh_s < DEADMAN_S
