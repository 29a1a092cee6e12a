"""The section of config.yaml that describes a camera of Micro-Manager's."""

import pytest

from hardware.config import RigConfig, validate
from hardware.errors import ConfigError

GOOD = {"kind": "micromanager", "config_file": "rig.cfg", "exposure_s": 0.004}


def rig(**keys):
    content = {"camera": GOOD | keys, "stage": {"kind": "none"}}
    return validate(content, RigConfig, source="rig.yaml").camera


def test_its_own_process_is_the_default_and_the_adapters_words_are_kept():
    camera = rig(properties={"Frame Rate Auto": "Off", "Frame Rate": 40})

    assert camera.backend == "python"
    assert list(camera.properties.items()) == [("Frame Rate Auto", "Off"), ("Frame Rate", 40)]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"properties": {"Auto": True}}, "camera.properties.Auto: YAML reads On, Off, Yes"),
        ({"config_file": None}, "camera.config_file: this key is needed"),
        (
            {"trigger": "external"},
            "camera.rate_hz: this key is needed and missing: with",
        ),
        ({"exposure_s": 0}, "camera.exposure_s: expected more than 0"),
        ({"backend": "c"}, "camera.backend: expected one of python, java"),
        ({"roi_px": [1, 2, 3]}, "camera.roi_px"),
        ({"exposure_ms": 4}, "camera.exposure_ms: there is no such key"),
    ],
)
def test_a_fault_is_named_by_its_key_in_one_line(keys, line):
    with pytest.raises(ConfigError) as caught:
        rig(**keys)

    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_running_micro_manager_needs_no_cfg():
    assert rig(backend="java", config_file=None).port == 4827
