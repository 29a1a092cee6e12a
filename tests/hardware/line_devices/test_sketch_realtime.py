"""The very sketch that goes onto an Arduino, compiled for this computer, behind a real port."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from hardware.clock import HostClock
from hardware.line_devices.opening import open_arduino

BOARD = Path(__file__).parent / "board"
SKETCH = Path(__file__).parents[3] / "hardware" / "line_devices" / "edge_counter"

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="needs a pseudo terminal"),
    pytest.mark.skipif(shutil.which("g++") is None, reason="no compiler here"),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("board") / "counter"
    words = ["g++", "-std=c++17", "-Wall", "-I", str(BOARD), "-I", str(SKETCH)]
    subprocess.run([*words, "-o", str(path), str(BOARD / "board.cpp")], check=True)
    return path


@pytest.fixture
def board(program, tmp_path):
    import pty
    import tty

    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    with (tmp_path / "pins").open("wb") as pins:
        process = subprocess.Popen([str(program)], stdin=ours, stdout=ours, stderr=pins)
    os.close(ours)
    yield os.ttyname(theirs), tmp_path / "pins"
    process.kill()
    process.wait()
    os.close(theirs)


def test_the_sketch_counts_stamps_and_moves_its_output(board):
    port, pins = board
    counter = open_arduino(port, 115_200, ("camera", "confocal"), HostClock())

    counter.start()
    edges, changed_s = [], []
    counter.set_output(is_high=True)
    until_s = time.perf_counter() + 3.0
    while time.perf_counter() < until_s:
        readings = counter.read(0.02)
        edges.append(readings.edges)
        changed_s += readings.changed_s
    counter.close()

    rows = np.concatenate(edges)
    for line, period_s in enumerate((0.005, 0.01)):
        found = rows[rows["line"] == line]
        assert found["count"].tolist() == list(range(len(found)))
        assert len(found) == pytest.approx(3.0 / period_s, rel=0.02)
        assert float(np.median(np.diff(found["t_s"]))) == pytest.approx(period_s, rel=0.01)
    # The board runs by this computer's own clock, so both must tell the same.
    drift = np.polyfit(rows["device_s"] - rows["device_s"][0], rows["t_s"] - rows["t_s"][0], 1)[0]
    assert drift == pytest.approx(1.0, abs=1e-3)
    assert np.median(rows["received_s"] - rows["t_s"]) < 0.03
    assert len(changed_s) == 1
    assert "pin 7 1" in pins.read_text()
