"""`wormlock harvest`: pictures and a worklist, from recordings."""

import csv

import pytest

from tracker.commands.main import main


def test_pictures_and_their_reasons_are_written(made_up, tmp_path, capsys):
    first, second = made_up(range(200)), made_up(range(300, 500), name="0002")
    out = tmp_path / "to-label"

    status = main(
        ["harvest", str(first.folder), str(second.folder), "--frames", "13", "--out", str(out)]
    )

    with (out / "worklist.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert status == 0
    assert len(rows) == 13
    assert all((out / row["file"]).is_file() for row in rows)
    assert len({row["file"].split("/")[0] for row in rows}) == 2
    assert "not found" in {row["why"] for row in rows}
    assert "not found" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{} --frames 0 --out {}/new", "one a recording"),
        ("{} --out {}", "exists already"),
        ("{} --out {}/no/such", "there is no folder"),
        ("nosuch --out {}/new", "nosuch"),
    ],
)
def test_what_cannot_be_harvested_is_refused_in_one_line(made_up, capsys, words, said):
    folder = made_up().folder

    status = main(["harvest", *words.format(folder, folder).split()])

    printed = capsys.readouterr().err.strip()
    assert status == 2
    assert said in printed
    assert len(printed.splitlines()) == 1
    assert not (folder / "new").exists()
