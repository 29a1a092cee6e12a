"""CSV files give back the very numbers that were recorded."""

import csv
import json

import numpy as np
import pytest

from tracker.record.columns import columns_of


def read_csv(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", ["ticks", "stage", "positions", "truth"])
def test_every_number_of_a_table_comes_back(made_up, exported, table):
    recording = made_up()

    rows = read_csv(exported(recording, "csv").path / f"{table}.csv")

    for name, column in columns_of(recording.table(table)).items():
        texts = [row[name] for row in rows]
        read = np.array([float(text or "nan") for text in texts]).astype(column.dtype)
        assert np.array_equal(read, column, equal_nan=column.dtype.kind == "f"), name


def test_frames_are_listed_with_their_times(made_up, exported):
    recording = made_up()

    rows = read_csv(exported(recording, "csv").path / "frames.csv")

    assert [int(row["index"]) for row in rows] == recording.frames.index.tolist()
    assert [float(row["t_s"]) for row in rows] == recording.frames.t_s.tolist()


def test_events_keep_their_words_and_values(made_up, exported):
    rows = read_csv(exported(made_up(), "csv").path / "events.csv")

    assert rows[1]["detail"] == "food, left"
    assert json.loads(rows[1]["values"]) == {"count": 2.0}
