"""Where processes meet: what is written is what is read, and the dead leave nothing."""

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from hardware.errors import RingError
from tracker.runtime import session_place
from tracker.runtime.launch import prepare
from tracker.runtime.session_place import (
    CameraFacts,
    Session,
    make_place,
    read_camera_facts,
    read_session,
    remove_place,
    write_camera_facts,
)

DEFAULT = Path(__file__).parents[3] / "config.yaml"
A_DEAD_PROCESS = 2**22 + 1  # higher than Linux counts


@pytest.fixture
def session(tmp_path, monkeypatch):
    monkeypatch.setattr(session_place, "shared_memory_folder", lambda: tmp_path)
    launch = prepare(DEFAULT, out=tmp_path / "out", duration_s=1.0, now=datetime(2026, 1, 1))
    return Session(
        config=launch.config,
        config_source=launch.config_source,
        epoch_s=12.25,
        calibration=launch.calibration,
        folder=launch.folder,
        supervisor=os.getpid(),
        reports_address="tcp://127.0.0.1:1",
        order_addresses={"stage": "tcp://127.0.0.1:2"},
    )


def test_children_read_what_the_supervisor_wrote(session):
    place = make_place(session)

    told = read_session(place)

    assert replace(told, calibration=session.calibration) == session
    assert told.calibration.target_px.tolist() == session.calibration.target_px.tolist()
    assert np.array_equal(
        told.calibration.stage_from_image_um_per_px,
        session.calibration.stage_from_image_um_per_px,
    )


def test_the_camera_is_told_to_all(session):
    place = make_place(session)
    facts = CameraFacts(shape=(732, 968), period_s=0.025, delay_s=0.008)

    write_camera_facts(place, facts)

    assert read_camera_facts(place, within_s=0.0) == facts


def test_a_missing_camera_is_an_error_after_its_time(session):
    with pytest.raises(RingError, match=r"camera\.json is missing"):
        read_camera_facts(make_place(session), within_s=0.0)


def test_what_a_dead_session_left_is_swept_and_a_living_one_is_let_be(session, tmp_path):
    left_behind = tmp_path / f"wormlock-{A_DEAD_PROCESS}"
    living = tmp_path / f"wormlock-{os.getppid()}"
    for folder in (left_behind, living):
        folder.mkdir()
        (folder / "frames.ring").write_bytes(b"pixels")

    place = make_place(session)

    assert not left_behind.exists()
    assert living.exists()
    assert place.folder.exists()


def test_a_place_goes_with_its_session(session):
    place = make_place(session)

    remove_place(place)

    assert not place.folder.exists()
