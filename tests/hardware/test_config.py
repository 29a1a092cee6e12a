"""Strict YAML: every fault is named as the user wrote the key."""

import pytest

from hardware.config import RigConfig, load_section, read_yaml, validate
from hardware.errors import ConfigError

GOOD = {"camera": {"kind": "webcam"}, "stage": {"kind": "none"}}


def test_the_parts_are_told_apart_by_their_kind():
    rig = validate(GOOD, RigConfig, source="rig")

    assert rig.stage.kind == "none"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"camra": 1}, "camra: there is no such key"),
        ({"stage": {"kind": "none", "port": "x"}}, "stage.port: there is no such key"),
        ({"stage": {"kind": "ludl_mac6000"}}, "stage.port: this key is needed"),
        ({"stage": {"kind": "ludel"}}, "stage.kind: expected one of simulated, none"),
        ({"stage": {"port": "COM3"}}, "stage.kind: this key is needed"),
        ({"camera": {"kind": "webcam", "number": -1}}, "camera.number: expected 0 or more, got -1"),
        (
            {"camera": {"kind": "webcam", "number": "one"}},
            "camera.number: expected a whole number, got 'one'",
        ),
    ],
)
def test_a_fault_is_named_by_its_key_as_written(change, line):
    with pytest.raises(ConfigError) as caught:
        validate(GOOD | change, RigConfig, source="rig.yaml")

    assert f"rig.yaml: {line}" in str(caught.value)


def test_every_fault_is_reported_at_once():
    faulty = {"camera": {"kind": "webcam", "number": -1}, "stage": {"kind": "none"}, "x": 1}

    with pytest.raises(ConfigError) as caught:
        validate(faulty, RigConfig, source="rig.yaml")

    assert len(str(caught.value).splitlines()) == 2


def test_a_value_that_is_wrong_is_shown():
    with pytest.raises(ConfigError, match=r"camera\.rate_hz: .*-3"):
        validate(GOOD | {"camera": {"kind": "webcam", "rate_hz": -3}}, RigConfig, source="rig")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: {c: 1,\n c: 2}\n", "b.c: given twice, in line 2 and 3; keep one"),
        ("a: [1, 2\n", "not YAML"),
        ("- 1\n", "got [1]"),
        ("", "got an empty file"),
    ],
    ids=["doubled", "broken", "a-list", "empty"],
)
def test_a_file_that_cannot_be_meant_is_refused_in_one_line(tmp_path, text, line):
    file = tmp_path / "config.yaml"
    file.write_text(text)

    with pytest.raises(ConfigError) as caught:
        read_yaml(file)

    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: no such file"):
        load_section(tmp_path / "nowhere.yaml", RigConfig)


def test_a_file_of_bytes_is_refused(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match="cannot be read as text"):
        read_yaml(file)
