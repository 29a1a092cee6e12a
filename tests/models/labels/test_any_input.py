"""Whatever stands in a file, its reader names faults and never fails in another way."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.labels.assembly import Reading
from models.labels.checks import collect
from models.labels.faults import Findings, LabelError
from models.labels.formats import READERS

WORDS = [
    *("images", "annotations", "categories", "keypoints", "id", "image_id", "category_id"),
    *("file_name", "wormlock", "without_head", "states", "spreads_px", "presence", "order"),
    *("data", "image", "result", "type", "value", "keypointlabels", "x", "y", "original_width"),
    *("original_height", "choices", "completed_by", "created_at", "annotator"),
    *("data_row", "external_id", "projects", "labels", "label_details", "created_by", "objects"),
    *("classifications", "radio_answer", "point", "name", "Label", "External ID", "answer"),
]
values = st.one_of(
    st.sampled_from(["nose", "tail", "absent", "keypointlabels", "present", "a.png", "", 1, 2]),
    st.floats(),
    st.integers(),
    st.none(),
    st.booleans(),
)
anything = st.recursive(
    values,
    lambda inner: (
        st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=8)
    ),
    max_leaves=25,
)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(content=anything)
@pytest.mark.parametrize("kind", ["coco", "label-studio", "labelbox"])
def test_any_json_is_read_or_refused(kind, content):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "labels.json"
        file.write_text(json.dumps(content))
        try:
            findings = READERS[kind](file, Reading(annotator="anna"))
        except LabelError as error:
            findings = Findings(str(file), faults=list(error.faults))

    collected = collect([findings], images=None)
    assert collected.faults or len(collected.labels) or findings.counts or kind == "labelbox"


cells = st.sampled_from(
    ["", "a.png", "1", "-2.5", "nan", "x", "present", "absent", "marked", "anna"]
)
columns = st.sampled_from(
    [
        "file",
        "index",
        "annotator",
        "presence",
        "nose_state",
        "nose_x_px",
        "nose_y_px",
        "width_px",
        "height_px",
        "scorer",
        "bodyparts",
        "coords",
        "animal",
        "repeat",
        "terminal_bulb_spread_px",
    ]
)
tables = st.tuples(st.lists(columns, max_size=8), st.lists(st.lists(cells, max_size=8), max_size=5))


@settings(deadline=None, max_examples=40, derandomize=True)
@given(table=tables)
@pytest.mark.parametrize("kind", ["csv", "deeplabcut"])
def test_any_table_is_read_or_refused(kind, table):
    lines = [",".join(row) for row in (table[0], *table[1])]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "labels.csv"
        file.write_text("\n".join(lines))
        try:
            findings = READERS[kind](file, Reading(annotator="anna"))
        except LabelError as error:
            findings = Findings(str(file), faults=list(error.faults))

    assert findings.faults or findings.found or kind == "csv"


attributes = st.dictionaries(
    st.sampled_from(["name", "width", "height", "label", "points", "outside", "frame", "id"]),
    st.sampled_from(["a.png", "10", "nose", "1,2", "x", "", "1", "-3"]),
    max_size=5,
)


@st.composite
def elements(draw, depth=0):
    tag = draw(st.sampled_from(["image", "points", "track", "skeleton", "tag", "meta", "task"]))
    inside = draw(st.lists(elements(depth + 1), max_size=3)) if depth < 3 else []
    said = " ".join(f'{key}="{value}"' for key, value in draw(attributes).items())
    return f"<{tag} {said}>{''.join(inside)}</{tag}>"


@settings(deadline=None, max_examples=40, derandomize=True)
@given(inside=st.lists(elements(), max_size=3))
def test_any_xml_is_read_or_refused(inside):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "annotations.xml"
        file.write_text(f"<annotations>{''.join(inside)}</annotations>")
        findings = READERS["cvat"](file, Reading(annotator="anna"))

    assert findings.found or findings.faults or findings.counts


def test_any_hdf5_is_read_or_refused(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["numbers"] = np.arange(3)
    (tmp_path / "none.h5").write_text("no HDF5")

    for name in ("empty.h5", "other.h5", "none.h5"):
        with pytest.raises(LabelError, match=name):
            READERS["deeplabcut"](tmp_path / name, Reading())


def test_an_entity_in_xml_is_refused(tmp_path):
    file = tmp_path / "a.xml"
    file.write_text('<!DOCTYPE a [<!ENTITY b "c">]><annotations>&b;</annotations>')

    with pytest.raises(LabelError, match="declares entities"):
        READERS["cvat"](file, Reading())
