"""Frames that the disk cannot follow are told at once, whichever camera they are of."""

import pytest

from tracker.runtime.losses import Losses
from tracker.runtime.orders import Status


@pytest.fixture
def said():
    return []


@pytest.fixture
def losses(said):
    return Losses(("tracking",), said.append)


def note(losses, role, *counts):
    for lost in counts:
        losses.note(Status(role, {"is_recording": 1.0, "lost_frames": lost}))


def test_the_tracking_cameras_losses_stand_in_the_state_and_grow(losses):
    note(losses, "recorder", 0.0)
    assert losses.beside("tracking") == "tracking"

    note(losses, "recorder", 3.0, 42.0)

    assert losses.beside("tracking") == "tracking, 42 LOST"


def test_a_loss_is_told_once_a_recording(losses, said):
    note(losses, "recorder", 0.0, 3.0, 42.0)
    losses.note(Status("recorder", {"is_recording": 0.0}))
    assert losses.beside("idle") == "idle"

    note(losses, "recorder", 5.0)

    assert [line.partition(",")[0] for line in said] == [
        "tracking: 3 frames LOST",
        "tracking: 5 frames LOST",
    ]


def test_who_compresses_is_told_to_leave_that(losses, said):
    note(losses, "recorder", 1.0)
    note(losses, "recorder.green", 1.0)

    assert "take tracking out of record.compress" in said[0]
    assert said[1].startswith("green: 1 frame LOST")
    assert "record.compress" not in said[1]


def test_other_figures_are_none_of_its_business(losses, said):
    losses.note(Status("stage", {"timeouts": 3.0}))

    assert not said
