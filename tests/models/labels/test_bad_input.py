"""Every fault is named with its file and place, all of them at once."""

import json

import cv2
import numpy as np
import pytest

from models.labels.assembly import Reading
from models.labels.checks import collect
from models.labels.faults import Findings, LabelError
from models.labels.formats import read_file
from models.labels.words import words_from

ANNA = Reading(annotator="anna")
HEAD = "file,width_px,height_px,annotator,nose_x_px,nose_y_px\n"
STUDIO = [
    {
        "id": 4,
        "data": {"image": "/a.png"},
        "annotations": [
            {
                "id": 9,
                "completed_by": 1,
                "result": [
                    {
                        "type": "keypointlabels",
                        "value": {"x": 1, "y": 2, "keypointlabels": ["nose"]},
                    }
                ],
            }
        ],
    }
]


def faults(findings: Findings) -> list[str]:
    return [str(fault).removeprefix(findings.file).lstrip(":, ") for fault in findings.faults]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", HEAD + "a.png,100,80,anna,1,2,3\n", "line 2: has 7 cells: expected 6"),
        (
            "a.csv",
            HEAD + "a.png,100,80,anna,1,\n",
            "line 2: nose_x_px and nose_y_px: expected both",
        ),
        ("a.csv", HEAD + "a.png,100,80,anna,x,2\n", "line 2: nose_x_px 'x': expected a number"),
        ("a.csv", HEAD + "a.png,100,80,anna,nan,2\n", "line 2: nose_x_px 'nan': expected a number"),
        (
            "a.csv",
            HEAD + "a.png,100,80,anna,120,2\n",
            "line 2: nose at (120.0, 2.0) px lies outside",
        ),
        ("a.csv", "file,snout_x_px,snout_y_px\na,1,2\n", "line 1: unknown column 'snout_x_px'"),
        ("a.csv", HEAD, "holds no labels"),
        (
            "c.csv",
            "scorer,a,a\nbodyparts,beak,beak\ncoords,x,y\nf,1,2\n",
            "unknown keypoint 'beak'",
        ),
        (
            "c.csv",
            "scorer,a,a,a\nbodyparts,nose,nose,nose\ncoords,x,y,likelihood\nf,1,2,1\n",
            "predictions",
        ),
        ("c.csv", "scorer,a,a\nbodyparts,nose,nose\ncoords,x,y\nf,1,\n", "line 4: nose has only x"),
        ("n.ndjson", '{"data_row": {}}\n{"data_row"', "line 2: is no JSON"),
        ("s.json", json.dumps(STUDIO), "task 4, annotation 9: has no original_width"),
        ("x.xml", "<annotations>\n<image>", "line 2: is no XML"),
        ("x.xml", "<osm/>", "begins with <osm>: expected <annotations>"),
        ("k.json", '{"images": [], "annotations": []}', "holds no images"),
        ("k.json", '{"rows": []}', "is no label file that we know"),
        ("e.csv", " \n", "is empty"),
    ],
)
def test_a_fault_names_its_place(write, name, content, expected):
    file = write(name, content)

    try:
        findings = read_file(file, ANNA)
    except LabelError as error:
        findings = Findings(str(file), faults=list(error.faults))

    assert any(expected in fault for fault in faults(findings)), faults(findings)


def test_several_faults_are_told_together(write):
    file = write("a.csv", HEAD + "a,100,80,x,1,\nb,100,80,x,200,2\nc,100,80,x,1,2\n")

    findings = read_file(file, ANNA)

    assert len(findings.faults) == 2
    assert len(findings.found) == 1


def test_nobody_is_guessed(write):
    findings = read_file(write("a.csv", "file,nose_x_px,nose_y_px\na,1,2\nb,1,2\n"), Reading())

    assert faults(findings) == [
        "does not say who labelled: give it as NAME=FILE, for instance anna=FILE"
    ]


def test_a_head_cannot_be_absent_and_marked(write):
    file = write("a.csv", "file,annotator,presence,nose_x_px,nose_y_px\na,anna,absent,1,2\n")

    findings = read_file(file, Reading())

    assert "absent and yet nose is given" in faults(findings)[0]


def test_an_unknown_name_is_taken_once_the_user_says_what_it_is(write):
    file = write("a.csv", "file,snout_x_px,snout_y_px,tail_x_px\na,1,2,3\n")
    reading = Reading(annotator="anna", words=words_from(["Snout=nose", "tail="]))

    findings = read_file(file, reading)

    assert findings.faults == []
    assert findings.found[0].label.points[0].at_px == (1.0, 2.0)


def test_a_renaming_to_something_unknown_is_refused():
    with pytest.raises(LabelError, match="expected THEIRS=OURS"):
        words_from(["snout=beak"])


def test_the_same_frame_twice_is_a_fault_and_a_second_pass_is_not(write):
    first = read_file(write("a.csv", HEAD + "a,100,80,anna,1,2\n"), ANNA)
    again = read_file(write("b.csv", HEAD + "a,100,80,anna,3,2\n"), ANNA)
    second_pass = read_file(write("c.csv", HEAD + "a,100,80,anna,3,2\n"), Reading(repeat=1))

    doubled = collect([first, again], images=None)
    repeated = collect([first, second_pass], images=None)

    (fault,) = doubled.faults
    assert fault.file.endswith("b.csv")
    assert fault.where == "line 2"
    assert "anna@2=FILE" in fault.says
    assert repeated.faults == ()


def test_one_frame_of_two_sizes_is_a_fault(write):
    one = read_file(write("a.csv", HEAD + "a,100,80,anna,1,2\n"), ANNA)
    other = read_file(write("b.csv", HEAD + "a,50,40,ben,1,2\n"), ANNA)

    (fault,) = collect([one, other], images=None).faults

    assert "a is 50 x 40 px here, and 100 x 80 px in" in fault.says


def test_pictures_that_are_missing_or_smaller_than_their_labels_are_named(write, tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((20, 30), np.uint8))
    text = "file,annotator,nose_x_px,nose_y_px\na.png,anna,1,2\na.png,ben,40,2\nb.png,anna,1,2\n"

    collected = collect([read_file(write("a.csv", text), Reading())], images=tmp_path)

    told = [fault.says for fault in collected.faults]
    assert "outside the picture of 30 x 20 px" in told[0]
    assert "b.png is missing" in told[1]
    assert [label.frame.size_px for label in collected.labels] == [(30, 20)]


def test_what_a_set_lacks_is_said(write):
    text = HEAD + "a,100,80,anna,1,2\nb,50,40,anna,1,2\n"

    notes = " / ".join(collect([read_file(write("a.csv", text), ANNA)], images=None).notes)

    assert "2 sizes" in notes
    assert "one annotator only (anna)" in notes
    assert "no frame without a head" in notes
    assert "metacorpus is not marked in any frame" in notes


def test_one_picture_under_two_names_is_one_frame_once_its_folder_is_known(write, tmp_path):
    (tmp_path / "v").mkdir()
    cv2.imwrite(str(tmp_path / "v/a.png"), np.zeros((20, 30), np.uint8))
    text = "file,annotator,nose_x_px,nose_y_px\nC:\\data\\v\\a.png,anna,1,2\n/x/v/a.png,ben,1,3\n"
    findings = [read_file(write("a.csv", text), Reading())]

    blind = collect(findings, images=None)
    seeing = collect(findings, images=tmp_path)

    assert any("no frame was labelled by two people" in note for note in blind.notes)
    assert [label.frame.file for label in seeing.labels] == ["v/a.png", "v/a.png"]
    assert any("2 names of pictures were shortened" in note for note in seeing.notes)
    assert seeing.faults == ()
