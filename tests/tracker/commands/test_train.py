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


def test_a_missing_package_names_the_extra(monkeypatch):
    monkeypatch.setattr(train, "_NEEDED", ("torch", "no_such_package"))

    with pytest.raises(
        MissingExtraError, match=r"no_such_package: pip install 'wormlock\[train\]'"
    ):
        train.run(arguments())


def test_frames_of_the_rig_and_of_other_looks_come_by_turns():
    frames = train._alternating(iter("abc"), iter("xyz"))

    assert [next(frames) for _ in range(4)] == ["a", "x", "b", "y"]


def test_a_log_gets_a_line_for_each_stage_and_its_end(capsys):
    teller = train._Teller()

    for done in (0.0, 0.4, 0.8, 1.0):
        teller.tell("drawing", done, "")
    teller.tell("training", 0.0, "step 1")

    lines = capsys.readouterr().out.splitlines()
    assert lines == ["drawing: 0%", "drawing: 100%", "training: 0% step 1"]
