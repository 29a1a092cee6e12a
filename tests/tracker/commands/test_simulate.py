import json

import pytest

from tracker.commands.main import main


def test_a_scenario_is_run_and_its_table_printed(capsys):
    status = main(["simulate", "crawl", "--seconds", "2", "--seed", "5"])

    printed = capsys.readouterr().out
    assert status == 0
    assert printed.startswith("crawl, seed 5, law foresight\n")
    assert "error (um)" in printed
    assert "times real time" in printed


def test_the_figures_are_the_same_to_the_bit_for_a_seed(tmp_path, capsys):
    files = [tmp_path / "first.json", tmp_path / "second.json"]
    for file in files:
        assert main(["simulate", "roam", "--seconds", "3", "--json", str(file)]) == 0

    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert json.loads(first)["error_um"]["rms"] > 0.0


def test_a_dash_prints_the_figures_alone(capsys):
    main(["simulate", "roam", "--seconds", "2", "--json", "-", "--law", "incumbent"])

    summary = json.loads(capsys.readouterr().out)
    assert set(summary) >= {"duration_s", "error_um", "within_50_um", "head_found", "lost_s"}


def test_a_scenario_that_is_not_there_is_named_with_those_that_are(capsys):
    assert main(["simulate", "raom"]) == 2

    said = capsys.readouterr().err
    assert "raom: there is no such scenario" in said
    assert "roam" in said


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--seconds", "0"], "--seconds: expected seconds above 0, got '0'"),
        (["--seconds", "nan"], "--seconds: expected seconds above 0, got 'nan'"),
        (["--seconds", "soon"], "--seconds: expected seconds above 0, got 'soon'"),
        (["--seed", "-1"], "--seed: expected a whole number from 0 on, got '-1'"),
        (["--law", "guess"], "--law: expected one of foresight"),
    ],
)
def test_bad_arguments_are_named(capsys, arguments, fault):
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "crawl", *arguments])

    assert ended.value.code == 2
    assert fault in capsys.readouterr().err
