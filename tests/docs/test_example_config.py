"""The config that the page on setting up a rig hands out is one that loads."""

import re
from pathlib import Path

import pytest

from hardware.config import MicroManagerCamera
from hardware.errors import ConfigError
from hardware.stage_config import LudlMac6000Stage
from tracker.config import NoCalibration, load_config
from tracker.runtime.launch import calibration_of

PAGE = Path(__file__).parents[2] / "docs" / "set-up-your-rig.md"
EXAMPLE = re.compile(r"<!-- a config: my-rig.yaml -->\n```yaml\n(.*?)```", re.DOTALL)


@pytest.fixture
def example(tmp_path):
    path = tmp_path / "my-rig.yaml"
    path.write_text(EXAMPLE.search(PAGE.read_text(encoding="utf-8"))[1], encoding="utf-8")
    return path


def test_it_is_the_rig_that_it_says(example):
    config = load_config(example)

    assert isinstance(config.rig.camera, MicroManagerCamera)
    assert isinstance(config.rig.stage, LudlMac6000Stage)
    assert isinstance(config.calibration, NoCalibration)
    assert config.safety.sign_check
    assert config.start == "idle"
    assert config.nudge.save == "at_end"


def test_nothing_starts_before_it_is_calibrated(example):
    with pytest.raises(ConfigError, match="wormlock calibrate stage"):
        calibration_of(load_config(example))


def test_every_key_has_a_word_beside_it(example):
    lines = example.read_text(encoding="utf-8").splitlines()

    bare = [line for line in lines if ":" in line and "#" not in line and line.strip()[-1] != ":"]

    assert bare == []


def test_its_safe_limits_stay_when_comments_are_taken_away(example):
    text = example.read_text(encoding="utf-8").replace("  # keep_out", "  keep_out")
    example.write_text(text.replace("  # search", "  search"), encoding="utf-8")

    safety = load_config(example).safety

    assert len(safety.keep_out) == 1
    assert safety.search.speed_um_s < safety.max_speed_um_s
