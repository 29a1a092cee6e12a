"""Frames worth a label: by reason, unlike each other, and a share of usual ones."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tracker.harvest.picking import USUAL, pick
from tracker.harvest.reasons import worth_of
from tracker.messages import TICK_ROW


@given(
    count=st.integers(1, 60),
    frames=st.integers(1, 400),
    reasons=st.integers(0, 4),
    seed=st.integers(0, 1000),
)
def test_picks_are_as_many_as_asked_for_or_as_fit_and_never_near_in_time(
    count, frames, reasons, seed
):
    draws = np.random.default_rng(seed)
    t_s = 0.025 * np.arange(frames)
    worth = {f"reason {at}": draws.random(frames) for at in range(reasons)}

    picks = pick(t_s, draws.random((frames, 5)), worth, count=count, seed=1)

    places = [each.place for each in picks]
    assert len(picks) <= count
    assert len(picks) >= min(count, (frames + 14) // 15)
    assert places == sorted(set(places))
    assert (np.diff(t_s[places]) >= 0.2 - 1e-9).all()


def test_each_reason_gets_its_share_and_one_that_nobody_gives_none():
    t_s = np.arange(500.0)
    draws = np.random.default_rng(1)
    worth = {"a": draws.random(500), "b": draws.random(500), "never": np.full(500, np.nan)}

    picks = pick(t_s, draws.random((500, 4)), worth, count=50, seed=1)

    assert Counter(each.reason for each in picks) == {"a": 20, "b": 20, USUAL: 10}


def test_of_equally_worthy_frames_those_that_look_new_are_taken():
    """Three looks; the rare ones are 5 frames of 300 each."""
    looks = np.zeros((300, 2))
    looks[50:55], looks[200:205] = [5.0, 0.0], [0.0, 5.0]

    picks = pick(np.arange(300.0), looks, {"a": np.ones(300)}, count=4, seed=1)

    seen = {tuple(looks[each.place]) for each in picks[:]}
    assert seen == {(0.0, 0.0), (5.0, 0.0), (0.0, 5.0)}


def ticks_of(count=100):
    ticks = np.zeros(count, TICK_ROW)
    ticks["t_s"] = 0.025 * np.arange(count)
    ticks["is_found"], ticks["confidence"], ticks["candidate_count"] = True, 0.9, 1
    ticks["head_um"][:, 0] = 5.0 * np.arange(count)
    return ticks


def test_reasons_point_at_their_frames():
    ticks = ticks_of()
    ticks["confidence"][20] = 0.3
    ticks["is_found"][40:60] = False
    ticks["head_um"][40:60] = np.nan
    ticks["head_um"][70] += [300.0, 0.0]
    ticks["candidate_count"][80] = 2

    worth = worth_of(ticks)

    assert np.nanargmax(worth["not sure"]) == 20
    assert np.nanargmax(worth["not found"]) == 40
    assert set(np.flatnonzero(np.nan_to_num(worth["jumped"]) > 0.5)) == {70, 71}
    assert np.flatnonzero(np.isfinite(worth["several candidates"])).tolist() == [80]
