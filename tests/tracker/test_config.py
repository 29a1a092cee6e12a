"""config.yaml as a whole: parts that do not fit together are refused."""

from pathlib import Path

import pytest
import yaml

from hardware.errors import ConfigError
from tracker.config import Config, config_hash, load_config, parse_config, resolved_yaml
from tracker.runtime.launch import calibration_of

SHIPPED = Path(__file__).parents[2] / "config.yaml"


def altered(tmp_path: Path, **sections: object) -> Path:
    content = yaml.safe_load(SHIPPED.read_text())
    for name, section in sections.items():
        if isinstance(section, dict):
            content[name] = content[name] | section
        else:
            content[name] = section
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(content))
    return file


def test_the_shipped_configuration_is_the_simulated_rig_and_records_at_once():
    config = load_config(SHIPPED)

    assert config.rig.camera.kind == config.rig.stage.kind == "simulated"
    assert config.start == "recording"


def test_the_resolved_configuration_reads_back_as_itself():
    config = load_config(SHIPPED)

    again = parse_config(resolved_yaml(config), source="resolved")

    assert again == config
    assert config_hash(again) == config_hash(config)


def test_a_misspelt_safety_key_is_refused_by_name(tmp_path):
    with pytest.raises(ConfigError, match=r"safety\.max_sped_um_s: there is no such key"):
        load_config(altered(tmp_path, safety={"max_sped_um_s": 500}))


def test_limits_have_no_default(tmp_path):
    content = yaml.safe_load(SHIPPED.read_text())
    del content["safety"]["max_speed_um_s"]
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(content))

    with pytest.raises(ConfigError, match=r"safety\.max_speed_um_s: this key is needed"):
        load_config(file)


def test_limits_that_enclose_nothing_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="upper_um: expected x above that of lower_um, 30000"):
        load_config(altered(tmp_path, safety={"lower_um": [30000, 0]}))


