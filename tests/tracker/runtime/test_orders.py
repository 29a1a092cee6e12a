"""What the supervisor says to a child is what the child hears."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import SessionError
from tracker.runtime.mailboxes import OrderInbox, OrderOutbox, ReportInbox, ReportOutbox
from tracker.runtime.orders import (
    End,
    Failed,
    Halt,
    MarkEvent,
    Notice,
    Ready,
    RecordingClosed,
    RecordingOpened,
    Release,
    StartRecording,
    StartTracking,
    Status,
    StopRecording,
    order_from_bytes,
    report_from_bytes,
    to_bytes,
)

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@given(folder=st.text(), t_s=st.floats(allow_nan=False), metadata=st.dictionaries(st.text(), plain))
def test_an_order_survives_its_spelling(folder, t_s, metadata):
    order = StartRecording(folder=folder, t_s=t_s, metadata=metadata)

    assert order_from_bytes(to_bytes(order)) == order


@given(role=st.text(), values=st.dictionaries(st.text(), st.floats(allow_nan=False)))
def test_a_report_survives_its_spelling(role, values):
    report = Status(role=role, values=values)

    assert report_from_bytes(to_bytes(report)) == report


@pytest.mark.parametrize(
    "order",
    [StartTracking(), Release(), MarkEvent(t_s=1.0, kind="lost", detail="behind a bubble")],
    ids=lambda order: type(order).__name__,
)
def test_every_order_comes_through_whatever_its_fields_are_called(order):
    assert order_from_bytes(to_bytes(order)) == order


@pytest.mark.parametrize(
    "report",
    [
        Failed("stage", "no port"),
        Notice("stage", "no answer"),
        RecordingOpened("here"),
        RecordingClosed("here", "summary.json", "stopped"),
    ],
    ids=lambda report: type(report).__name__,
)
def test_every_report_comes_through_whatever_its_fields_are_called(report):
    assert report_from_bytes(to_bytes(report)) == report


@pytest.mark.parametrize(
    "spelling",
    [b"", b"\xff", b"[]", b'"Halt"', b'{"is": "Ready"}', b'{"is": "Halt", "speed": 1}'],
    ids=["nothing", "not-text", "a-list", "a-word", "a-report", "a-word-too-many"],
)
def test_what_is_not_an_order_is_shown_and_refused(spelling):
    with pytest.raises(SessionError, match="not a message"):
        order_from_bytes(spelling)


def test_orders_arrive_in_the_order_in_which_they_were_given():
    outbox = OrderOutbox()
    inbox = OrderInbox(outbox.address)
    given_orders = [Halt(), StopRecording(t_s=2.0), End()]

    taken = outbox.send(given_orders[0]) and outbox.send(given_orders[1])
    outbox.send(given_orders[2])
    heard = []
    while len(heard) < 3:
        heard += inbox.take(1.0)

    assert taken
    assert heard == given_orders
    outbox.close()
    inbox.close()


def test_an_order_to_a_child_that_is_not_there_is_reported_as_not_sent():
    outbox = OrderOutbox()

    assert not outbox.send(Halt())
    outbox.close()


def test_reports_of_all_children_come_into_one_inbox():
    inbox = ReportInbox()
    control, stage = ReportOutbox(inbox.address), ReportOutbox(inbox.address)

    control.send(Ready("control"))
    stage.send(Ready("stage", "Ludl"))
    heard = []
    while len(heard) < 2:
        heard += inbox.take(1.0)

    assert sorted(report.role for report in heard) == ["control", "stage"]
    for end in (control, stage, inbox):
        end.close()
