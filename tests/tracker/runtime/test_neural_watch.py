"""The supervisor's eye on the neural cameras: who has failed is told once, and ends nobody else."""

import pytest

from hardware.clock import SteppedClock
from tracker.runtime.neural_watch import NEURAL_LOST, NeuralWatch
from tracker.runtime.orders import Failed, Status


class PaperCrew:
    def __init__(self):
        self.marks = []

    def send(self, role, order):
        self.marks.append((role, order))
        return True


@pytest.fixture
def crew():
    return PaperCrew()


@pytest.fixture
def said():
    return []


@pytest.fixture
def clock():
    return SteppedClock(100.0)


@pytest.fixture
def watch(crew, said, clock):
    return NeuralWatch(crew, clock, said.append)


def test_before_the_session_begins_a_camera_that_fails_is_a_fault_like_any_other(watch):
    assert not watch.minds("camera.green")

    watch.begin()

    assert watch.minds("camera.green")
    assert watch.minds("recorder.green")
    assert not watch.minds("recorder")
    assert not watch.minds("control")


def test_a_camera_that_fails_is_told_at_once_and_stands_in_the_recording(watch, crew, said):
    watch.begin()
    watch.failed(Failed("camera.green", "it is gone"))
    watch.fell("camera.green", 1)
    watch.fell("camera.green", 1)

    ((role, mark),) = crew.marks
    assert said == ["camera.green: it is gone; tracking and the other streams go on"]
    assert watch.troubles == ["camera.green: it is gone"]
    assert role == "recorder"
    assert (mark.kind, mark.detail) == (NEURAL_LOST, "camera.green: it is gone")


def test_a_recorder_that_is_killed_leaves_what_it_wrote(watch, said):
    watch.begin()
    watch.fell("recorder.red", -9)

    assert said == [
        "recorder.red: the process ended unasked (status -9); what it wrote is kept; tracking and "
        "the other streams go on"
    ]


def test_the_line_shows_each_cameras_rate_its_losses_and_who_has_failed(watch):
    watch.begin()
    watch.note(Status("camera.green", {"frames": 50, "rate_hz": 19.98}))
    watch.note(Status("recorder.green", {"is_recording": 1.0, "lost_frames": 0.0}))
    watch.note(Status("camera.red", {"frames": 50, "rate_hz": 200.0}))
    watch.note(Status("recorder.red", {"is_recording": 1.0, "lost_frames": 12.0}))
    watch.note(Status("stage", {"timeouts": 1.0}))
    assert watch.text() == "green 20.0 Hz, red 200.0 Hz, 12 LOST"

    watch.fell("camera.green", 1)

    assert watch.text() == "green FAILED, red 200.0 Hz, 12 LOST"


def test_a_process_that_hangs_is_shown_to_be_silent(watch, clock):
    watch.note(Status("camera.green", {"frames": 50, "rate_hz": 20.0}))
    clock.advance_to(103.0)
    watch.note(Status("recorder.green", {"is_recording": 1.0, "lost_frames": 0.0}))

    assert watch.text() == "green SILENT"


def test_a_stream_that_broke_off_stands_in_the_recording_once(watch, crew):
    for failures in (0.0, 1.0, 1.0):
        watch.note(Status("recorder.green", {"is_recording": 0.0, "failures": failures}))

    ((_, mark),) = crew.marks
    assert mark.kind == NEURAL_LOST
    assert watch.troubles == [
        "recorder.green: its stream broke off, and the recording went on without it"
    ]


def test_edges_that_were_lost_are_shown_and_entered_as_they_grow(watch, crew):
    watch.begin()

    for lost in (0.0, 3.0, 3.0, 5.0):
        watch.note(Status("lines", {"rate_hz": 60.0, "lost_edges": lost}))

    assert watch.text() == "edges 60.0 Hz, 5 LOST"
    assert [(mark.kind, mark.values) for _, mark in crew.marks] == [
        ("edges_lost", {"count": 3.0}),
        ("edges_lost", {"count": 2.0}),
    ]


def test_lines_that_fail_end_nothing_else_and_are_told(watch, crew):
    watch.begin()

    watch.failed(Failed("lines", "/dev/ttyACM0: the counter has said nothing for 2 s"))
    watch.fell("lines", 1)

    assert watch.minds("lines")
    assert watch.text() == "edges FAILED"
    assert [mark.kind for _, mark in crew.marks] == ["lines_lost"]
    assert len(watch.troubles) == 1
