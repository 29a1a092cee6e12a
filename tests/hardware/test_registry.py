"""What is wrong with a rig names the key of config.yaml."""

from pathlib import Path

import numpy as np
import pytest

from hardware.clock import FollowingClock
from hardware.config import (
    MicroManagerCamera,
    NeuralCamera,
    NoStage,
    RigConfig,
    Simulation,
    VideoCamera,
    WebCamera,
)
from hardware.errors import LinkLostError
from hardware.registry import open_stage
from hardware.rig_faults import rig_faults
from hardware.rig_place import RigPlace
from hardware.stage_config import AsiStage
from hardware.types import StageLimits

LIMITS = StageLimits(
    lower_um=np.array([-1e4, -1e4]),
    upper_um=np.array([1e4, 1e4]),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=5e4,
)


def test_every_part_of_a_rig_that_is_not_there_is_told_at_once(tmp_path):
    rig = RigConfig(
        camera=VideoCamera(kind="video", path=tmp_path / "gone.mp4"),
        stage=NoStage(kind="none"),
        simulation=Simulation(scenario="raom"),
    ).model_copy(update={"stage": AsiStage(kind="asi", port="/dev/ttyUSB99")})

    keys = [fault.split(": ")[0] for fault in rig_faults(rig)]

    assert keys == ["rig.camera.path", "rig.stage.port", "rig.simulation.scenario"]


def micro_manager(folder):
    return MicroManagerCamera(
        kind="micromanager", mm_app_path=folder, config_file=Path("rig.cfg"), exposure_s=0.01
    )


def test_the_folder_of_adapters_and_its_cfg_are_looked_for_of_every_camera(tmp_path):
    rig = RigConfig(
        camera=micro_manager(tmp_path),
        neural_cameras=(NeuralCamera(name="green", camera=micro_manager(tmp_path / "gone")),),
        stage=NoStage(kind="none"),
    )

    assert rig_faults(rig) == [
        f"rig.camera.config_file: {tmp_path / 'rig.cfg'}: no such file",
        f"rig.neural_cameras[0].camera.mm_app_path: {tmp_path / 'gone'}: no such folder",
    ]


def test_a_port_that_cannot_be_opened_is_named_by_its_key(tmp_path):
    rig = RigConfig(camera=WebCamera(kind="webcam"), stage=AsiStage(kind="asi", port="/dev/null"))

    with pytest.raises(LinkLostError, match=r"^rig\.stage\.port: /dev/null: "):
        open_stage(rig, RigPlace(folder=Path(tmp_path), epoch_s=0.0), LIMITS, FollowingClock())
