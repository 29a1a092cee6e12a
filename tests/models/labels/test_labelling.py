"""A session of several people: what they confirm, take back, see again, and how far they are."""

from datetime import UTC, datetime, timedelta

import pytest

from models.labels.faults import LabelError
from models.labels.handing_out import Plan, lay_out
from models.labels.label import Frame, Label, LabelSet, Point, Presence, State
from models.labels.labelling import NO_GOLD, Labelling, Said
from models.labels.store import Store

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SIZE_PX = (200, 100)
ABSENT = Said(Presence.ABSENT)


def head(x_px=20.0, y_px=30.0):
    return tuple(Point(State.MARKED, (x_px + 20 * place, y_px)) for place in range(3))


def said(*heads, proposed_by=""):
    return Said(Presence.PRESENT, tuple(heads or [head()]), proposed_by)


def keys(count):
    return [(f"{number:02}.png", 0) for number in range(count)]


@pytest.fixture
def begin(tmp_path):
    """Begin a session on the test's own table; `clock` holds its seconds."""

    def begun(plan, annotators=("anna", "ben"), *, clock=None, gold=NO_GOLD, since=None, now=NOW):
        clock = clock or [0.0]
        return Labelling(
            store=Store(tmp_path / "labels.csv"),
            deck=lay_out(plan),
            annotators=annotators,
            frame_of=lambda key: Frame(*key, SIZE_PX),
            now_s=lambda: clock[0],
            gold=gold,
            since=since,
            utc_now=lambda: now,
        )

    return begun


def label_all(session, who, says=lambda frame: ABSENT):
    frames = []
    while (handed := session.hand(who)) is not None:
        session.confirm(who, handed.at, says(handed.task.frame))
        frames.append(handed.task.frame)
    return frames


def test_a_label_says_who_when_with_what_and_which_look(begin):
    session = begin(Plan(frames=keys(1)))

    session.confirm("anna", session.hand("anna").at, said(head(), head(60, 80)))

    first, second = session.store.labels
    assert (first.annotator, first.repeat, first.tool) == ("anna", 0, "wormlock label")
    assert datetime.fromisoformat(first.when) == NOW
    assert first.frame == Frame("00.png", 0, SIZE_PX)
    assert (first.animal, second.animal) == (0, 1)
    assert second.points == head(60, 80)


def test_a_frame_stays_before_a_person_until_she_has_said_something_of_it(begin):
    session = begin(Plan(frames=keys(3)))

    first = session.hand("anna")

    assert session.hand("anna") == session.hand("anna", 99) == first
    session.confirm("anna", first.at, ABSENT)
    assert session.hand("anna").task != first.task
    assert session.hand("anna", 0).is_confirmed


def test_what_was_said_can_be_mended_and_counts_once(begin):
    session = begin(Plan(frames=keys(2)))
    session.confirm("anna", session.hand("anna").at, said(head(), head(60, 80)))
    session.confirm("anna", session.hand("anna").at, ABSENT)

    session.confirm("anna", 0, said(head(10, 10)))

    assert [label.points for label in session.hand("anna", 0).labels] == [head(10, 10)]
    assert len(session.store.labels) == 2
    assert session.progress().by_annotator == {"anna": 2, "ben": 0}


def test_a_session_goes_on_where_an_earlier_one_was_ended(begin):
    plan = Plan(frames=keys(20), share=0.5, people=2)
    first = begin(plan)
    seen = [first.hand("anna").task.frame]
    first.confirm("anna", 0, said())
    first.confirm("anna", first.hand("anna").at, said(head(5, 5)))
    lying = first.hand("anna").task.frame

    again = begin(plan)

    assert again.hand("anna").at == 2
    assert again.hand("anna").task.frame == lying
    assert again.hand("anna", 1).labels[0].points == head(5, 5)
    rest = label_all(again, "anna")
    assert not set(rest) & set(seen)
    assert len(rest) == 18


def test_a_frame_that_was_left_lying_goes_to_others_after_a_while(begin):
    clock = [0.0]
    session = begin(Plan(frames=keys(1)), clock=clock)
    lying = session.hand("anna")

    assert session.hand("ben") is None
    clock[0] = 601.0
    assert session.hand("ben").task == lying.task
    session.confirm("ben", 0, ABSENT)
    session.confirm("anna", lying.at, ABSENT)
    assert {label.annotator for label in session.store.labels} == {"anna", "ben"}


