"""A session tells within ten seconds that the picture has left what its model learned from."""

import shutil

import pytest

from models.contract import SHIPPED_MANIFEST, SeenFrames, load_model, write_manifest
from tracker.runtime.stepped import open_session

pytestmark = pytest.mark.rig

RIG = """
title: a small camera, a few pictures a second
camera: {{rows: 480, columns: 640, period_s: 0.2, exposure_s: 0.004, jitter_s: 0.0002}}
worm:
  kind: gait
  length_um: {length_um}
  behaviour: {{forward_um_s: 10, swing_deg: 5, reversals_per_min: 0, pauses_per_min: 0}}
optics: {{background_grey: {grey}, corner_grey: {grey}, brightest_grey: {grey}}}
"""
# What a lab's own frames of this rig would have told: a background of 173, adults.
SEEN = SeenFrames(
    grey=(150.0, 190.0), contrast=(10.0, 70.0), head_px=(77.0, 140.0), confidence=(0.5, 0.95)
)


@pytest.fixture
def look_at(tmp_path, write_scenario, config):
    model = load_model(SHIPPED_MANIFEST)
    shutil.copy(model.search_file, tmp_path)
    manifest = model.manifest.model_copy(update={"seen": SEEN})
    write_manifest(manifest, tmp_path / "own.yaml")
    detector = config.detector.model_copy(update={"model": str(tmp_path / "own.yaml")})
    own = config.model_copy(update={"detector": detector})

    def look(*, grey=173, length_um=1000):
        scenario = write_scenario(RIG.format(grey=grey, length_um=length_um))
        session = open_session(str(scenario), 1, own, is_rendered=True)
        session.run(10.8)
        return session

    return look


def test_a_picture_as_learned_is_looked_at_and_nothing_is_said(look_at):
    session = look_at()

    assert session.looked is not None
    assert session.looked.message == ""
    assert session.news == []


def test_a_lamp_that_was_turned_down_is_told_and_stops_nothing(look_at):
    session = look_at(grey=90)

    assert "the picture has left what shipped" in session.looked.message
    assert "a median grey of 9" in session.looked.message
    assert session.looked.message in session.news
    assert len(session.ticks) > 50
    assert session.ticks[-1].command is not None


def test_a_shrunk_animal_is_told(look_at):
    session = look_at(length_um=480)

    assert "px as the model is shown them (learned 77 to 140)" in session.looked.message
    assert "median grey" not in session.looked.message
