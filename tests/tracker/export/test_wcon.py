"""WCON files keep to the format, and give back the head's midline on the plate."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from tracker.export import wcon

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json.loads((Path(__file__).parent / "wcon_schema.json").read_text(encoding="utf-8"))
CHECK = jsonschema.Draft202012Validator(SCHEMA)


@pytest.fixture
def read(made_up, exported):
    def run(recording=None):
        path = exported(recording or made_up(), "wcon").path
        return json.loads(path.read_text(encoding="utf-8"))

    return run


def joined(file, *names):
    """A field over all records, (n, ...)."""
    records = file["data"]
    for name in names[:-1]:
        records = [record[name] for record in records]
    return np.concatenate([record[names[-1]] for record in records])


def test_a_file_keeps_to_the_format(read):
    CHECK.validate(read())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.pop("units"),
        lambda file: file["units"].pop("x"),
        lambda file: file["data"][0].pop("t"),
        lambda file: file["data"][0]["x"].append(3.0),
        lambda file: file["metadata"].update(timestamp="yesterday"),
        lambda file: file["metadata"].update(sex="XX"),
    ],
)
def test_the_check_notices_a_broken_file(read, spoil):
    file = copy.deepcopy(read())
    spoil(file)

    assert not CHECK.is_valid(file)


@pytest.mark.parametrize("block", [4096, 7])
def test_every_number_comes_back(read, made_up, monkeypatch, block):
    monkeypatch.setattr(wcon, "_BLOCK", block)
    recording = made_up()
    file, path = read(recording), recording.head_path()

    for name, axis in (("x", 0), ("y", 1)):
        midline_um = 1000.0 * joined(file, name)
        assert midline_um == pytest.approx(path.keypoints_um[..., axis], rel=1e-14)
        for point, places_um in (("head", path.head_um), ("stage", path.stage_um)):
            found_um = 1000.0 * joined(file, "@wormlock", f"{point}_{name}")
            assert found_um == pytest.approx(places_um[:, axis], rel=1e-14)
    assert np.array_equal(joined(file, "t"), path.t_s - recording.header.started_s)
    assert np.array_equal(joined(file, "@wormlock", "frame"), path.frame_index)
    assert len(path.t_s) == 57  # three of sixty did not show it


def test_time_zero_is_the_time_stamp_and_the_animal_is_named(read):
    metadata = read()["metadata"]

    assert metadata["timestamp"] == "2026-02-03T10:11:13.500000+01:00"
    assert (metadata["strain"], metadata["sex"], metadata["age"]) == ("AML32", "hermaphrodite", 72)


def test_a_recording_that_never_showed_a_head_has_no_records(read, made_up):
    assert read(made_up(range(0)))["data"] == []
