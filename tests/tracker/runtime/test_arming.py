"""An armed session: the confocal's first edge starts a recording, its last one ends it."""

import pytest

from tracker.operator_config import ArmConfig
from tracker.runtime.arming import Arming
from tracker.runtime.operating import Operating
from tracker.runtime.orders import LineTrain, MarkEvent, SetMarker, StartRecording

BEGAN, CEASED = LineTrain("confocal", 107.0, True), LineTrain("confocal", 111.0, False)


class PaperCrew:
    """Remembers what was ordered; marks in the recording aside."""

    def __init__(self):
        self.told = []
        self.marks = []

    def send(self, role, order):
        if isinstance(order, MarkEvent):
            self.marks.append(order)
        elif not isinstance(order, SetMarker):
            self.told.append((role, order))
        return True


@pytest.fixture
def crew():
    return PaperCrew()


@pytest.fixture
def armed(crew, tmp_path, clock):
    """Begin a session that waits for the confocal."""

    def begin(**told):
        config = ArmConfig(line="confocal", before_s=0.5, at_start=True, **told)
        operating = Operating(crew, tmp_path, clock, arming=Arming(config))
        operating.begin("tracking", {}, 100.0)
        crew.told.clear()
        return operating

    return begin


def test_an_armed_session_records_from_before_the_first_edge_until_the_last(armed, crew, tmp_path):
    operating = armed()
    before = operating.state

    operating.train_changed(BEGAN)
    during = operating.state
    operating.train_changed(CEASED)

    start, stop = (order for _, order in crew.told)
    assert before == "tracking, ARMED"
    assert start == StartRecording(str(tmp_path / "0001"), 106.5, facts={})
    assert during == "tracking, recording 0001"
    assert stop.reason == "the last edge of confocal"
    told = [(mark.kind, mark.t_s, mark.detail) for mark in crew.marks[1:]]
    assert told == [("first_edge", 107.0, "confocal"), ("last_edge", 111.0, "confocal")]


def test_the_next_first_edge_starts_another_only_where_a_session_stays_armed(armed, crew):
    for again, recordings in ((False, 1), (True, 2)):
        operating = armed(again=again)
        for _ in range(2):
            operating.train_changed(BEGAN)
            operating.train_changed(CEASED)
            operating.recording_closed()

        started = [order for _, order in crew.told if isinstance(order, StartRecording)]
        assert len(started) == recordings


def test_a_arms_and_disarms_and_a_train_that_runs_already_starts_nothing(crew, tmp_path, clock):
    operating = Operating(crew, tmp_path, clock, arming=Arming(ArmConfig(line="confocal")))
    operating.begin("idle", {}, 100.0)

    operating.train_changed(BEGAN)
    operating.obey("a")
    runs = operating.state
    operating.train_changed(CEASED)
    waits = operating.state
    operating.obey("a")
    operating.train_changed(BEGAN)

    assert runs == "idle, ARMED for the next scan"
    assert waits == "idle, ARMED"
    assert operating.state == "idle"
    assert not any(isinstance(order, StartRecording) for _, order in crew.told)
    assert [mark.kind for mark in crew.marks if "armed" in mark.kind] == ["armed", "disarmed"]


def test_edges_neither_start_nor_stop_a_recording_of_the_operators(armed, crew):
    operating = armed()
    operating.obey("r")
    crew.told.clear()

    operating.train_changed(BEGAN)
    operating.train_changed(CEASED)

    assert crew.told == []
    assert operating.state == "tracking, recording 0001, ARMED"


def test_the_operator_may_end_what_an_edge_has_begun(armed, crew):
    operating = armed()
    operating.train_changed(BEGAN)

    operating.obey("r")
    operating.recording_closed()
    crew.told.clear()
    operating.train_changed(CEASED)

    assert crew.told == []
