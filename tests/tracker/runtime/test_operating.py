"""What keys mean: the orders that they become, and to whom."""

import pytest

from tracker.runtime.operating import Operating
from tracker.runtime.orders import (
    End,
    Halt,
    LookedAt,
    MarkEvent,
    Release,
    SetMarker,
    StartRecording,
    StartTracking,
    Status,
    StopRecording,
    StopTracking,
)


class PaperCrew:
    """Remembers who was told what; marks in the recording, and the marker's moves, aside."""

    def __init__(self):
        self.told = []
        self.marks = []
        self.marker = []

    def send(self, role, order):
        if isinstance(order, MarkEvent):
            self.marks.append(order)
        elif isinstance(order, SetMarker):
            assert role == "lines"
            self.marker.append(order.is_recording)
        else:
            self.told.append((role, order))
        return True


@pytest.fixture
def crew():
    return PaperCrew()


@pytest.fixture
def operating(crew, tmp_path, clock):
    return Operating(crew, tmp_path, clock)


def test_an_idle_session_holds_the_stage(operating, crew):
    operating.begin("idle", {}, 100.0)

    assert crew.told == [("stage", Halt())]
    assert operating.state == "idle"


def test_a_recording_session_tracks_and_records_from_the_given_time(operating, crew, tmp_path):
    operating.begin("recording", {"model_name": "eye"}, 104.0)

    assert crew.told == [
        (
            "recorder",
            StartRecording(str(tmp_path / "0001"), 104.0, facts={"model_name": "eye"}),
        ),
        ("stage", Release()),
        ("control", StartTracking()),
    ]
    assert operating.state == "tracking, recording 0001"


def test_the_space_bar_halts_the_stage_first_and_t_releases_it(operating, crew):
    operating.begin("tracking", {}, 100.0)
    crew.told.clear()

    operating.obey(" ")
    state = operating.state
    operating.obey("t")

    assert crew.told[0] == ("stage", Halt())
    assert state == "STOPPED"
    assert crew.told[-2:] == [("stage", Release()), ("control", StartTracking())]
    assert operating.state == "tracking"


def test_t_ends_tracking_with_the_stage_held(operating, crew):
    operating.begin("tracking", {}, 100.0)
    crew.told.clear()

    operating.obey("t")

    assert crew.told == [("stage", Halt()), ("control", StopTracking())]
    assert operating.state == "idle"


def test_r_stops_a_recording_once_however_often_it_is_pressed(operating, crew):
    operating.begin("recording", {}, 100.0)
    crew.told.clear()

    operating.obey("r")
    assert operating.state == "tracking, saving 0001"
    operating.obey("rrr")

    assert crew.told == [("recorder", StopRecording(t_s=100.0, reason="r pressed"))]


def test_r_pressed_while_one_is_saved_starts_the_next_when_that_is_whole(
    operating, crew, clock, tmp_path
):
    operating.begin("recording", {"model_name": "eye"}, 100.0)
    operating.obey("r")
    operating.obey("r")
    waiting = operating.state
    (tmp_path / "0001").mkdir()
    clock.advance_to(102.5)
    crew.told.clear()

    operating.recording_closed()

    assert waiting == "tracking, saving 0001, next waits"
    start = StartRecording(str(tmp_path / "0002"), 102.5, facts={"model_name": "eye"})
    assert crew.told == [("recorder", start)]
    assert operating.state == "tracking, recording 0002"


def test_r_pressed_again_takes_the_waiting_recording_back(operating, crew):
    operating.begin("recording", {}, 100.0)
    operating.obey("rrr")
    crew.told.clear()

    operating.recording_closed()

    assert crew.told == []
    assert operating.state == "tracking"


@pytest.mark.parametrize("how", ["a full disk", "the end"])
def test_no_recording_follows_on_a_failed_one_or_on_the_end(operating, crew, how):
    operating.begin("recording", {}, 100.0)
    operating.obey("rr")
    if how == "the end":
        operating.finish("q pressed", keeps_all=False)
    crew.told.clear()

    operating.recording_closed(is_failed=how == "a full disk")

    assert crew.told == []


def test_what_moves_and_what_is_recorded_are_told_together(operating):
    operating.begin("recording", {}, 100.0)
    states = [operating.state]
    for key in "t tr":
        operating.obey(key)
        states.append(operating.state)

    assert states == [
        "tracking, recording 0001",
        "idle, recording 0001",
        "STOPPED, recording 0001",
        "tracking, recording 0001",
        "tracking, saving 0001",
    ]


