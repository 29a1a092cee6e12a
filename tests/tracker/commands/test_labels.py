"""`wormlock labels` from the command line: an example made, read, judged; faults told."""

import pytest

from models.labels.assembly import Reading
from models.labels.plain_csv import read_csv
from tracker.commands.main import main

HEAD = "file,nose_x_px,nose_y_px,terminal_bulb_x_px,terminal_bulb_y_px\n"


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example")
    assert main(["labels", "example", "--out", str(folder), "--frames", "12"]) == 0
    return folder


def passes(example):
    return [str(example / name) for name in ("anna.csv", "ben.json", "cleo.json")]


def test_the_example_is_read_and_written_both_ways(example, tmp_path, capsys):
    images = ["--images", str(example / "frames")]

    tables = [tmp_path / "all.csv", tmp_path / "all.json", tmp_path / "again.csv"]
    assert main(["labels", "import", *passes(example), *images, "--out", str(tables[0])]) == 0
    assert main(["labels", "import", str(tables[0]), "--out", str(tables[1])]) == 0
    assert main(["labels", "import", str(tables[1]), "--out", str(tables[2])]) == 0

    assert "by anna, ben, cleo" in capsys.readouterr().out
    assert tables[0].read_text() == tables[2].read_text()


def test_a_consensus_has_one_label_a_frame(example, tmp_path):
    out = tmp_path / "consensus.csv"

    assert main(["labels", "consensus", *passes(example), "--out", str(out)]) == 0

    found = read_csv(out, Reading()).found
    assert {one.label.annotator for one in found} == {"consensus"}
    assert len({one.label.frame.key for one in found}) == len(found) == 12


def test_the_report_is_told_and_written(example, tmp_path, capsys):
    words = ["labels", "report", *passes(example), str(example / "expert.csv")]
    words += ["--gold", "expert", "--images", str(example / "frames"), "--out", str(tmp_path)]

    assert main(words) == 0

    said = capsys.readouterr().out
    assert "cleo beside the gold frames" in said
    assert "More repeats?" in said
    assert "<h1>Labels of anna, ben, cleo" in (tmp_path / "report.html").read_text()
    assert (tmp_path / "worklist.csv").is_file()


def test_whose_labels_they_are_is_said_before_the_file(tmp_path):
    for name, x in (("one.csv", 1), ("two.csv", 2)):
        (tmp_path / name).write_text(f"{HEAD}a.png,{x},2,3,4\n")
    out = tmp_path / "all.csv"
    files = [f"anna={tmp_path / 'one.csv'}", f"anna@2={tmp_path / 'two.csv'}"]

    assert main(["labels", "import", *files, "--out", str(out)]) == 0

    said = [(one.label.annotator, one.label.repeat) for one in read_csv(out, Reading()).found]
    assert said == [("anna", 0), ("anna", 1)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["import", "FILE", "--out", "x.csv"], "does not say who labelled"),
        (["import", "anna=missing.csv", "--out", "x.csv"], "missing.csv: is no file"),
        (["import", "anna=FILE", "--out", "x.txt"], "expected a name that ends in .csv"),
        (["import", "anna@0=FILE", "--out", "x.csv"], "passes are counted from 1"),
        (["import", "anna=FILE", "--out", "x.csv", "--images", "no"], "--images no: is no folder"),
        (["report", "anna=FILE", "--within", "0"], "--within 0.0: expected more than 0"),
        (["report", "anna=FILE", "--gold", "eve"], "--gold eve: nobody of that name"),
        (["consensus", "consensus=FILE", "--out", "x.csv"], "a consensus is among the labels"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(tmp_path, capsys, words, expected):
    file = tmp_path / "labels.csv"
    file.write_text(f"{HEAD}a.png,1,2,3,4\n")

    status = main(["labels", *(word.replace("FILE", str(file)) for word in words)])

    told = capsys.readouterr().err
    assert status == 2
    assert expected in told


def test_sound_labels_can_be_kept_while_the_others_are_named(tmp_path, capsys):
    file = tmp_path / "labels.csv"
    file.write_text(f"{HEAD}a.png,1,2,3,4\nb.png,1,,3,4\n")
    words = ["labels", "import", f"anna={file}", "--out", str(tmp_path / "out.csv")]

    refused = main(words)
    kept = main([*words, "--skip-faulty"])

    assert (refused, kept) == (2, 0)
    assert "left out" in capsys.readouterr().out
    assert len(read_csv(tmp_path / "out.csv", Reading()).found) == 1
