"""The table that grows: what is confirmed is in it, and what is not ours is not written over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.labels.assembly import Reading
from models.labels.faults import LabelError
from models.labels.label import NO_POINTS, Frame, Label, Point, Presence, State
from models.labels.plain_csv import read_csv
from models.labels.store import Store, pass_key

HEAD = (Point(State.MARKED, (3.25, 4.0)), Point(State.NOT_VISIBLE), Point(State.HIDDEN, (9, 9.5)))


def label(number, annotator="anna", *, animal=0, repeat=0, points=HEAD):
    presence = Presence.ABSENT if points is NO_POINTS else Presence.PRESENT
    return Label(
        frame=Frame(f"plate 1/{number}, b.png", 0, (20, 20)),
        annotator=annotator,
        presence=presence,
        points=points,
        animal=animal,
        repeat=repeat,
        when="2026-11-24T10:00:00+00:00",
        tool='wormlock label, "x"',
    )


def head_at(animal, heads):
    return (Point(State.MARKED, (1.0 + animal, 2.0)), *HEAD[1:]) if heads else NO_POINTS


def read(file):
    findings = read_csv(file, Reading())
    assert findings.faults == []
    return [found.label for found in findings.found]


passes = st.tuples(
    st.integers(0, 4), st.sampled_from(["anna", "ben"]), st.integers(0, 2), st.integers(0, 1)
)


@settings(max_examples=30)
@given(said=st.lists(passes, max_size=20))
def test_the_table_always_holds_the_last_word_on_each_look_at_each_frame(said, tmp_path_factory):
    file = tmp_path_factory.mktemp("store") / "labels.csv"
    store = Store(file)
    last = {}
    for number, who, heads, repeat in said:
        looked = [
            label(number, who, animal=animal, repeat=repeat, points=head_at(animal, heads))
            for animal in range(max(1, heads))
        ]
        store.put(looked)
        last[pass_key(looked[0])] = looked

        assert read(file) == [one for labels in last.values() for one in labels]

    assert list(Store(file).labels) == list(store.labels)


def test_a_table_of_others_is_gone_on_with_and_keeps_their_labels(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("nose_y_px,nose_x_px,file,annotator\n5,4,a.png,ben\n")

    Store(file).put([label(1)])

    assert [(one.annotator, one.frame.file) for one in read(file)] == [
        ("ben", "a.png"),
        ("anna", "plate 1/1, b.png"),
    ]


def test_a_table_that_another_program_changed_is_not_written_over(tmp_path):
    store = Store(tmp_path / "labels.csv")
    store.put([label(1)])
    other = Store(tmp_path / "labels.csv")
    other.put([label(2, "ben")])

    with pytest.raises(LabelError, match="another program has changed"):
        store.put([label(3)])

    assert [one.annotator for one in read(tmp_path / "labels.csv")] == ["anna", "ben"]
    assert len(store.labels) == 1


def test_a_disk_that_takes_nothing_more_leaves_the_old_table(tmp_path, monkeypatch):
    store = Store(tmp_path / "labels.csv")
    store.put([label(1)])

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("models.labels.text_files.os.fsync", full)
        with pytest.raises(LabelError, match="No space left"):
            store.put([label(2)])

    assert read(tmp_path / "labels.csv") == list(store.labels) == [label(1)]
    assert [file.name for file in tmp_path.iterdir()] == ["labels.csv"]
    store.put([label(2)])


def test_a_faulty_table_is_refused_with_its_line(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("file,annotator,nose_x_px,nose_y_px\na.png,ben,4,five\n")

    with pytest.raises(LabelError, match=r"line 2: nose_y_px 'five'"):
        Store(file)


def test_labels_of_two_looks_are_not_kept_as_one(tmp_path):
    with pytest.raises(ValueError, match="2 looks"):
        Store(tmp_path / "labels.csv").put([label(1), label(2)])
