"""Lines, marker and arming in config.yaml: what cannot mean anything is refused by its key."""

import pytest
import yaml

import wormlock
from hardware.errors import ConfigError
from tracker.config import load_config

ARDUINO = {"kind": "arduino", "port": "/dev/ttyACM0", "inputs": ["camera", "confocal"]}
NI = {"kind": "nidaq", "device": "Dev1", "inputs": {"camera": "ai0"}, "analog": {"piezo": "ai1"}}


@pytest.fixture
def load(tmp_path):
    def changed(rig=None, **more):
        config = yaml.safe_load((wormlock.ROOMS / "config.yaml").read_text(encoding="utf-8"))
        config["rig"] |= rig or {}
        file = tmp_path / "config.yaml"
        file.write_text(yaml.safe_dump(config | more), encoding="utf-8")
        return load_config(file)

    return changed


@pytest.mark.parametrize("lines", [ARDUINO, NI, {"kind": "labjack", "inputs": {"camera": "AIN0"}}])
def test_each_kind_of_device_can_be_named(load, lines):
    assert load({"lines": lines}).rig.lines.kind == lines["kind"]


@pytest.mark.parametrize(
    ("rig", "fault"),
    [
        ({"lines": {**ARDUINO, "inputs": ["a", "a"]}}, r"rig\.lines\.inputs: expected a name of"),
        ({"lines": {**ARDUINO, "prot": "x"}}, r"rig\.lines\.prot.*did you mean port"),
        ({"lines": {**NI, "analog": {"camera": "ai1"}}}, r"rig\.lines\.analog\.camera: this name"),
        ({"lines": {**NI, "analog": {"piezo": "ai0"}}}, r"rig\.lines\.analog: .*got ai0 twice"),
        ({"lines": NI, "marker": {"kind": "output"}}, r"rig\.marker\.kind: got output, and"),
        ({"marker": {"kind": "output"}}, r"rig\.marker\.kind: got output, and rig\.lines has none"),
        (
            {
                "lines": {"kind": "simulated"},
                "camera": {"kind": "webcam"},
                "stage": {"kind": "none"},
            },
            r"rig\.lines\.kind: got simulated: it counts .* rig\.camera\.kind is webcam",
        ),
    ],
)
def test_lines_that_cannot_be_are_refused_by_their_key(load, rig, fault):
    with pytest.raises(ConfigError, match=fault):
        load(rig)


@pytest.mark.parametrize(
    ("arm", "fault"),
    [
        ({"line": "laser"}, r"arm\.line: expected one of camera, confocal, got laser"),
        ({"line": "confocal", "before_s": 9}, r"arm\.before_s: expected no more than .* 4, got 9"),
    ],
)
def test_arming_needs_a_line_that_is_there_and_memory_for_what_was_before(load, arm, fault):
    with pytest.raises(ConfigError, match=fault):
        load({"lines": ARDUINO}, arm=arm)


def test_arming_without_lines_is_refused(load):
    with pytest.raises(ConfigError, match=r"arm\.line: rig\.lines counts none, got confocal"):
        load(arm={"line": "confocal"})
