"""What is written comes back the same, whatever people put into it."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.labels.assembly import Reading
from models.labels.coco import read_coco, write_coco
from models.labels.label import NO_POINTS, Frame, Label, LabelSet, Point, Presence, State
from models.labels.plain_csv import read_csv, write_csv

WIDTH_PX, HEIGHT_PX = 640, 480
text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
places = st.tuples(st.floats(-0.5, WIDTH_PX - 0.5), st.floats(-0.5, HEIGHT_PX - 0.5))
spreads = st.none() | st.floats(0, 50)
points = st.one_of(
    st.builds(Point, st.sampled_from([State.MARKED, State.HIDDEN]), places, spreads),
    st.sampled_from([Point(State.NOT_VISIBLE), Point(State.NOT_GIVEN)]),
)
frames = st.builds(
    Frame, text, st.integers(0, 10**6), st.sampled_from([None, (WIDTH_PX, HEIGHT_PX)])
)
probabilities = st.none() | st.floats(0, 1)


@st.composite
def labels(draw: st.DrawFn) -> Label:
    presence = draw(st.sampled_from(Presence))
    is_absent = presence is Presence.ABSENT
    return Label(
        frame=draw(frames),
        annotator=draw(text),
        presence=presence,
        points=NO_POINTS if is_absent else draw(st.tuples(points, points, points)),
        animal=draw(st.integers(0, 5)),
        repeat=draw(st.integers(0, 3)),
        when=draw(st.just("") | text),
        tool=draw(st.just("") | text),
        presence_probability=draw(probabilities),
    )


@settings(deadline=None, max_examples=80)
@given(many=st.lists(labels(), min_size=1, max_size=6))
@pytest.mark.parametrize(
    ("write", "read"), [(write_csv, read_csv), (write_coco, read_coco)], ids=["csv", "coco"]
)
def test_labels_come_back_as_they_were_written(write, read, many):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "labels"
        write(file, LabelSet(tuple(many)))
        findings = read(file, Reading())

    assert findings.faults == []
    assert [found.label for found in findings.found] == many


def test_not_visible_and_not_given_stay_apart(tmp_path):
    seen = Point(State.MARKED, (10.0, 20.0))
    one = Label(
        frame=Frame("a.png"),
        annotator="anna",
        presence=Presence.PRESENT,
        points=(seen, Point(State.NOT_VISIBLE), Point(State.NOT_GIVEN)),
    )
    write_coco(tmp_path / "a.json", LabelSet((one,)))

    (found,) = read_coco(tmp_path / "a.json", Reading()).found

    assert [point.state for point in found.label.points] == ["marked", "not_visible", "not_given"]