@pytest.mark.parametrize(
    ("at", "says", "why"),
    [
        (1, ABSENT, "not handed to you"),
        (-1, ABSENT, "not handed to you"),
        (0, said(head(190.0)), "outside the picture"),
        (0, Said(Presence.PRESENT), "present with 0 heads"),
        (0, Said(Presence.ABSENT, (head(),)), "absent with 1 heads"),
    ],
    ids=["not-yet", "before", "outside", "nothing", "contradiction"],
)
def test_what_cannot_be_said_is_refused_and_changes_nothing(begin, at, says, why):
    session = begin(Plan(frames=keys(3)))
    session.hand("anna")

    with pytest.raises(ValueError, match=why):
        session.confirm("anna", at, says)

    assert not len(session.store.labels)
    assert not session.hand("anna", 0).is_confirmed


def test_nobody_can_reach_a_frame_by_another_persons_place(begin):
    session = begin(Plan(frames=keys(5), share=0.0))
    session.confirm("anna", session.hand("anna").at, ABSENT)
    session.hand("anna")

    with pytest.raises(ValueError, match="not handed to you"):
        session.confirm("ben", 0, ABSENT)

    assert session.task("ben", 0) is None


def test_a_table_that_cannot_be_written_leaves_the_frame_to_be_confirmed(begin, tmp_path):
    session = begin(Plan(frames=keys(3)))
    session.hand("anna")
    (tmp_path / "labels.csv").write_text("another program's")

    with pytest.raises(LabelError, match="another program"):
        session.confirm("anna", 0, ABSENT)

    assert not session.hand("anna", 0).is_confirmed
    assert session.progress().by_annotator["anna"] == 0


def test_after_the_end_nothing_more_is_taken(begin):
    session = begin(Plan(frames=keys(3)))
    session.confirm("anna", session.hand("anna").at, said())

    told = session.end()

    assert "saved 1 by anna" in told[0]
    assert "1 of 3 frames have a label" in told[1]
    with pytest.raises(LabelError, match="is over"):
        session.confirm("anna", 0, ABSENT)


def test_points_taken_from_a_model_say_so_even_after_one_was_moved(begin):
    session = begin(Plan(frames=keys(1)))
    session.hand("anna")

    session.confirm("anna", 0, said(proposed_by="shipped"))
    taken = session.store.labels.labels[0].tool
    session.confirm("anna", 0, said((Point(State.MARKED, (1.0, 1.0)), *head()[1:])))
    moved = session.store.labels.labels[0].tool
    session.confirm("anna", 0, said(head(11, 11)))

    assert taken == moved == "wormlock label, proposal of shipped"
    assert session.store.labels.labels[0].tool == "wormlock label"


def test_a_second_look_shows_what_one_said_and_takes_its_place(begin):
    old = begin(Plan(frames=keys(3)), ["anna"], now=NOW - timedelta(days=1))
    label_all(old, "anna", lambda frame: said())
    worklist = Plan(frames=keys(3)[2:0:-1], share=1, people=1, repeats=0, keeps_order=True)

    session = begin(worklist, ["anna"], since=NOW)
    first = session.hand("anna")
    session.confirm("anna", first.at, said(head(5, 5)))

    assert first.task.frame == ("02.png", 0)
    assert first.labels[0].points == head()
    assert not first.is_confirmed
    again = begin(worklist, ["anna"], since=NOW)
    assert again.hand("anna").task.frame == ("01.png", 0)
    assert [label.repeat for label in again.store.labels] == [0, 0, 0]
    by_frame = {label.frame.file: label.points for label in again.store.labels}
    assert by_frame["02.png"] == head(5, 5)


TRUTH = LabelSet(
    tuple(
        Label(
            frame=Frame(*key, SIZE_PX),
            annotator="expert",
            presence=Presence.PRESENT,
            points=head(),
        )
        for key in keys(12)
    )
)
EXERCISE = Plan(frames=keys(12), gold=keys(12), gold_share=1.0)


def test_the_distance_to_the_truth_is_told_by_fives(begin):
    session = begin(EXERCISE, ["anna"], gold=TRUTH)

    told = []
    for _ in range(9):
        handed = session.hand("anna")
        session.confirm("anna", handed.at, said(head(22)))
        told.append(session.gold_told("anna"))

    assert told[:4] == [""] * 4
    assert told[4:] == [told[4]] * 5
    assert "5 heads beside the expert's: points typically 2.0 px off (5 % of a head)" in told[4]
    assert any("anna, gold frames: 9 heads" in line for line in session.end())


def test_who_marks_other_animals_than_the_expert_is_not_measured(begin):
    session = begin(EXERCISE, ["anna"], gold=TRUTH)

    for _ in range(5):
        elsewhere = said(head(150, 10), head(150, 95))
        session.confirm("anna", session.hand("anna").at, elsewhere)

    assert session.gold_told("anna") == ""
    assert not any("gold" in line for line in session.end())
