"""The session's log file: what every process has to say, libraries and tracebacks included."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Generator
from pathlib import Path
from typing import IO

from tracker.errors import SessionError

LOG_FILE = "session.log"
LOG_FORMAT = "%(asctime)s {role} %(name)s %(levelname)s %(message)s"


@contextlib.contextmanager
def session_log(folder: Path) -> Generator[IO[bytes]]:
    """Make the session's folder and its log; a session that cannot start leaves neither.

    Raises:
        SessionError: the folder cannot be made.
    """
    has_parent = folder.parent.exists()
    try:
        folder.mkdir(parents=True)
        log = (folder / LOG_FILE).open("ab", buffering=0)
    except OSError as error:
        raise SessionError(f"{folder}: cannot be made: {error.strerror or error}") from error
    logging.basicConfig(
        filename=folder / LOG_FILE, level=logging.INFO, format=LOG_FORMAT.format(role="supervisor")
    )
    try:
        with log:
            yield log
    except SessionError:
        _forget(folder, with_parent=not has_parent)
        raise


def _forget(folder: Path, *, with_parent: bool) -> None:
    """Remove the log and the folder that only held it; a traceback is shown before it goes."""
    if [path.name for path in folder.iterdir()] != [LOG_FILE]:
        return  # something was recorded: that stays, whatever happened
    text = (folder / LOG_FILE).read_text(encoding="utf-8", errors="replace")
    if "Traceback" in text:
        sys.stderr.write(text)
    logging.shutdown()
    with contextlib.suppress(OSError):
        (folder / LOG_FILE).unlink()
        folder.rmdir()
        if with_parent:
            folder.parent.rmdir()
