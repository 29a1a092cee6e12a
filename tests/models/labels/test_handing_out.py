"""Handing out frames, whoever asks in whatever order, and however often the session is ended."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.labels.handing_out import REPEAT_AFTER, Plan, Task, lay_out, next_task, voices

NAMES = ("anna", "ben", "cleo", "dora")


def keys(count, name="frames"):
    return tuple((f"{name}/{number:04}.png", 0) for number in range(count))


@st.composite
def plans(draw, most=60):
    return Plan(
        frames=keys(draw(st.integers(0, most))),
        gold=keys(draw(st.integers(0, 8)), "gold"),
        share=draw(st.floats(0, 1)),
        people=draw(st.integers(1, 4)),
        repeats=draw(st.floats(0, 0.3)),
        gold_share=draw(st.floats(0, 0.5)),
        seed=draw(st.integers(0, 1000)),
    )


def label_all(deck, turns, done=None, most=100_000):
    """Let people ask in the order of `turns` (by number), then each until nothing is left."""
    done = (
        {who: [] for who in NAMES}
        if done is None
        else {who: [*tasks] for who, tasks in done.items()}
    )
    waiting = dict.fromkeys(NAMES, False)
    held = {}
    turns = iter(turns)
    for _ in range(most):
        if all(waiting.values()):
            break
        who = NAMES[next(turns, next((i for i in range(4) if not waiting[NAMES[i]]), 0))]
        if who in held:
            done[who].append(held.pop(who))
            continue
        task = next_task(deck, who, done, {name: task.frame for name, task in held.items()})
        waiting[who] = task is None
        if task is not None:
            held[who] = task
    for who, task in held.items():
        done[who].append(task)
    return done


@given(plan=plans(), turns=st.lists(st.integers(0, 3), max_size=300))
def test_every_frame_is_labelled_by_as_many_as_it_wants_and_by_no_more(plan, turns):
    deck = lay_out(plan)

    done = label_all(deck, turns)

    assert voices(deck, done) == Counter(deck.wanted)


@given(plan=plans(), turns=st.lists(st.integers(0, 3), max_size=300))
def test_nobody_sees_a_frame_twice_but_as_a_repeat_and_never_soon(plan, turns):
    done = label_all(lay_out(plan), turns)

    for tasks in done.values():
        assert len(set(tasks)) == len(tasks)
        first = {task.frame: place for place, task in enumerate(tasks) if task.repeat == 0}
        again = [(task, place) for place, task in enumerate(tasks) if task.repeat]
        assert len({task.frame for task, _ in again}) == len(again)
        assert all(place - first[task.frame] > REPEAT_AFTER for task, place in again)


@given(plan=plans(), turns=st.lists(st.integers(0, 3), max_size=200), other=st.integers(0, 9))
def test_the_same_seed_says_the_same_again_in_a_later_session(plan, turns, other):
    deck = lay_out(plan)
    some = label_all(deck, turns, most=len(turns))

    resumed = [next_task(lay_out(plan), who, some, {}) for who in NAMES]
    ended = label_all(lay_out(plan), [], some)

    assert resumed == [next_task(deck, who, some, {}) for who in NAMES]
    assert all(ended[who][: len(some[who])] == some[who] for who in NAMES)
    given_ = voices(deck, ended)
    assert all(given_[frame] >= wanted for frame, wanted in deck.wanted.items())


@given(plan=plans())
def test_as_many_frames_are_shared_as_the_share_says(plan):
    deck = lay_out(plan)

    several = sum(wanted == plan.people for wanted in deck.wanted.values())

    expected = round(plan.share * len(plan.frames)) if plan.people > 1 else len(plan.frames)
    assert several == expected


def test_by_default_a_third_goes_to_three_people():
    deck = lay_out(Plan(frames=keys(300)))

    assert Counter(deck.wanted.values()) == {1: 201, 3: 99}
    assert sorted(deck.order) == list(keys(300))
    assert deck.order != keys(300)


@settings(max_examples=30)
@given(share=st.floats(0, 0.3), repeats=st.floats(0, 0.2), seed=st.integers(0, 99))
def test_gold_frames_and_repeats_come_at_their_rate(share, repeats, seed):
    plan = Plan(
        frames=keys(120), gold=keys(80, "gold"), gold_share=share, repeats=repeats, seed=seed
    )
    deck, own = lay_out(plan), []
    for _ in range(100):
        own.append(next_task(deck, "anna", {"anna": own}, {}))

    gold = sum(task.frame[0].startswith("gold") and task.repeat == 0 for task in own)
    assert abs(gold - 100 * share) <= 1
    assert 100 * repeats - 1 - REPEAT_AFTER * repeats <= sum(task.repeat for task in own)
    assert sum(task.repeat for task in own) <= 100 * repeats + 1


def test_when_gold_frames_come_cannot_be_guessed():
    plans_ = [Plan(frames=keys(90), gold=keys(9, "gold"), seed=seed) for seed in range(20)]

    places = set()
    for plan in plans_:
        deck, own = lay_out(plan), []
        while not own or own[-1].frame not in plan.gold:
            own.append(next_task(deck, "anna", {"anna": own}, {}))
        places.add(len(own))

    assert len(places) > 8
    assert max(places) <= 21


def test_frames_that_are_all_gold_are_handed_out_as_an_exercise():
    deck = lay_out(Plan(frames=keys(5), gold=keys(5), gold_share=1.0))

    done = label_all(deck, [])

    assert {frozenset(done[who]) for who in NAMES} == {frozenset(map(Task, keys(5)))}


def test_a_frame_that_somebody_has_before_her_goes_to_nobody_else():
    deck = lay_out(Plan(frames=keys(2), share=0.0))
    first = next_task(deck, "anna", {}, {})

    held = {"anna": first.frame}

    assert next_task(deck, "anna", {}, held) == first
    second = next_task(deck, "ben", {}, held)
    assert second.frame != first.frame
    assert next_task(deck, "ben", {"ben": [second]}, held) is None
    assert next_task(deck, "ben", {"ben": [second]}, {}) == first


@pytest.mark.parametrize("people", [1, 3])
def test_a_worklist_is_gone_through_in_its_own_order(people):
    deck = lay_out(
        Plan(frames=keys(9)[::-1], share=1.0, people=people, repeats=0, keeps_order=True)
    )

    done = label_all(deck, [0] * 18)

    assert [task.frame for task in done["anna"]] == list(keys(9)[::-1])
