"""The page of a recording: one file that holds everything, from whatever is left of it."""

import re

import numpy as np
import pytest

from tracker.commands.main import main
from tracker.report.moments import worst_moments


def test_the_page_needs_no_other_file_and_says_what_was_recorded(made_up, tmp_path):
    recording = made_up(range(200))

    status = main(["report", str(recording.folder), "--out", str(tmp_path / "page.html")])

    page = (tmp_path / "page.html").read_text()
    assert status == 0
    assert page.count("data:image/png") == 7
    assert not re.search(r"(src|href)='(?!data:)", page)
    for words in ("AML32", "food, left", "within 25 um", "start: idle", "not found for"):
        assert words in page


def test_the_worst_moments_are_far_apart_and_say_why(made_up):
    ticks = made_up(range(400)).table("ticks")
    ticks["error_um"][100] = [60.0, 80.0]
    ticks["error_um"][101] = [59.0, 80.0]
    ticks["confidence"][150] = 0.2

    found = worst_moments(ticks)

    why = {moment.frame_index: moment.why for moment in found}
    assert why[100] == "100 um off the centre"
    assert why[11] == "not found for 0.07 s"
    assert why[150] == "confidence 0.20"
    assert np.diff([moment.t_s for moment in found]).min() >= 1.0


@pytest.mark.parametrize("numbers", [range(0), range(1), range(9)], ids=["none", "one", "nine"])
def test_a_recording_that_was_cut_short_has_its_page_too(made_up, numbers, capsys):
    recording = made_up(numbers, closed=False)

    status = main(["report", str(recording.folder)])

    assert status == 0, capsys.readouterr().err
    assert "cut short" in (recording.folder / "report.html").read_text()


def test_an_earlier_page_is_replaced_only_when_it_is_asked_for(made_up, capsys):
    recording = made_up()
    words = ["report", str(recording.folder)]

    assert [main(words), main(words), main([*words, "--overwrite"])] == [0, 2, 0]
    assert "--overwrite" in capsys.readouterr().err


def test_a_page_goes_only_where_a_page_can_be(made_up, capsys, tmp_path):
    recording = made_up()

    for out in (tmp_path / "page.txt", tmp_path / "nosuch" / "page.html"):
        assert main(["report", str(recording.folder), "--out", str(out)]) == 2
        assert str(out) in capsys.readouterr().err
