"""A whole session whose recording starts with the confocal's first edge and ends with its last."""

import os
import signal
import time

import numpy as np
import pytest
import yaml

import wormlock
from tracker.commands.main import main
from tracker.record.check import check_recording

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="the emulated counter is at a pseudo terminal"),
]


@pytest.fixture
def waiting_for_the_confocal(cheap_config):
    """The cheap rig, its confocal scanning from 6 s to 9 s; `told` is more of rig.lines.

    By then everything is open, on a busy computer too.
    """

    def give(marker, **told):
        config = yaml.safe_load(cheap_config.read_text())
        lines = {"kind": "simulated", "confocal_from_s": 6.0, "confocal_lasts_s": 3.0, **told}
        config["rig"] |= {"lines": lines, "marker": marker}
        config["arm"] = {"line": "confocal", "at_start": True, "before_s": 0.5, "quiet_s": 0.8}
        cheap_config.write_text(yaml.safe_dump({**config, "start": "tracking"}))

    return give


def test_the_confocals_edges_start_and_stop_a_recording_and_align_it(
    waiting_for_the_confocal, run_to_the_end
):
    waiting_for_the_confocal({"kind": "output"})

    session = run_to_the_end("--duration", "12s")

    folder = session.out / "0001"
    recording = wormlock.open_recording(folder)
    edges, marks, analog = (recording.table(name) for name in ("edges", "marks", "analog"))
    confocal_s = edges["t_s"][edges["line"] == 1]
    events = {event.kind: event.t_s for event in recording.events}
    assert session.process.returncode == 0, session.said()
    assert "tracking, ARMED" in session.said()
    assert recording.edge_lines == ("camera", "confocal")
    assert len(confocal_s) == pytest.approx(60, abs=1)
    assert events["first_edge"] == pytest.approx(confocal_s[0])
    assert events["last_edge"] == pytest.approx(confocal_s[-1])
    assert recording.header.started_s == pytest.approx(confocal_s[0] - 0.5)
    assert 0.8 < recording.frames.t_s[-1] - confocal_s[-1] < 2.0
    assert marks["is_high"].tolist() == [True, False]
    assert np.ptp(analog["t_s"]) == pytest.approx(len(analog) / 5000.0, rel=1e-3)
    assert not check_recording(folder).faults
    assert main(["sync", str(folder), "--camera-exposure-ms", "4", "--piezo", "piezo"]) == 0


def test_edges_come_through_a_real_port_and_each_frame_is_marked(
    waiting_for_the_confocal, run_to_the_end
):
    waiting_for_the_confocal({"kind": "output", "each_frame": True}, over_serial=True)

    session = run_to_the_end("--duration", "12s")

    recording = wormlock.open_recording(session.out / "0001")
    edges, marks = recording.table("edges"), recording.table("marks")
    camera_s = edges["t_s"][edges["line"] == 0]
    began_s = recording.frames.t_s - 0.002  # it exposes for 4 ms
    off_s = camera_s[np.clip(np.searchsorted(camera_s, began_s), 0, len(camera_s) - 1)] - began_s
    marked = marks["of_frame"][marks["is_high"]]
    used = recording.table("ticks")["frame_index"]
    assert session.process.returncode == 0, session.said()
    # The counter's clock is known to half a round trip over the port, on a busy computer too.
    assert float(np.median(np.abs(off_s))) < 0.002
    assert len(np.intersect1d(marked, used)) > 0.9 * len(used) - 25  # from the order on, not before
    assert (np.diff(marked) > 0).all()


def test_lines_that_are_killed_end_nothing_but_their_own_tables(
    waiting_for_the_confocal, cheap_config, run_session
):
    waiting_for_the_confocal({"kind": "output"})
    config = yaml.safe_load(cheap_config.read_text())
    cheap_config.write_text(yaml.safe_dump({**config, "start": "recording"}))
    session = run_session()
    edges = session.out / "0001" / "edges.bin"
    until_s = time.perf_counter() + 60.0
    while not (edges.exists() and edges.stat().st_size) and time.perf_counter() < until_s:
        time.sleep(0.02)

    struck_s = time.perf_counter()
    os.kill(int((session.place.folder / "lines.pid").read_text()), signal.SIGKILL)
    time.sleep(2.0)
    session.process.send_signal(signal.SIGINT)
    status = session.await_end()

    recording = wormlock.open_recording(session.out / "0001")
    told = [event.detail for event in recording.events if event.kind == "lines_lost"]
    assert status == 1
    assert told == ["lines: the process ended unasked (status -9)"]
    assert "edges FAILED" in session.said() or "lines: the process ended" in session.said()
    assert recording.frames.t_s[-1] > struck_s + 1.0
    assert recording.table("edges")["t_s"][-1] < struck_s + 0.5
    assert not check_recording(recording.folder).faults
