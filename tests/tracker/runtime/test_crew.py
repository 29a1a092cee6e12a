"""When the simulated world begins: not before everybody who looks at it is ready."""

from datetime import datetime
from pathlib import Path

import pytest

from hardware.clock import HostClock
from tracker.runtime import supervisor
from tracker.runtime.crew import Crew
from tracker.runtime.launch import prepare

DEFAULT = Path(__file__).parents[3] / "config.yaml"


@pytest.fixture
def crew(tmp_path):
    launch = prepare(DEFAULT, out=tmp_path / "out", duration_s=60.0, now=datetime.now())
    crew = Crew(launch, HostClock())
    yield crew
    crew.dismiss()


def test_a_world_waits_for_as_long_as_a_session_may_take_to_open(crew):
    waits_s = crew.session.epoch_s - HostClock().now_s()

    assert waits_s > supervisor._READY_WITHIN_S


def test_a_world_begins_once_all_are_ready(crew):
    crew.begin_world()

    assert crew.session.epoch_s - HostClock().now_s() < 1.0
    assert crew.session.rig_place(crew.place).beginning_s() == crew.session.epoch_s
