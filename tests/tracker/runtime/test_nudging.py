"""What i, j, k, l and s do to the confocal's field."""

from pathlib import Path

import numpy as np
import pytest

from hardware.config import load_section
from hardware.types import Calibration
from tracker.config import CalibrationFile, load_config
from tracker.operator_config import NudgeConfig
from tracker.runtime.field_file import FieldFile
from tracker.runtime.nudging import Nudging

CALIBRATION = Calibration(  # the picture is turned by a quarter against the stage
    stage_from_image_um_per_px=2.0 * np.array([[0.0, -1.0], [1.0, 0.0]]),
    target_px=np.array([500.0, 340.0]),
    field_size_um=np.array([200.0, 180.0]),
    field_rotation_rad=0.2,
    measured_on="2026-01-31",
    residual_um=0.4,
)
CONFIG = load_config(Path(__file__).parents[3] / "config.yaml")


class PaperCrew:
    def __init__(self):
        self.told = []

    def send(self, role, order):
        self.told.append((role, order))
        return True


@pytest.fixture
def desk(tmp_path, clock):
    """A session's nudging, what it told whom, and what it said."""

    class Desk:
        def __init__(self):
            self.crew, self.said = PaperCrew(), []
            self.path = tmp_path / "session" / "calibration.yaml"

        def open(self, *, save="on_request", is_used=False):
            config = CONFIG.model_copy(update={"nudge": NudgeConfig(save=save)})
            file = FieldFile(path=self.path, is_used=is_used)
            return Nudging(
                self.crew, config, CALIBRATION, file=file, clock=clock, say=self.said.append
            )

        @property
        def moves_um(self):
            orders = [order for role, order in self.crew.told if role == "control"]
            return [(order.x_um, order.y_um) for order in orders]

        @property
        def events(self):
            return [order for role, order in self.crew.told if role == "recorder"]

    return Desk()


def test_a_step_is_five_micrometres_in_the_picture_whatever_way_it_is_turned(desk):
    nudging = desk.open()

    nudging.obey("l")
    nudging.obey("ii")

    # Right in the picture is up the stage's y axis, up in it is along its x axis.
    assert np.array(desk.moves_um) == pytest.approx(np.array([(0, 5), (5, 5), (10, 5)]))
    assert desk.events[-1].kind == "field_nudged"
    assert desk.events[-1].values == pytest.approx(
        {"nudge_x_um": 10.0, "nudge_y_um": 5.0, "target_x_px": 502.5, "target_y_px": 335.0}
    )
    assert desk.said[-1] == "field: 5 um up, its centre is (502.5, 335.0) px"


def test_there_and_back_is_nowhere(desk):
    nudging = desk.open()

    nudging.obey("jlikx")

    assert nudging.nudge_um == pytest.approx([0.0, 0.0])
    assert len(desk.moves_um) == 4


def test_what_is_saved_is_a_calibration_that_a_config_can_name(desk):
    nudging = desk.open()

    nudging.obey("llks")
    nudging.finish()

    saved = load_section(desk.path, CalibrationFile).calibration
    assert saved.target_px == (505.0, 342.5)
    assert saved.field_size_um == (200.0, 180.0)
    assert desk.events[-1].kind == "field_saved"
    assert f"to use it, calibration: {{kind: file, path: {desk.path}}}" in desk.said[-1]


@pytest.mark.parametrize(
    ("save", "said", "is_saved"),
    [
        ("at_end", "field: saved in", True),
        ("on_request", "field: moved by (0.0, -5.0) um, which is saved nowhere", False),
        ("never", "field: moved by (0.0, -5.0) um, which is saved nowhere", False),
    ],
)
def test_at_the_end_the_config_decides(desk, save, said, is_saved):
    nudging = desk.open(save=save, is_used=True)
    nudging.obey("j")

    nudging.finish()

    assert desk.said[-1].startswith(said)
    assert desk.path.is_file() == is_saved


def test_never_is_never(desk):
    nudging = desk.open(save="never")

    nudging.obey("js")

    assert desk.said[-1] == "field: not saved, for nudge.save is never"
    assert not desk.path.exists()


def test_a_field_that_was_not_moved_is_not_spoken_of(desk):
    desk.open(save="at_end").finish()

    assert desk.said == []


def test_a_disk_that_refuses_is_told_and_the_session_goes_on(desk):
    desk.path.parent.parent.mkdir(exist_ok=True)
    desk.path.parent.write_text("a file where a folder should be")
    nudging = desk.open()

    nudging.obey("ls")

    assert desk.said[-1].startswith("field: not saved: ")
