"""`wormlock label` as a process: killed at any instant, it has kept what it called kept."""

import json
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from http.client import HTTPException
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.labels.assembly import Reading
from models.labels.plain_csv import read_csv

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-c", "import sys, wormlock; sys.exit(wormlock.main())", "label"]
FRAMES = 200

pytestmark = pytest.mark.realtime


@pytest.fixture
def start(tmp_path):
    """Start the command; returns the process and what asks it as the one annotator."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(FRAMES):
        assert cv2.imwrite(str(folder / f"{number:03}.png"), np.full((8, 8), number, np.uint8))
    started = []

    def begun():
        words = [str(folder), "--labels", str(tmp_path / "labels.csv"), "--port", "0"]
        process = subprocess.Popen(
            [*COMMAND, *words, "--annotator", "anna", "--repeats", "0"],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        address = None
        while address is None:
            line = process.stdout.readline()
            assert line, "it ended before it listened"
            address = re.match(r"anna: (http\S+)/\?token=(\S+)", line)

        def ask(path, **body):
            sent = json.dumps(body).encode() if body else None
            url = f"{address[1]}/{path}?token={address[2]}"
            with urllib.request.urlopen(url, sent, timeout=10) as answer:
                return json.loads(answer.read())

        return process, ask

    yield begun
    for process in started:
        process.kill()
        process.wait(10.0)
        process.stdout.close()


def label(ask, kept, *, most):
    """Label frame after frame until the server is gone."""
    try:
        for _ in range(most):
            at = ask("task")["at"]
            ask("confirm", at=at, presence="absent", heads=[])
            kept.append(at)
    except (OSError, ValueError, HTTPException):
        return


def read(folder):
    findings = read_csv(folder / "labels.csv", Reading())
    assert findings.faults == []
    return findings.found


@pytest.mark.parametrize("after", [1, 7, 40])
def test_a_server_that_is_killed_has_kept_all_that_was_confirmed(start, tmp_path, after):
    process, ask = start()
    kept = []
    labelling = threading.Thread(target=label, args=(ask, kept), kwargs={"most": FRAMES})
    labelling.start()

    while len(kept) < after and labelling.is_alive():
        labelling.join(0.001)
    process.kill()
    labelling.join()
    found = read(tmp_path)
    _, ask_again = start()

    assert len(kept) <= len(found) <= len(kept) + 1
    assert ask_again("task")["at"] == len(found)


def test_ctrl_c_says_what_was_saved(start, tmp_path):
    process, ask = start()
    label(ask, [], most=3)

    process.send_signal(signal.SIGINT)
    said = process.stdout.read()

    assert process.wait(10.0) == 0
    assert f"saved 3 by anna: {tmp_path / 'labels.csv'}" in said
    assert f"3 of {FRAMES} frames have a label" in said
    assert len(read(tmp_path)) == 3