@pytest.mark.parametrize(
    ("rig", "line"),
    [
        ({"simulation": None}, "rig.simulation: this key is needed"),
        (
            {"stage": {"kind": "ludl_mac6000", "port": "COM3"}},
            "a simulated camera does not see a real stage",
        ),
        (
            {"camera": {"kind": "video", "path": "x", "as_fast_as_it_goes": True}},
            "rig.stage.kind: expected none, got simulated",
        ),
        (
            {
                "camera": {"kind": "video", "path": "x"},
                "stage": {"kind": "asi", "port": "COM3"},
            },
            "a recorded video does not see a real stage move",
        ),
        (
            {"camera": {"kind": "video", "path": "x"}, "stage": {"kind": "none"}},
            "calibration.kind: expected measured, file or none",
        ),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(tmp_path, rig, line):
    with pytest.raises(ConfigError, match=line):
        load_config(altered(tmp_path, rig=rig))


def test_a_matrix_of_another_shape_is_refused(tmp_path):
    calibration = {
        "kind": "measured",
        "stage_from_image_um_per_px": [[1.26, 0.0]],
        "target_px": [480, 360],
        "field_size_um": [200, 200],
        "field_rotation_deg": 0,
        "measured_on": "2026-03-01",
        "residual_um": 0.4,
    }

    with pytest.raises(ConfigError, match=r"calibration\.stage_from_image_um_per_px"):
        load_config(altered(tmp_path, calibration=calibration))


def test_a_session_configuration_is_a_value():
    assert load_config(SHIPPED) == load_config(SHIPPED)
    assert isinstance(load_config(SHIPPED), Config)


CALIBRATION = """calibration:
  kind: measured
  stage_from_image_um_per_px: [[1.25, 0.03], [-0.03, 1.25]]
  target_px: [531.0, 341.0]
  field_size_um: [200, 200]
  field_rotation_deg: 12.0
  measured_on: 2026-03-01
  residual_um: 0.05
  measured_with: {camera: micromanager, rows: 732, columns: 968, exposure_s: 0.004}
"""


def test_a_calibration_may_lie_in_a_file_of_its_own_and_is_taken_in_whole(tmp_path):
    (tmp_path / "measured.yaml").write_text(CALIBRATION)

    config = load_config(altered(tmp_path, calibration={"kind": "file", "path": "measured.yaml"}))

    assert config.calibration.kind == "measured"
    assert config.calibration.measured_with.columns == 968
    assert "measured.yaml" not in resolved_yaml(config)
    assert parse_config(resolved_yaml(config), source="resolved") == config


def test_a_calibration_file_that_is_not_there_is_named_with_the_key(tmp_path):
    file = altered(tmp_path, calibration={"kind": "file", "path": "nowhere.yaml"})

    with pytest.raises(ConfigError, match=r"calibration\.path: .*nowhere\.yaml: no such file"):
        load_config(file)


def test_a_fault_in_a_calibration_file_is_named_as_it_stands_there(tmp_path):
    (tmp_path / "measured.yaml").write_text(CALIBRATION.replace("target_px", "tarpet_px"))
    file = altered(tmp_path, calibration={"kind": "file", "path": "measured.yaml"})

    with pytest.raises(ConfigError, match=r"measured\.yaml: calibration\.tarpet_px: there is no"):
        load_config(file)


def test_a_session_without_a_calibration_is_told_how_to_measure_one(tmp_path):
    config = load_config(altered(tmp_path, calibration={"kind": "none"}))

    with pytest.raises(ConfigError, match="wormlock calibrate stage"):
        calibration_of(config)


@pytest.mark.parametrize(
    ("safety", "line"),
    [
        ({"coast_s": 0.01}, "coast_s: expected 0.02 or more, better 0.3, got 0.01"),
        (
            {"search": {"speed_um_s": 4000, "out_to_um": 2000}},
            "speed_um_s: expected no more than safety.max_speed_um_s, 3000, got 4000",
        ),
        (
            {"keep_out": [{"kind": "box", "lower_um": [5, 0], "upper_um": [5, 9]}]},
            "upper_um: expected x above that of lower_um, 5, got 5",
        ),
        (
            {"keep_out": [{"kind": "circle", "center_um": [5, 0], "radius_um": 0}]},
            r"safety\.keep_out\[0\]\.radius_um: expected more than 0",
        ),
    ],
)
def test_what_the_guard_could_not_keep_to_is_refused(tmp_path, safety, line):
    with pytest.raises(ConfigError, match=line):
        load_config(altered(tmp_path, safety=safety))


def test_what_the_guard_may_be_asked_for_beside_limits_is_read(tmp_path):
    zones = [
        {"kind": "box", "lower_um": [0, 0], "upper_um": [5, 9]},
        {"kind": "circle", "center_um": [5, 0], "radius_um": 100},
    ]
    asked = {
        "keep_out": zones,
        "search": {"speed_um_s": 800, "out_to_um": 2000},
        "sign_check": True,
        "unexplained_um": None,
    }

    safety = load_config(altered(tmp_path, safety=asked)).safety

    assert [zone.kind for zone in safety.keep_out] == ["box", "circle"]
    assert safety.search.out_to_um == 2000.0
    assert safety.sign_check
    assert safety.unexplained_um is None


def test_the_shipped_guard_makes_no_test_moves_and_does_not_search():
    safety = load_config(SHIPPED).safety

    assert not safety.sign_check
    assert safety.search is None
    assert safety.keep_out == ()


@pytest.mark.parametrize("matrix", [[[0, 0], [0, 0]], [[1, 1], [1, 1]], [[1.26, 0], [0, 0.001]]])
def test_a_matrix_that_flattens_the_picture_is_refused(tmp_path, matrix):
    calibration = {
        "kind": "measured",
        "stage_from_image_um_per_px": matrix,
        "target_px": [480, 360],
        "field_size_um": [200, 200],
        "field_rotation_deg": 0,
        "measured_on": "2026-03-01",
        "residual_um": 0.4,
    }

    with pytest.raises(ConfigError, match=r"stage_from_image_um_per_px: .*a line or a point"):
        load_config(altered(tmp_path, calibration=calibration))


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("safety", "deadman_s", 60),
        ("control", "gain_per_s", 1e6),
        ("safety", "deadman_s", 0),
    ],
)
def test_a_value_that_no_rig_can_mean_is_refused(tmp_path, section, key, value):
    with pytest.raises(ConfigError, match=rf"{section}\.{key}: expected"):
        load_config(altered(tmp_path, **{section: {key: value}}))


def test_a_head_must_be_followed_as_soon_as_it_is_found(tmp_path):
    file = altered(tmp_path, detector={"follow_confidence": 0.75})

    with pytest.raises(ConfigError, match=r"follow_confidence.*no more than .*0\.5, got 0\.75"):
        load_config(file)
