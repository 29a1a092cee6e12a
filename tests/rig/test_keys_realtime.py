"""Keys really pressed at a terminal, judged by what reached the emulated controller."""

import os
import time

import numpy as np
import pytest
import yaml

from tracker.record.reader import open_recording

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="presses keys at a pseudo terminal"),
]

STOPPED_WITHIN_S = 0.25  # the keyboard is looked at twenty times a second


def moved_since(session, t_s):
    return [motion for motion in session.motions() if motion.t_s > t_s and motion.counts]


def test_the_space_bar_stops_until_t_and_q_ends_in_order(running_at_a_keyboard, keyboard):
    session, (keys, _) = running_at_a_keyboard, keyboard

    pressed_s = time.perf_counter()
    os.write(keys, b" ")
    time.sleep(1.0)
    stood_s = session.stands_since(pressed_s)
    crept = moved_since(session, stood_s)
    os.write(keys, b"t")
    time.sleep(1.0)
    moved = moved_since(session, stood_s)
    os.write(keys, b"q")
    status = session.await_end()

    assert stood_s - pressed_s < STOPPED_WITHIN_S
    assert crept == []
    assert moved
    assert status == 0
    assert (session.out / "0001" / "summary.json").is_file()


def test_test_moves_that_decide_nothing_ask_the_operator_and_t_accepts(
    checking_at_a_keyboard, keyboard
):
    session, (keys, _) = checking_at_a_keyboard, keyboard
    until_s = time.perf_counter() + 10.0
    while "undecided" not in session.said() and time.perf_counter() < until_s:
        time.sleep(0.02)

    stood_s = time.perf_counter() + STOPPED_WITHIN_S
    time.sleep(1.0)
    crept = moved_since(session, stood_s)
    os.write(keys, b"t")
    time.sleep(0.5)
    moved = moved_since(session, stood_s)
    os.write(keys, b"q")
    status = session.await_end()

    assert "what is seen does not move against the stage: press t again" in session.said()
    assert crept == []
    assert moved
    assert status == 0


def test_keys_move_the_field_and_save_it_and_r_twice_makes_two_recordings(
    running_at_a_keyboard, keyboard
):
    session, (keys, _) = running_at_a_keyboard, keyboard

    os.write(keys, b"l\x1b[Als")
    time.sleep(0.5)
    os.write(keys, b"rr")
    until_s = time.perf_counter() + 20.0
    while not (session.out / "0002").is_dir() and time.perf_counter() < until_s:
        time.sleep(0.02)
    time.sleep(0.5)
    os.write(keys, b"q")
    status = session.await_end()

    first, second = (open_recording(session.out / name) for name in ("0001", "0002"))
    saved = yaml.safe_load((session.out / "calibration.yaml").read_text())["calibration"]
    assert status == 0
    assert [event.kind for event in first.events].count("field_nudged") == 3
    assert first.ticks["nudge_um"][-1] == pytest.approx(second.ticks["nudge_um"][0])
    assert np.hypot(*first.ticks["nudge_um"][-1]) == pytest.approx(np.hypot(10.0, 5.0))
    assert not first.ticks["nudge_um"][0].any()
    assert saved["target_px"] == pytest.approx([82.0, 63.0])  # of 5 um/px
    assert (first.events[-1].detail, second.events[-1].detail) == ("r pressed", "q pressed")
