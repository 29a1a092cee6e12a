"""Everything that can be found wrong is found before a process is started."""

from datetime import datetime
from pathlib import Path

import pytest

from hardware.errors import ConfigError
from tracker.errors import UsageError
from tracker.runtime import launch
from tracker.runtime.launch import parse_duration, prepare

NOW = datetime(2026, 3, 4, 15, 30, 12)
DEFAULT = Path(__file__).parents[3] / "config.yaml"


@pytest.fixture
def config_file(tmp_path):
    path = tmp_path / "config.yaml"
    text = DEFAULT.read_text().replace("folder: recordings", f"folder: {tmp_path / 'rec'}")
    path.write_text(text)
    return path


def test_a_session_gets_a_folder_named_by_its_time(config_file, tmp_path):
    prepared = prepare(config_file, out=None, duration_s=60.0, now=NOW)

    assert prepared.folder == tmp_path / "rec" / "2026-03-04_153012"
    assert not prepared.folder.exists()


def test_a_folder_that_exists_is_refused(config_file, tmp_path):
    with pytest.raises(ConfigError, match=r"--out: .* exists already"):
        prepare(config_file, out=tmp_path, duration_s=60.0, now=NOW)


def test_a_full_disk_is_named_before_anything_is_written(config_file, tmp_path, monkeypatch):
    monkeypatch.setattr(launch, "disk_left_bytes", lambda folder: 3_000_000)

    with pytest.raises(ConfigError, match=r"record\.folder: 3 MB left"):
        prepare(config_file, out=None, duration_s=60.0, now=NOW)

    assert not (tmp_path / "rec").exists()


def test_faults_of_config_scenario_and_folder_are_told_together(config_file, tmp_path):
    config_file.write_text(config_file.read_text().replace("scenario: roam", "scenario: rome"))

    with pytest.raises(ConfigError) as caught:
        prepare(config_file, out=tmp_path, duration_s=60.0, now=NOW)

    assert "rig.simulation.scenario: rome: there is no such scenario" in str(caught.value)
    assert "--out" in str(caught.value)


@pytest.mark.parametrize("spelling", ["", "0", "-3s", "soon", "3d", "1e9"])
def test_a_duration_that_is_none_is_refused(spelling):
    with pytest.raises(UsageError, match="30s, 5m or 1h"):
        parse_duration(spelling)
