"""Which configuration `wormlock run` takes where none is named."""

from pathlib import Path

from tracker.commands.run import default_config


def test_a_config_in_the_current_folder_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("start: idle\n")

    assert default_config() == Path("config.yaml")


def test_an_empty_folder_gets_the_simulated_rig(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert "kind: simulated" in default_config().read_text()
