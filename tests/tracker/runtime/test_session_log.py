"""A session that cannot start leaves nothing; one that recorded keeps everything."""

import logging

import pytest

from tracker.errors import SessionError
from tracker.runtime.session_log import LOG_FILE, session_log


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)


def fail_in(folder, *, log_line=b"", recording=""):
    with session_log(folder) as log:
        log.write(log_line)
        if recording:
            (folder / recording).mkdir()
        raise SessionError("no camera")


def test_a_session_that_cannot_start_leaves_no_folder(tmp_path):
    with pytest.raises(SessionError):
        fail_in(tmp_path / "rec" / "session")

    assert list(tmp_path.iterdir()) == []


def test_a_traceback_is_shown_before_its_log_goes(tmp_path, capsys):
    with pytest.raises(SessionError):
        fail_in(tmp_path / "session", log_line=b"Traceback (most recent call last): ...\n")

    assert "Traceback" in capsys.readouterr().err


def test_a_recording_stays_whatever_happens(tmp_path):
    folder = tmp_path / "session"

    with pytest.raises(SessionError):
        fail_in(folder, recording="0001")

    assert sorted(path.name for path in folder.iterdir()) == ["0001", LOG_FILE]


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SessionError, match="cannot be made"), session_log(tmp_path / "file" / "a"):
        pass
