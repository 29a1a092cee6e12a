"""Every tool's file gives the same labels, in the same pixels."""

import json

import numpy as np
import pytest

from models.labels.assembly import Reading
from models.labels.formats import read_file
from models.labels.label import Presence, State
from models.labels.words import words_from

ANNA = Reading(annotator="anna")
COCO = {
    "images": [
        {"id": 7, "file_name": "a.png", "width": 100, "height": 80},
        {"id": 8, "file_name": "b.png", "width": 100, "height": 80},
    ],
    "categories": [{"id": 1, "name": "head", "keypoints": ["Nose", "terminal bulb", "tail"]}],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 1, "keypoints": [10, 20, 2, 30, 40, 1, 0, 0, 0]}
    ],
}
DEEPLABCUT = """scorer,,,anna,anna,anna,anna
bodyparts,,,nose,nose,terminal_bulb,terminal_bulb
coords,,,x,y,x,y
labeled-data,v,img0.png,10,20,30,40
labeled-data,v,img1.png,,,,
"""
NEW_LABELBOX = {
    "data_row": {"id": "r", "external_id": "a.png"},
    "media_attributes": {"width": 100, "height": 80},
    "projects": {
        "p": {
            "labels": [
                {
                    "label_details": {"created_at": "2024-03-02", "created_by": "ben"},
                    "annotations": {
                        "objects": [],
                        "classifications": [
                            {"name": "head", "radio_answer": {"name": "No worm"}},
                            {"name": "light", "radio_answer": {"name": "dim"}},
                        ],
                    },
                },
                {
                    "label_details": {"created_at": "2024-03-01", "created_by": "anna"},
                    "annotations": {
                        "objects": [
                            {"name": "nose", "point": {"x": 10.5, "y": 20.5}},
                            {"name": "terminal_bulb", "point": {"x": 30.5, "y": 40.5}},
                        ]
                    },
                },
            ]
        }
    },
}
OLD_LABELBOX = {
    "ID": "x",
    "External ID": "a.png",
    "Created By": "anna",
    "Created At": "2021-05-01",
    "Label": {
        "objects": [
            {"title": "nose", "point": {"x": 10.5, "y": 20.5}},
            {"title": "terminal_bulb", "point": {"x": 30.5, "y": 40.5}},
        ],
        "classifications": [],
    },
}
CVAT_IMAGES = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version>
<image id="0" name="a.png" width="100" height="80">
  <points label="nose" occluded="0" points="10.50,20.50"></points>
  <points label="terminal_bulb" occluded="1" points="30.50,40.50"></points>
</image>
<image id="1" name="b.png" width="100" height="80"><tag label="no head"></tag></image>
<image id="2" name="c.png" width="100" height="80">
  <skeleton label="head">
    <points label="nose" outside="0" occluded="0" points="10.50,20.50"/>
    <points label="metacorpus" outside="1" occluded="0" points="0,0"/>
  </skeleton>
</image></annotations>"""
CVAT_VIDEO = """<annotations><meta><task><name>t</name><source>worm.mp4</source>
<original_size><width>100</width><height>80</height></original_size></task></meta>
<track id="0" label="nose">
  <points frame="4" keyframe="1" outside="0" occluded="0" points="10.50,20.50"/>
  <points frame="5" keyframe="0" outside="0" occluded="0" points="11.50,20.50"/>
