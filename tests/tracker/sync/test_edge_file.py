"""A data logger's file, in the forms that loggers write, and what is said of bad ones."""

import numpy as np
import pytest

from tracker.errors import UsageError
from tracker.sync.edge_file import read_edges


@pytest.fixture
def logged(tmp_path):
    def write(text):
        path = tmp_path / "edges.csv"
        path.write_text(text)
        return path

    return write


def test_samples_of_several_lines(logged):
    found = read_edges(
        logged("# a remark\nTime (ms),camera,piezo\n0,0,1.5\n1,5,2\n2,0,2.5\n3,5,3\n")
    )

    assert found.lines == ["camera", "piezo"]
    assert found.edges_of("camera") == pytest.approx([0.001, 0.003])
    assert found.level("piezo").tolist() == [1.5, 2.0, 2.5, 3.0]
    assert found.t_s == pytest.approx([0.0, 0.001, 0.002, 0.003])


def test_a_row_an_edge(logged):
    found = read_edges(logged("channel,t_s\ncamera,1.5\nneural,0.5\ncamera,1.25\n"))

    assert found.edges_of("camera").tolist() == [1.25, 1.5]
    assert found.edges_of("neural").tolist() == [0.5]


def test_one_column_is_the_cameras(logged):
    assert read_edges(logged("t_s\n0.5\n1.0\n")).edges_of("camera").tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("time,camera\n0,1\n", "with its unit"),
        ("t_s,camera,camera\n0,1,1\n", "each once"),
        ("t_s,camera\n0,1\n1,up\n", "line 3.*'1,up'"),
        ("t_s,camera\n0,1\n1\n", "line 3"),
        ("t_s,camera\n0,1\n1,nan\n", "line 3"),
        ("t_s,camera\n0,0\n2,1\n1,0\n", "backwards after row 2"),
        ("channel,t_s\ncamera,soon\n", "line 2"),
    ],
    ids=["empty", "no-unit", "twice", "word", "short", "nan", "backwards", "word-in-rows"],
)
def test_a_bad_file_is_named_by_its_line(logged, text, said):
    with pytest.raises(UsageError, match=said):
        read_edges(logged(text))


def test_a_column_that_is_not_there_is_told_with_those_that_are(logged):
    found = read_edges(logged("t_s,camera,piezo\n0,0,0\n1,0,1\n"))

    with pytest.raises(UsageError, match="it has camera, piezo"):
        found.edges_of("confocal")
    with pytest.raises(UsageError, match="never goes up"):
        found.edges_of("camera")


def test_hours_of_samples_are_read(logged):
    rows = [f"{0.0002 * at:.4f},{5 * (at % 125 < 20)}" for at in range(100_000)]

    edges_s = read_edges(logged("t_s,camera\n" + "\n".join(rows))).edges_of("camera")

    assert np.diff(edges_s) == pytest.approx(0.025)
