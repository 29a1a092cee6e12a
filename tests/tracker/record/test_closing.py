"""What stands in the folder when a recording has ended, whatever was missing on the way."""

import sys

import numpy as np
import pytest

from tracker.errors import MissingExtraError
from tracker.record.closing import sum_up
from tracker.record.reader import open_recording
from tracker.record.report import draw_report
from tracker.record.score import rows_of, score
from tracker.record.summary import read_summary, summary_table


def test_a_closed_recording_has_its_figures_and_its_picture(record):
    folder = record(80)

    sum_up(folder)

    assert read_summary(folder)["frames"]["recorded"] == 80
    assert (folder / "report.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_figures_are_there_and_the_extra_is_named(record, monkeypatch):
    folder = record(80)
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(MissingExtraError, match=r"pip install 'wormlock\[report\]'"):
        sum_up(folder)

    assert read_summary(folder)["frames"]["recorded"] == 80


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_picture_of_next_to_nothing_can_be_drawn(record, made_up, count):
    folder = record(count, tables=made_up.run(count))

    sum_up(folder)

    assert (folder / "report.png").is_file()


def test_the_picture_of_a_run_without_stage_and_truth_can_be_drawn(record, made_up):
    tables = made_up.run(80)
    tables["ticks"]["sequence"] = -1
    tables = {name: rows if name == "ticks" else rows[:0] for name, rows in tables.items()}

    sum_up(record(80, tables=tables))


def test_what_is_not_known_is_null_in_the_file_and_a_dash_in_the_table(record, made_up):
    tables = made_up.run(80)
    tables["truth"] = tables["truth"][:0]
    folder = record(80, tables=tables)
    sum_up(folder)

    assert '"rms": null' in (folder / "summary.json").read_text()
    assert np.isnan(read_summary(folder)["error_um"]["rms"])
    (line,) = (line for line in summary_table(read_summary(folder)).splitlines() if "true" in line)
    assert line.split() == ["true", "-", "-", "-", "-", "-"]


def test_the_picture_is_drawn_from_rows_alone(record, made_up, tmp_path):
    run = rows_of(open_recording(record(80)))

    draw_report(tmp_path / "picture.png", run, score(run), made_up.header)

    assert (tmp_path / "picture.png").is_file()
