"""Points in a CSV file, read strictly."""

import numpy as np
import pytest

from tracker.calibrate.points import read_points
from tracker.errors import UsageError


def written(tmp_path, text):
    file = tmp_path / "points.csv"
    file.write_text(text)
    return file


def test_columns_are_read_by_name_and_an_optional_one_may_be_empty(tmp_path):
    file = written(tmp_path, "y_um, x_um, z_um\n1, -2,\n3, 4.5, 6\n")

    table = read_points(file, needed=("x_um", "y_um"), optional=("z_um",))

    assert table == pytest.approx(np.array([[-2, 1, np.nan], [4.5, 3, 6]]), nan_ok=True)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x_um\n1\n", "column y_um is missing"),
        ("x_um,y_um\n1,two\n", "line 2, y_um: expected a number, got 'two'"),
        ("x_um,y_um\n1,\n", "line 2, y_um"),
        ("x_um,y_um\n1,nan\n", "line 2, y_um"),
    ],
)
def test_a_fault_is_named_with_its_line_and_column(tmp_path, text, why):
    with pytest.raises(UsageError, match=why):
        read_points(written(tmp_path, text), needed=("x_um", "y_um"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.csv: cannot be read"):
        read_points(tmp_path / "nowhere.csv", needed=("x_um",))
