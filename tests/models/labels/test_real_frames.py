"""Labels of real frames: read, held against their pictures, judged. Skipped where they are not."""

import csv
from pathlib import Path

import pytest

from models.labels.assembly import Reading
from models.labels.checks import collect
from models.labels.coco import read_coco, write_coco
from models.labels.formats import read_file
from models.labels.invented import Habit, invent_pass
from models.labels.label import NO_POINTS, NOT_GIVEN, Frame, Label, LabelSet, Point, Presence, State
from models.labels.plain_csv import write_csv
from models.labels.quality import judge_labels

DATA = Path(__file__).parents[4] / "shared" / "data"


def real_labels(folder: Path) -> LabelSet:
    """Return the labels of a folder of frames: nose and pharynx, where its table has them."""
    labels: list[Label] = []
    with (folder / "labels.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            points = NO_POINTS
            if row["nose_x"]:
                nose, pharynx = (
                    Point(State.MARKED, (float(row[f"{name}_x"]), float(row[f"{name}_y"])))
                    for name in ("nose", "pharynx")
                )
                points = (nose, NOT_GIVEN, pharynx)
            labels.append(
                Label(
                    frame=Frame(row["file"], 0, (int(row["width"]), int(row["height"]))),
                    annotator="authors",
                    presence=Presence.PRESENT if row["present"] == "1" else Presence.ABSENT,
                    points=points,
                )
            )
    return LabelSet(tuple(labels))


@pytest.mark.parametrize(
    ("name", "headed"), [("wormpose_sample", 720), ("wormtracer_sample", 1033)]
)
def test_real_labels_fit_their_pictures_and_come_back_whole(name, headed, tmp_path):
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip("the real frames are not beside this checkout")
    labels = real_labels(folder)
    write_csv(tmp_path / "a.csv", labels)
    write_coco(tmp_path / "a.json", labels)

    collected = collect([read_file(tmp_path / "a.csv", Reading())], images=folder / "frames")
    from_coco = [one.label for one in read_coco(tmp_path / "a.json", Reading()).found]

    assert collected.faults == ()
    assert collected.labels == labels
    assert from_coco == list(labels)
    assert sum(label.points[0].at_px is not None for label in collected.labels) == headed
    assert any("no frame without a head" in note for note in collected.notes)


def test_invented_passes_over_real_heads_are_judged_as_they_were_made(tmp_path):
    folder = DATA / "wormpose_sample"
    if not folder.is_dir():
        pytest.skip("the real frames are not beside this checkout")
    truth = LabelSet(
        tuple(label for label in real_labels(folder) if label.points[0].at_px is not None)
    )
    habits = [
        Habit(annotator="anna", scatter_px=0.3),
        Habit(annotator="ben", scatter_px=0.6, bias_along_px=1.0),
        Habit(annotator="cleo", scatter_px=0.9),
    ]
    passes = [invent_pass(truth, habit, seed=n) for n, habit in enumerate(habits)]

    quality = judge_labels(
        LabelSet(tuple(label for one in passes for label in one)), within_heads=0.05
    )

    scatter = {hand.annotator: hand.scatter_px for hand in quality.hands if hand.keypoint == "nose"}
    assert scatter == pytest.approx({"anna": 0.3, "ben": 0.6, "cleo": 0.9}, abs=0.15)
    assert quality.gross_pairs.part < 0.02
