"""Figures in files of the user's choice: replaced by such figures, and by nothing else."""

import pytest

from tracker.commands.main import main
from tracker.record.figures_file import read_figures


def test_figures_are_written_again_where_they_were(record, tmp_path):
    folder, out = record(80), tmp_path / "figures.json"

    assert main(["score", str(folder), "--json", str(out)]) == 0
    assert main(["score", str(folder), "--json", str(out)]) == 0

    assert read_figures(out)["frames"]["recorded"] == 80


@pytest.mark.parametrize("content", ["mine", '{"mine": 1}', "[1]"])
def test_what_holds_no_such_figures_is_never_overwritten(record, tmp_path, capsys, content):
    out = tmp_path / "thesis.json"
    out.write_text(content)

    assert main(["score", str(record(80)), "--json", str(out)]) == 2

    assert "no such figures, and is not overwritten" in capsys.readouterr().err
    assert out.read_text() == content


def test_no_figures_go_into_a_recording(record, capsys):
    folder = record(80)
    before = (folder / "frames.bin").read_bytes()

    assert main(["score", str(folder), "--json", str(folder / "frames.bin")]) == 2
    assert main(["score", str(folder), "--json", str(folder / "new.json")]) == 2

    assert "outside the recording" in capsys.readouterr().err
    assert (folder / "frames.bin").read_bytes() == before
