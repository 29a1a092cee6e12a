"""Keys that wait, and keys that do nothing: each is told, none is swallowed."""

import pytest

from hardware.clock import SteppedClock
from tracker.runtime.operating import Operating
from tracker.runtime.orders import StartRecording


class PaperCrew:
    """Remembers from when on recordings were ordered."""

    def __init__(self):
        self.starts_s = []

    def send(self, role, order):
        if role == "recorder" and isinstance(order, StartRecording):
            self.starts_s.append(order.t_s)
        return True


@pytest.fixture
def crew():
    return PaperCrew()


@pytest.fixture
def clock():
    return SteppedClock(100.0)


def test_b_pressed_while_one_is_saved_waits_and_begins_with_what_was_after_it(
    crew, tmp_path, clock
):
    operating = Operating(crew, tmp_path, clock, keep_s=30.0)
    clock.advance_to(200.0)
    operating.obey("r")
    clock.advance_to(210.0)
    operating.obey("rb")
    assert operating.state.endswith("next waits")

    clock.advance_to(215.0)
    operating.recording_closed()

    assert crew.starts_s == [200.0, 210.0]


def test_a_waiting_recording_is_taken_back_by_either_key(crew, tmp_path, clock):
    operating = Operating(crew, tmp_path, clock, keep_s=30.0)
    operating.obey("rrbr")
    operating.recording_closed()

    assert len(crew.starts_s) == 1


@pytest.mark.parametrize(
    ("keys", "keep_s", "why"),
    [
        ("b", 0.0, "b: nothing of before is kept"),
        ("rb", 9.0, "b: a recording runs already"),
        ("a", 9.0, "a: there is no line to wait for"),
    ],
)
def test_a_key_that_does_nothing_says_why(crew, tmp_path, keys, keep_s, why):
    said, clock = [], SteppedClock(100.0)
    operating = Operating(crew, tmp_path, clock, keep_s=keep_s, say=said.append)

    operating.obey(keys)

    assert len(said) == 1
    assert said[0].startswith(why)
