"""Work in a process of its own with a time limit: whatever a driver does there, we go on."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.runtime.children import search_path

ANSWER_FILE = "WORMLOCK_ANSWER_FILE"
_DIES_WITHIN_S = 2.0
_LAST_WORDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How it went: the answer, read from JSON; or, where there is none, why not."""

    answer: object | None
    why_not: str


def run_bounded(words: Sequence[str], *, limit_s: float) -> Ended:
    """Run `wormlock WORDS` and return what it gave to `answer`; nothing of it is shown.

    A process that does not die when it is killed (it waits in a driver) is left behind.
    """
    with tempfile.TemporaryDirectory(
        prefix="wormlock-doctor-", ignore_cleanup_errors=True
    ) as folder:
        file, said = Path(folder) / "answer.json", Path(folder) / "said"
        environment = {**os.environ, "PYTHONPATH": search_path(), ANSWER_FILE: str(file)}
        with said.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "wormlock", *words],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            has_ended = _wait(process, limit_s)
        if file.is_file():
            return Ended(answer=json.loads(file.read_text(encoding="utf-8")), why_not="")
        if not has_ended:
            return Ended(answer=None, why_not=f"no end after {limit_s:.0f} s: something hangs")
        return Ended(answer=None, why_not=_crash(process.returncode, said))


def answer(value: object) -> None:
    """Hand a value to the process that waits for it: whole or not at all."""
    file = Path(os.environ[ANSWER_FILE])
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(value), encoding="utf-8")
    draft.replace(file)


def _wait(process: subprocess.Popen[bytes], limit_s: float) -> bool:
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_DIES_WITHIN_S)
        return False
    except BaseException:
        process.kill()
        raise
    return True


def _crash(status: int, said: Path) -> str:
    """Return one line on a process that ended without an answer."""
    words = said.read_text(encoding="utf-8", errors="replace").split()
    how = f"signal {-status}" if status < 0 else f"exit status {status}"
    last = " ".join(words)[-_LAST_WORDS:]
    return f"it crashed ({how}){': ...' + last if last else ''}"
