"""The marker: a line that is up while a recording is made, pulses, and words on a port."""

from types import SimpleNamespace

import pytest

from hardware.clock import SteppedClock
from hardware.lines_config import OutputMarker, SerialMarker
from tracker.runtime.line_process import Counted
from tracker.runtime.marking import OutputLineMarker, SerialLineMarker


@pytest.fixture
def clock():
    return SteppedClock(10.0)


@pytest.fixture
def output(clock):
    """An output line that says when it moved."""
    moved = []
    return SimpleNamespace(
        set_output=lambda *, is_high: moved.append((clock.now_s(), is_high)), moved=moved
    )


def test_the_output_is_up_while_a_recording_is_made(clock, output):
    marker = OutputLineMarker(OutputMarker(kind="output"), output, clock)

    marker.set_recording(True)
    marker.frame(7)
    early = marker.turn([])
    rows = marker.turn([10.004])
    clock.advance_to(12.0)
    marker.set_recording(False)
    marker.set_recording(False)
    rows += marker.turn([12.004])

    assert output.moved == [(10.0, True), (12.0, False)]
    assert early == []
    assert rows == [(10.004, -1, True), (12.004, -1, False)]


def test_each_frame_of_a_recording_is_a_pulse_with_its_number(clock, output):
    marker = OutputLineMarker(OutputMarker(kind="output", each_frame=True), output, clock)

    marker.frame(40)  # nothing is recorded yet
    marker.set_recording(True)
    for index, t_s in ((41, 10.1), (42, 10.125)):
        clock.advance_to(t_s)
        marker.frame(index)
        clock.advance_to(t_s + 0.001)
        marker.turn([])
        clock.advance_to(t_s + 0.0021)
        marker.turn([])
    rows = marker.turn([at_s for at_s, _ in output.moved])

    assert [is_high for _, is_high in output.moved] == [True, False, True, False]
    assert [row[1] for row in rows] == [41, -1, 42, -1]
    assert [row[0] for row in rows] == pytest.approx([10.1, 10.1021, 10.125, 10.1271])


def test_a_pulse_that_is_not_over_ends_before_the_next_begins(clock, output):
    marker = OutputLineMarker(OutputMarker(kind="output", each_frame=True), output, clock)
    marker.set_recording(True)

    marker.frame(1)
    marker.frame(2)

    assert [is_high for _, is_high in output.moved] == [True, False, True]


def test_words_on_a_port_tell_start_frames_and_stop(clock):
    said = []
    link = SimpleNamespace(write=said.append, close=lambda: said.append("closed"))
    section = SerialMarker(
        kind="serial", port="/dev/ttyUSB1", start="go\n", stop="end\n", frame="f"
    )
    marker = SerialLineMarker(section, link, clock)

    marker.frame(3)
    marker.set_recording(True)
    marker.set_recording(True)
    marker.frame(4)
    marker.close()

    assert said == [b"go\n", b"f", b"end\n", "closed"]
    assert marker.turn([]) == [(10.0, -1, True), (10.0, 4, True), (10.0, -1, False)]


def test_numbers_that_never_came_are_lost_edges_line_by_line():
    import numpy as np

    from hardware.lines import EDGE_ROW

    counted = Counted()
    for told in ([(0, 0), (1, 0), (0, 1)], [(0, 4), (1, 1)], [(1, 3)]):
        rows = np.zeros(len(told), EDGE_ROW)
        rows["line"], rows["count"] = np.array(told).T
        counted.learn(rows)

    assert (counted.edges, counted.lost) == (6, 3)
