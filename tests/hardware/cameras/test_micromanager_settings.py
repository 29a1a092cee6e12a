"""Every setting is read back; everything that is not as asked is told at once, by its key."""

import pytest

from hardware.cameras.micromanager_settings import apply, wishes
from hardware.cameras.settings import agree


@pytest.fixture
def faults_of(load, section):
    def ask(from_cfg=(), **keys):
        config = section(**keys)
        return apply(load(**keys).device, wishes(config, from_cfg), config)

    return ask


def test_what_was_asked_for_is_what_the_camera_then_has(load, section):
    keys = {
        "exposure_s": 0.0123,
        "binning": 2,
        "pixel_type": "16bit",
        "gain": 3,
        "roi_px": [10, 20, 100, 80],
        "properties": {"BitDepth": "12", "ReadNoise (electrons)": 1.5},
    }
    device, config = load(**keys).device, section(**keys)

    assert apply(device, wishes(config), config) == []

    assert device.exposure_s() == pytest.approx(0.0123)
    assert device.roi_px() == (10, 20, 100, 80)
    assert device.shape() == (80, 100)
    assert device.bit_depth() == 12
    assert device.read("Gain") == "3"


def test_a_property_that_takes_effect_only_before_opening_is_set_before(load):
    keys = {"properties": {"MaximumExposureMs": 250}}

    device = load(**keys).device

    assert float(device.read("MaximumExposureMs")) == 250.0


def test_the_cfg_sets_what_must_be_set_before_opening(load):
    assert float(load().device.read("MaximumExposureMs")) == 500.0


def test_every_fault_is_told_at_once_and_by_its_key(faults_of):
    faults = faults_of(
        binning=3,
        gain=99,
        exposure_s=2.0,
        roi_px=[0, 0, 900, 900],
        properties={"Expsure": 1, "CameraID": "x"},
    )

    assert [fault.split(":")[0] for fault in faults] == [
        "rig.camera.binning",
        "rig.camera.properties.Expsure",
        "rig.camera.properties.CameraID",
        "rig.camera.gain",
        "rig.camera.roi_px",
        "rig.camera.exposure_s",
    ]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"binning": 3}, "the camera refuses '3'; it takes 1, 2, 4, 8"),
        ({"gain": 99}, "the camera refuses '99'; it takes -5 to 8"),
        ({"properties": {"Expsure": 1}}, "has no property Expsure; did you mean Exposure"),
        ({"properties": {"CameraID": "x"}}, "CameraID can be read only; it is V1.0"),
        ({"pixel_type": "32bitRGB"}, "pixels of 4 components and 4 bytes, expected grey"),
        ({"roi_px": [500, 0, 20, 20]}, "does not lie on the sensor, which has 512 x 512 px"),
        ({"pixel_type": "8bit", "properties": {"PixelType": "16bit"}}, "asked for 8bit"),
    ],
)
def test_a_fault_says_what_the_camera_can_do(faults_of, keys, line):
    assert line in "\n".join(faults_of(**keys))


def test_a_setting_of_the_cfg_may_be_overruled_by_config_yaml(faults_of):
    from_cfg = (("BitDepth", "16"), ("Binning", "4"))

    assert faults_of(from_cfg, pixel_type="8bit", binning=1) == []


def test_a_setting_of_the_cfg_that_the_camera_lacks_is_told_with_its_file(faults_of, tmp_path):
    (fault,) = faults_of((("Coolness", "3"),))

    assert fault.startswith(f"rig.camera.config_file: {tmp_path}")
    assert "no property Coolness" in fault


@pytest.mark.parametrize(
    ("asked", "got", "is_same"),
    [
        ("0.5", "0.5000", True),
        ("4", "4.02", True),
        ("4", "4.2", False),
        ("On", "On", True),
        ("On", "Off", False),
        ("0", "0.0000", True),
    ],
)
def test_numbers_agree_within_a_hundredth_and_words_letter_by_letter(asked, got, is_same):
    assert agree(asked, got) is is_same
