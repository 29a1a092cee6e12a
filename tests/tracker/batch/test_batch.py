"""Many recordings at once: what is done is passed over, and what fails stops nobody."""

import shutil

import pytest

from tracker.batch.running import carry_out
from tracker.batch.work import recordings_below, work_on
from tracker.commands.main import main
from tracker.errors import UsageError


@pytest.fixture
def sessions(made_up, tmp_path):
    """Three recordings in two sessions, one of them damaged."""
    for name in ("0001", "0002"):
        made_up(range(60), name=name)
    shutil.copytree(tmp_path / "session" / "0002", tmp_path / "other" / "deep" / "0001")
    damaged = tmp_path / "session" / "0002" / "ticks.bin"
    damaged.write_bytes(b"\xff" * damaged.stat().st_size)
    return tmp_path


def test_recordings_are_found_at_any_depth_and_once(sessions):
    found = recordings_below([sessions, sessions / "session"])

    assert [str(path.relative_to(sessions)) for path in found] == [
        "other/deep/0001", "session/0001", "session/0002",
    ]  # fmt: skip


def test_no_recording_at_all_is_said(tmp_path):
    with pytest.raises(UsageError, match="no recording below"):
        recordings_below([tmp_path])


@pytest.mark.parametrize(
    ("kind", "options", "result"),
    [
        ("report", [], "0001/report.html"),
        ("export", ["--to", "csv"], "0001-csv"),
        ("export", ["--to=wcon"], "0001.wcon"),
        ("detect", ["shipped", "--all"], "0001-heads.csv"),
    ],
)
def test_a_work_leaves_what_it_says_and_is_then_done(sessions, kind, options, result):
    recording = sessions / "session" / "0001"
    work = work_on(recording, kind, options, overwrite=False)

    assert not work.is_done
    done = carry_out(work)

    assert done.status == 0, done.said
    assert work.is_done
    assert work.result == recording.parent / result


def test_a_work_that_cannot_be_done_says_why(sessions):
    work = work_on(sessions / "session" / "0002", "report", [], overwrite=False)

    done = carry_out(work)

    assert done.status == 2
    assert "ticks.bin" in done.said
    assert not work.is_done


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("export", [], "needs --to"),
        ("export", ["--to", "paper"], "needs --to"),
        ("report", ["--out", "here.html"], "leave --out"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(tmp_path, kind, options, said):
    with pytest.raises(UsageError, match=said):
        work_on(tmp_path, kind, options, overwrite=False)


@pytest.mark.realtime
def test_a_cluster_does_what_can_be_done_and_goes_on_where_it_was(sessions, capfd):
    words = ["batch", "export", str(sessions), "--workers", "2", "--option", "--to csv"]

    first = main(words)
    said = capfd.readouterr().out
    again = main(words)
    said_again = capfd.readouterr().out

    assert (first, again) == (1, 1)
    assert "2 done, 1 failed" in said
    assert "3 recordings, 2 of them done already" in said_again
    assert "0 done, 1 failed" in said_again
    assert (sessions / "other" / "deep" / "0001-csv").is_dir()
