"""What the doctor says of a config.yaml: what `wormlock run` would refuse, and nothing less."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from hardware.errors import ConfigError
from tracker.doctor.configuration import examine_file
from tracker.runtime.launch import prepare

SHIPPED = (Path(__file__).parents[3] / "config.yaml").read_text(encoding="utf-8")


def written(folder, **changes):
    told = {**yaml.safe_load(SHIPPED), **changes}
    told["record"] = {**told["record"], "folder": str(folder / "recordings")}
    file = folder / "rig.yaml"
    file.write_text(yaml.safe_dump(told), encoding="utf-8")
    return file


def refusal(file):
    with pytest.raises(ConfigError) as error:
        prepare(file, out=None, duration_s=1.0, now=datetime(2026, 1, 1))
    return str(error.value)


def test_the_shipped_config_is_sound(tmp_path):
    _, found = examine_file(written(tmp_path))

    assert [finding.verdict for finding in found] == ["ok"]


def test_a_rig_without_a_calibration_is_told_of_as_a_session_refuses_it(tmp_path):
    file = written(tmp_path, calibration={"kind": "none"})

    _, (found,) = examine_file(file)

    assert found.verdict == "fault"
    assert found.says == refusal(file)
    assert "calibration.kind: expected measured or file, got none" in found.says


def test_points_in_focus_that_lie_on_no_plane_are_told_of_as_a_session_refuses_them(tmp_path):
    points_um = [[0, 0, 0], [1000, 0, 0], [0, 1000, 0], [1000, 1000, 500]]
    file = written(tmp_path, focus={"points_um": points_um})

    _, (found,) = examine_file(file)

    assert found.verdict == "fault"
    assert found.says in refusal(file)