def test_q_quits_and_what_follows_it_is_not_carried_out(operating, crew):
    operating.begin("idle", {}, 100.0)
    crew.told.clear()

    assert operating.obey("xqt")
    assert crew.told == []


def test_the_end_halts_the_stage_before_it_stops_the_recording(operating, crew):
    operating.begin("recording", {}, 100.0)
    crew.told.clear()

    operating.finish("duration reached", keeps_all=False)

    stop = StopRecording(t_s=100.0, reason="duration reached")
    assert crew.told == [("stage", End()), ("recorder", stop)]


def test_new_timeouts_are_marked_in_the_recording(operating, crew):
    for timeouts in (0.0, 2.0, 2.0, 3.0):
        operating.note_status(Status("stage", {"timeouts": timeouts}))

    assert [mark.values["count"] for mark in crew.marks] == [2.0, 1.0]


def test_a_recording_that_could_not_be_opened_is_not_shown_as_one(operating, clock):
    operating.begin("recording", {}, 100.0)
    clock.advance_to(103.0)

    operating.note_status(Status("recorder", {"is_recording": 0.0}))

    assert operating.state == "tracking"


def test_a_hold_ends_tracking_until_t_is_pressed(operating, crew):
    operating.begin("tracking", {}, 100.0)
    crew.told.clear()

    operating.held("the head ran away")
    state = operating.state
    operating.obey("t")

    assert crew.told == [
        ("stage", Halt()),
        ("control", StopTracking()),
        ("stage", Release()),
        ("control", StartTracking()),
    ]
    assert state == "STOPPED"
    assert ("tracking_held", "the head ran away") in [(m.kind, m.detail) for m in crew.marks]


def test_neural_recorders_start_and_stop_with_the_tracking_cameras(crew, tmp_path, clock):
    operating = Operating(crew, tmp_path, clock, neural_recorders=["recorder.green"])
    operating.begin("recording", {}, 104.0)
    operating.obey("r")

    told = [(role, type(order)) for role, order in crew.told if role.startswith("recorder")]
    assert told == [
        ("recorder", StartRecording),
        ("recorder.green", StartRecording),
        ("recorder", StopRecording),
        ("recorder.green", StopRecording),
    ]


def test_a_recording_that_fails_takes_its_neural_streams_with_it(crew, tmp_path, clock):
    operating = Operating(crew, tmp_path, clock, neural_recorders=["recorder.green"])
    operating.begin("recording", {}, 104.0)

    operating.recording_closed(is_failed=True)

    role, order = crew.told[-1]
    assert role == "recorder.green"
    assert isinstance(order, StopRecording)


def starts_of(crew):
    orders = [order for role, order in crew.told if role == "recorder"]
    return [order.t_s for order in orders if isinstance(order, StartRecording)]


def test_b_records_what_was_before_too_but_not_what_the_last_recording_holds(crew, tmp_path, clock):
    operating = Operating(crew, tmp_path, clock, keep_s=30.0)
    clock.advance_to(200.0)
    operating.obey("b")
    clock.advance_to(210.0)
    operating.obey("b")
    operating.obey("r")
    operating.recording_closed()
    clock.advance_to(215.0)
    operating.obey("b")

    assert starts_of(crew) == [170.0, 210.0]


def test_b_means_nothing_where_nothing_is_kept(operating, crew):
    operating.obey("b")

    assert starts_of(crew) == []
    assert not operating.is_recording


def test_m_marks_the_recording_by_number(operating, crew):
    operating.begin("recording", {}, 100.0)

    operating.obey("mm")

    marks = [mark for mark in crew.marks if mark.kind == "operator_mark"]
    assert [mark.values for mark in marks] == [{"number": 1.0}, {"number": 2.0}]


def test_the_marker_is_up_from_a_recordings_order_to_its_stop(operating, crew):
    operating.begin("recording", {}, 100.0)
    operating.obey("r")

    assert crew.marker == [True, False]


def test_what_the_first_pictures_looked_like_is_an_event_of_every_recording(operating, crew):
    operating.begin("recording", {}, 100.0)
    looked = LookedAt("control", "the picture has left what eye learned from", {"grey": 90.0})

    operating.looked_at(looked)
    operating.obey("r")
    operating.recording_closed()
    operating.obey("r")

    marks = [mark for mark in crew.marks if mark.kind == "first_look"]
    assert [mark.detail for mark in marks] == [looked.message] * 2
    assert marks[1].values == {"grey": 90.0}
