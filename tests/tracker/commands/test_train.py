"""What `wormlock train` refuses, and how it tells of its progress."""

import argparse

import pytest

from tracker.commands import train
from tracker.errors import MissingExtraError, UsageError


def arguments(*given):
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    return parser.parse_args(given)


@pytest.mark.parametrize("option", ["--frames", "--minutes", "--threads"])
def test_a_training_of_nothing_is_refused_by_name(option):
    with pytest.raises(UsageError, match=f"{option}: expected more than 0, got 0"):
        train.run(arguments(option, "0"))


@pytest.mark.parametrize("given", ["0", "-2", "21"])
def test_an_ensemble_of_no_networks_or_too_many_is_refused(given):
    with pytest.raises(UsageError, match=f"--ensemble: expected 2 to 20 networks, got {given}"):
        train.run(arguments("--ensemble", given))


def test_pictures_without_labels_need_somebody_to_teach_them(tmp_path):
    with pytest.raises(UsageError, match=r"--unlabelled: only an ensemble .* add --ensemble 5"):
        train.run(arguments("--unlabelled", str(tmp_path)))


def test_a_folder_of_pictures_that_is_none_is_named(tmp_path):
    gone = tmp_path / "gone"

    with pytest.raises(UsageError, match=r"--unlabelled .*gone: is no folder"):
        train.run(arguments("--ensemble", "3", "--unlabelled", str(gone)))


def test_a_missing_package_names_the_extra(monkeypatch):
    monkeypatch.setattr(train, "_NEEDED", ("torch", "no_such_package"))

    with pytest.raises(
        MissingExtraError, match=r"no_such_package: pip install 'wormlock\[train\]'"
    ):
        train.run(arguments())


def test_frames_of_the_rig_and_of_other_looks_come_by_turns():
    frames = train._by_turns(iter("abc"), iter("xyz"))

    assert [next(frames) for _ in range(4)] == ["a", "x", "b", "y"]


def test_a_log_gets_a_line_for_each_stage_and_its_end(capsys):
    teller = train._Teller()

    for done in (0.0, 0.4, 0.8, 1.0):
        teller.tell("drawing", done, "")
    teller.tell("training", 0.0, "step 1")

    lines = capsys.readouterr().out.splitlines()
    assert lines == ["drawing: 0%", "drawing: 100%", "training: 0% step 1"]
