"""The parts of `wormlock calibrate` that need no rig, and the refusals of those that do."""

import numpy as np
import pytest
import yaml

from hardware.sim.calibration import true_calibration
from hardware.sim.scenario import load_scenario
from tracker.commands.main import main
from tracker.config import load_config

RIM = ["--rim", "0", "20000", "--rim", "20000", "0", "--rim", "-20000", "0"]


def field_points(tmp_path):
    """Write what both cameras see of five beads on the default rig, and a slip of the pen."""
    truth = true_calibration(load_scenario("roam"))
    turn = np.array(
        [
            [np.cos(truth.field_rotation_rad), -np.sin(truth.field_rotation_rad)],
            [np.sin(truth.field_rotation_rad), np.cos(truth.field_rotation_rad)],
        ]
    )
    confocal = np.array([[20, 30], [490, 60], [470, 480], [40, 450], [256, 200], [100, 400.0]])
    scale = 200.0 / 512 / 1.26
    tracking = scale * (confocal - 255.5) @ turn.T + truth.target_px
    tracking[5] += 60.0
    file = tmp_path / "points.csv"
    lines = ["tracking_x_px,tracking_y_px,confocal_x_px,confocal_y_px"]
    lines += [",".join(map(str, row)) for row in np.column_stack([tracking, confocal]).tolist()]
    file.write_text("\n".join(lines))
    return file, truth


def test_the_field_is_found_from_points_and_the_wrong_one_is_named(tmp_path, capsys):
    file, truth = field_points(tmp_path)
    out = tmp_path / "calibration.yaml"

    status = main(
        ["calibrate", "field", "--points", str(file), "--confocal", "512", "512", "--out", str(out)]
    )

    found = yaml.safe_load(out.read_text())["calibration"]
    assert status == 0
    assert "point 6" in capsys.readouterr().out
    assert found["target_px"] == pytest.approx(truth.target_px.tolist(), abs=0.1)
    assert found["field_rotation_deg"] == pytest.approx(12.0, abs=0.1)
    assert found["field_size_um"] == pytest.approx([200.0, 200.0], abs=0.5)


def test_what_was_found_is_a_calibration_that_a_config_can_name(tmp_path):
    out = tmp_path / "calibration.yaml"
    main(["calibrate", "field", "--centre", "540", "330", "--out", str(out)])
    content = yaml.safe_load((load_default()).read_text()) | {
        "calibration": {"kind": "file", "path": "calibration.yaml"}
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(content))

    config = load_config(tmp_path / "config.yaml")

    assert config.calibration.target_px == (540.0, 330.0)


def load_default():
    from wormlock import ROOMS

    return ROOMS / "config.yaml"


def test_the_plates_limits_are_a_safety_section_that_can_be_pasted(tmp_path, capsys):
    assert main(["calibrate", "plate", *RIM, "--load", "0", "30000"]) == 0

    said = capsys.readouterr().out
    section = yaml.safe_load(said[said.index("safety:") :])["safety"]
    assert section["upper_um"][0] == pytest.approx(20_000 / 2**0.5 - 1000, abs=2)
    assert section["deadman_s"] == 0.2
    assert "outside" in said


def test_points_that_cannot_be_trusted_end_in_one_line_and_status_1(capsys):
    status = main(["calibrate", "plate", "--rim", "0", "1", "--rim", "5", "5"])

    assert status == 1
    assert capsys.readouterr().err.splitlines() == [
        "wormlock calibrate plate: refused: 2 rim points: 3 are needed at least"
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["stage", "--size", "0"], "--size: expected more than 0"),
        (["stage", "--speed", "5000"], "--speed: expected more than 0 and at most 3000"),
        (["stage", "--scenario", "nowhere"], "nowhere: there is no such scenario"),
        (["stage", "--out", "nowhere/c.yaml"], "there is no folder"),
        (["delay", "--seconds", "nan"], "--seconds: expected more than 0"),
        (["field", "--confocal", "5", "5"], "give points by"),
        (["field", "--points", "x.csv"], "--confocal COLUMNS ROWS is needed"),
        (["plate"], "give rim points by"),
        (["plate", *RIM, "--margin", "-1"], "--margin: expected more than 0"),
        (["plate", "nowhere.yaml", *RIM], "nowhere.yaml: no such file"),
    ],
)
def test_bad_input_is_one_line_and_status_2(words, why, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert main(["calibrate", *words]) == 2

    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert why in said[0]


def test_an_older_file_is_not_written_over_unasked(tmp_path, capsys):
    out = tmp_path / "plate.yaml"
    out.write_text("mine")

    assert main(["calibrate", "plate", *RIM, "--out", str(out)]) == 2
    assert out.read_text() == "mine"
    assert main(["calibrate", "plate", *RIM, "--out", str(out), "--replace"]) == 0
    assert out.read_text().startswith("safety:")
