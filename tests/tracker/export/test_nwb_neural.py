"""Neural frames, edges and the nudged field in NWB."""

from dataclasses import replace

import numpy as np
import pytest

from hardware.lines import EDGE_ROW, MARK_ROW

pynwb = pytest.importorskip("pynwb")
pytest.importorskip("ndx_pose")


@pytest.fixture
def recording(made_up, add_neural):
    plain = made_up(name="plain")
    edges, marks = np.zeros(4, EDGE_ROW), np.zeros(2, MARK_ROW)
    edges["t_s"], edges["line"] = 100.1 + 0.05 * np.arange(4), [0, 1, 0, 1]
    marks["t_s"], marks["of_frame"] = [100.0, 101.0], -1
    streams = {**plain.header.streams, "edges": EDGE_ROW, "marks": MARK_ROW}
    facts = {**plain.header.facts, "edge_lines": "camera, confocal"}
    ticks = np.array(plain.table("ticks"))
    ticks["nudge_um"][31:] = [5.0, -2.0]
    names = ("stage", "positions", "truth")
    tables = {name: plain.table(name) for name in names} | {"ticks": ticks}
    header = replace(plain.header, facts=facts, streams=streams)
    told = made_up(header=header, tables={**tables, "edges": edges, "marks": marks})
    return add_neural(told)


@pytest.fixture
def path(recording, exported):
    return exported(recording, "nwb", every=4).path


def test_every_neural_frame_comes_back_when_it_was_taken(recording, path):
    green = recording.neural("green")

    with pynwb.NWBHDF5IO(path, "r") as io:
        series = io.read().acquisition["neural_green"]
        assert series.data.dtype == np.uint16
        assert np.array_equal(series.data[:].transpose(0, 2, 1), green.frames[:])
        assert series.timestamps[:] == pytest.approx(green.frames.t_s - 100.0)
        assert "2.5 um" in series.description
        assert len(io.read().acquisition["tracking_camera"].timestamps) == 15


def test_the_fields_centre_and_the_edges_are_there(recording, path):
    with pynwb.NWBHDF5IO(path, "r") as io:
        file = io.read()
        centre = file.processing["behavior"]["tracking"]["field_centre"]
        edges = file.processing["misc"]["edges"]
        assert centre.data[:] == pytest.approx(
            recording.field_centre_px(recording.table("ticks")["t_s"])
        )
        assert np.ptp(centre.data[:], axis=0).min() > 1.0
        assert edges["line"][:].tolist() == [0, 1, 0, 1]
        assert "camera, confocal" in edges.description
        assert len(file.processing["misc"]["frames_green"]["t_s"][:]) == 70


def test_the_validators_accept_it(path):
    inspector = pytest.importorskip("nwbinspector")

    found = list(
        inspector.inspect_nwbfile(nwbfile_path=str(path), config=inspector.load_config("dandi"))
    )

    assert pynwb.validate(path=path) == []
    grave = {inspector.Importance.CRITICAL, inspector.Importance.ERROR}
    assert [finding.message for finding in found if finding.importance in grave] == []
