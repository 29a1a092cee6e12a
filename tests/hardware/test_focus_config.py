"""What config.yaml may say of a focus drive."""

import pytest

from hardware.config import RigConfig, validate
from hardware.errors import ConfigError

LIMITS = {"floor_um": -100.0, "ceiling_um": 200.0, "max_speed_um_s": 50.0}
ASI = {"kind": "asi", "port": "/dev/ttyUSB0"}


def rig(focus, stage=ASI):
    content = {"camera": {"kind": "webcam"}, "stage": stage, "focus": focus}
    return validate(content, RigConfig, source="my.yaml")


def test_a_drive_on_the_stages_line_needs_no_port():
    assert rig({"kind": "asi", **LIMITS}).focus.port is None
    assert rig({"kind": "prior", "step_um": 0.1, "port": "COM4", **LIMITS}).focus.port == "COM4"


@pytest.mark.parametrize("key", sorted(LIMITS))
def test_no_limit_has_a_default(key):
    limits = {name: value for name, value in LIMITS.items() if name != key}

    with pytest.raises(ConfigError, match=rf"focus\.{key}: this key is needed"):
        rig({"kind": "asi", **limits})


@pytest.mark.parametrize(
    ("focus", "stage", "said"),
    [
        ({"kind": "asi", **LIMITS, "ceiling_um": -100}, ASI, r"focus\.ceiling_um: expected more"),
        ({"kind": "prior", "step_um": 0.1, **LIMITS}, ASI, r"focus\.port: .* cannot share"),
        ({"kind": "simulated", **LIMITS}, ASI, r"focus\.kind: got simulated"),
        ({"kind": "asi", **LIMITS}, {"kind": "none"}, r"focus\.kind: expected none, got asi"),
        ({"kind": "asi", **LIMITS, "flor_um": 1}, ASI, r"focus\.flor_um"),
    ],
    ids=["upside down", "another language", "simulated beside real", "no stage", "misspelt"],
)
def test_what_cannot_be_is_refused_by_name(focus, stage, said):
    with pytest.raises(ConfigError, match=said):
        rig(focus, stage)


def test_an_emulated_controller_without_a_third_axis_is_told_which_have_one():
    content = {
        "camera": {"kind": "simulated"},
        "stage": {"kind": "simulated"},
        "focus": {"kind": "simulated", **LIMITS},
        "simulation": {"scenario": "roam"},
    }
    with pytest.raises(ConfigError, match=r"ludl_mac6000 has no third axis: .* asi, zaber"):
        validate(content, RigConfig, source="my.yaml")