</track></annotations>"""


def studio(*names: str, **changes: object) -> list[object]:
    points = [
        {
            "type": "keypointlabels",
            "original_width": 100,
            "original_height": 80,
            "image_rotation": 0,
            "value": {"x": x_percent, "y": y_percent, "width": 0.5, "keypointlabels": [name]},
        }
        for name, x_percent, y_percent in zip(names, (10.5, 30.5), (25.625, 50.625), strict=False)
    ]
    annotation = {"id": 5, "completed_by": 3, "created_at": "2024-05-01", "result": points}
    task = {"id": 1, "data": {"image": "/data/local-files/?d=plate%201/a.png"}}
    return [{**task, "annotations": [{**annotation, **changes}]}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("coco.json", json.dumps(COCO)),
        ("CollectedData_anna.csv", DEEPLABCUT),
        ("new.ndjson", json.dumps(NEW_LABELBOX)),
        ("old.ndjson", json.dumps(OLD_LABELBOX)),
        ("studio.json", json.dumps(studio("nose", "Terminal-Bulb"))),
        ("annotations.xml", CVAT_IMAGES),
        (
            "own.csv",
            "file,nose_x_px,nose_y_px,terminal_bulb_x_px,terminal_bulb_y_px\na,10,20,30,40",
        ),
        ("others.csv", "file,nose_x,nose_y,Terminal Bulb_x,Terminal Bulb_y\na,10,20,30,40"),
    ],
)
def test_every_tool_gives_the_same_pixels(write, name, content):
    reading = Reading(annotator="anna", words=words_from(["tail="]))

    findings = read_file(write(name, content), reading)

    assert findings.faults == []
    label = findings.found[0].label
    assert label.presence is Presence.PRESENT
    assert label.keypoints_px()[[0, 2]] == pytest.approx(np.array([[10, 20], [30, 40]]))
    assert label.points[1].state is State.NOT_GIVEN


def test_who_and_when_are_kept_where_the_tool_says_so(write):
    findings = read_file(write("new.ndjson", json.dumps(NEW_LABELBOX)), Reading())

    said = [(one.label.annotator, one.label.when, one.label.presence) for one in findings.found]
    assert said == [("anna", "2024-03-01", "present"), ("ben", "2024-03-02", "absent")]
    assert any("'dim' is left out" in note for note in findings.all_notes())


def test_the_scorer_of_deeplabcut_is_the_annotator(write):
    findings = read_file(write("c.csv", DEEPLABCUT), Reading())

    assert [one.label.annotator for one in findings.found] == ["anna", "anna"]
    assert findings.found[0].label.frame.file == "labeled-data/v/img0.png"


def test_a_frame_without_a_mark_is_undecided_until_the_user_says_otherwise(write):
    file = write("c.csv", DEEPLABCUT)

    asked = read_file(file, ANNA)
    told = read_file(file, Reading(annotator="anna", unmarked=Presence.ABSENT))

    assert asked.found[1].label.presence is Presence.UNDECIDED
    assert any("--unmarked absent" in note for note in asked.all_notes())
    assert told.found[1].label.presence is Presence.ABSENT


def test_cvat_tells_hidden_not_visible_and_absent_apart(write):
    one, two, three = (found.label for found in read_file(write("a.xml", CVAT_IMAGES), ANNA).found)

    assert [point.state for point in one.points] == ["marked", "not_given", "hidden"]
    assert two.presence is Presence.ABSENT
    assert [point.state for point in three.points] == ["marked", "not_visible", "not_given"]


def test_interpolated_points_of_a_cvat_video_are_nobodys_labels(write):
    findings = read_file(write("a.xml", CVAT_VIDEO), ANNA)

    (found,) = findings.found
    assert found.label.frame.key == ("worm.mp4", 4)
    assert found.label.frame.size_px == (100, 80)
    assert any("interpolated" in note for note in findings.all_notes())


def test_label_studio_says_who_by_number_and_counts_blind_repeats(write):
    tasks = studio("nose")
    again = {**tasks[0]["annotations"][0], "id": 6, "created_at": "2024-06-01"}
    tasks[0]["annotations"].append(again)

    findings = read_file(write("s.json", json.dumps(tasks)), Reading())

    labels = [one.label for one in findings.found]
    assert [(label.annotator, label.repeat) for label in labels] == [("user 3", 0), ("user 3", 1)]
    assert labels[0].frame.file == "plate 1/a.png"


def test_a_negative_frame_of_sleap_is_one_without_a_head(tmp_path):
    sleap_io = pytest.importorskip("sleap_io")
    skeleton = sleap_io.Skeleton(["nose", "metacorpus", "terminal_bulb"])
    video = sleap_io.Video(filename="worm.avi", open_backend=False)
    marked = sleap_io.Instance.from_numpy(
        np.array([[1.0, 2.0], [3.0, 4.0], [np.nan, np.nan]]), skeleton=skeleton
    )
    marked.points["visible"][1] = False
    guessed = sleap_io.PredictedInstance.from_numpy(np.ones((3, 2)), skeleton=skeleton)
    frames = [
        sleap_io.LabeledFrame(video=video, frame_idx=3, instances=[marked]),
        sleap_io.LabeledFrame(video=video, frame_idx=7, instances=[], is_negative=True),
        sleap_io.LabeledFrame(video=video, frame_idx=9, instances=[guessed]),
    ]
    sleap_io.Labels(frames).save(str(tmp_path / "w.slp"))

    findings = read_file(tmp_path / "w.slp", ANNA)

    one, two = (found.label for found in findings.found)
    assert [point.state for point in one.points] == ["marked", "hidden", "not_given"]
    assert one.frame.key == ("worm.avi", 3)
    assert two.presence is Presence.ABSENT
    assert any("predicted" in note for note in findings.all_notes())


def test_a_table_of_deeplabcut_in_hdf5_is_read_without_pandas(tmp_path):
    h5py = pytest.importorskip("h5py")
    levels = [[b"anna"], [b"nose", b"terminal_bulb"], [b"x", b"y"]]
    places = [[0, 0, 0, 0], [0, 0, 1, 1], [0, 1, 0, 1]]
    with h5py.File(tmp_path / "c.h5", "w") as file:
        group = file.create_group("df_with_missing")
        for axis in ("axis0", "block0_items"):
            for number, (level, place) in enumerate(zip(levels, places, strict=True)):
                group[f"{axis}_level{number}"] = np.array(level)
                group[f"{axis}_label{number}"] = np.array(place, np.int8)
        group["axis1"] = np.array([b"v/img0.png", b"v/img1.png"])
        group["block0_values"] = np.array([[10.0, 20, 30, 40], [np.nan] * 4])

    findings = read_file(tmp_path / "c.h5", Reading())

    assert findings.faults == []
    one, two = (found.label for found in findings.found)
    assert (one.annotator, one.frame.file) == ("anna", "v/img0.png")
    assert one.keypoints_px()[[0, 2]] == pytest.approx(np.array([[10, 20], [30, 40]]))
    assert two.presence is Presence.UNDECIDED
