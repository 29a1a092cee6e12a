"""A scenario that cannot be is refused by file and key, all faults of it at once."""

import numpy as np
import pytest

from hardware.clock import FollowingClock
from hardware.errors import ConfigError
from hardware.registry import open_stepped_rig
from hardware.sim.picture import open_picture
from hardware.sim.scenario import load_scenario, shipped_scenarios
from hardware.types import StageLimits

LIMITS = StageLimits(
    lower_um=np.array([-1e4, -1e4]),
    upper_um=np.array([1e4, 1e4]),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=5e4,
)
WORM = "title: x\nworm: {kind: gait}\n"

FAULTS = [
    ("worm: {kind: gait}\n", "title: this key is needed and missing"),
    ("title: x\n", "worm: this key is needed and missing"),
    ("title: x\nworm: gait\n", "worm: expected keys and values, the first of them `kind`"),
    ("title: x\nworm: {kind: worm}\n", "worm.kind: expected one of gait, trajectory, video, none"),
    (
        "title: x\nworm: {kind: gait, lenght_um: 9}\n",
        "worm.lenght_um: there is no such key; did yo",
    ),
    ("title: x\nworm: {kind: gait, length_um: 0}\n", "worm.length_um: expected 100 or more, got 0"),
    (
        "title: x\nworm: {kind: gait, start_um: [1e6, 0]}\n",
        "stage: expected worm.start_um within t",
    ),
    (
        "title: x\nworm: {kind: gait, meets: {at_s: 1}}\n",
        "worm.meets: only one of `others` can be ",
    ),
    (
        "title: x\nworm: {kind: gait, behaviour: {forward_um_s: 1e9}}\n",
        "worm.behaviour.forward_um_s: expected 5000 or less, got 1000000000.0",
    ),
    (
        "title: x\nworm: {kind: gait, behaviour: {undulation_hz: 0}}\n",
        "worm.behaviour.undulation_hz: expected more than 0, got 0",
    ),
    (
        "title: x\nworm: {kind: gait, behaviour: {reversals_per_min: 59}}\n",
        "worm.behaviour: expected at most 70% of the time for reversals",
    ),
    ("title: x\nworm: {kind: trajectory, path: a.npz}\n", "worm.path: "),
    (
        "title: x\nworm: {kind: video, path: ., um_per_px: 0, rate_hz: 9}\n",
        "worm.um_per_px: expect",
    ),
    (f"{WORM}others: [{{kind: none}}]\n", "others[0].kind: expected gait or trajectory, got none"),
    (
        "title: x\nworm: {kind: none}\nothers: [{kind: gait, meets: {at_s: 1}}]\n",
        "others[0].meets: there is nobody to meet, worm.kind is none",
    ),
    (f"{WORM}others: {[{'kind': 'gait'}] * 21}\n", "others: expected 20 entries at most, got 21"),
    (f"{WORM}plate: {{tilt_deg: 90}}\n", "plate.tilt_deg: expected 30 or less, got 90"),
    (f"{WORM}plate: {{debris_per_mm2: 1e9}}\n", "plate.debris_per_mm2: expected 1000 or less"),
    (f"{WORM}optics: {{um_per_px: -1}}\n", "optics.um_per_px: expected 0.05 or more, got -1"),
    (f"{WORM}optics: {{um_per_px: 0}}\n", "optics.um_per_px: expected 0.05 or more, got 0"),
    (f"{WORM}optics: {{noise_grey: 300}}\n", "optics.noise_grey: expected 255 or less, got 300"),
    (f"{WORM}optics: {{blur_px: 1000}}\n", "optics.blur_px: expected 50 or less, got 1000"),
    (f"{WORM}optics: {{corner_grey: 200}}\n", "optics.corner_grey: expected no more than backgrou"),
    (f"{WORM}optics: {{brightest_grey: 9}}\n", "optics.brightest_grey: expected background_grey, "),
    (f"{WORM}camera: {{rows: 100000}}\n", "camera.rows: expected 4096 or less, got 100000"),
    (f"{WORM}camera: {{columns: 0}}\n", "camera.columns: expected 1 or more, got 0"),
    (f"{WORM}camera: {{rows: 732.5}}\n", "camera.rows: expected a whole number, got 732.5"),
    (f"{WORM}camera: {{period_s: 0}}\n", "camera.period_s: expected 0.001 or more, got 0"),
    (
        f"{WORM}camera: {{exposure_s: 0.03}}\n",
        "camera.exposure_s: expected no more than period_s, ",
    ),
    (f"{WORM}camera: {{period_s: 0.002}}\n", "camera.exposure_s: expected no more than period_s"),
    (f"{WORM}camera: {{jitter_s: 1}}\n", "camera.jitter_s: expected no more than period_s, 0.025"),
    (f"{WORM}camera: {{drop_fraction: 1}}\n", "camera.drop_fraction: expected less than 1, got 1"),
    (f"{WORM}stage: {{lower_um: [40000, 0]}}\n", "stage.upper_um: expected x above that of lower"),
    (f"{WORM}stage: {{count_um: 0}}\n", "stage.count_um: expected more than 0, got 0"),
    (f"{WORM}stage: {{lag_s: -1}}\n", "stage.lag_s: expected 0 or more, got -1"),
    (f"{WORM}stage: {{baud: 1}}\n", "stage.baud: expected 300 or more, got 1"),
    (
        f"{WORM}focus: {{lower_um: 9000}}\n",
        "focus.upper_um: expected more than lower_um, 9000, got",
    ),
    (f"{WORM}field: {{center_px: [2000, 0]}}\n", "field.center_px: expected a place in the pictur"),
    (
        f"{WORM}camera: {{columns: 100}}\n",
        "field.center_px: expected a place in the picture of 100",
    ),
    (f"{WORM}field: {{size_um: [0, 200]}}\n", "field.size_um[0]: expected more than 0, got 0"),
    (f"{WORM}calibration: {{scale_error: -1}}\n", "calibration.scale_error: expected -0.9 or more"),
    (f"{WORM}detections: {{miss_fraction: 2}}\n", "detections.miss_fraction: expected 1 or less,"),
    (
        f"{WORM}faults: [{{kind: blind, from_s: 5, to_s: 2}}]\n",
        "faults[0].to_s: expected more than",
    ),
    (
        f"{WORM}faults: [{{kind: blnid, from_s: 0, to_s: 2}}]\n",
        "faults[0].kind: expected one of bl",
    ),
    (f"{WORM}faults: {{kind: blind, from_s: 0, to_s: 2}}\n", "faults: expected a list, each entry"),
]


@pytest.mark.parametrize(("text", "line"), FAULTS, ids=[line for _, line in FAULTS])
def test_a_world_that_cannot_be_is_refused_in_one_line(text, line, tmp_path):
    file = tmp_path / "world.yaml"
    file.write_text(text)

    with pytest.raises(ConfigError) as caught:
        load_scenario(str(file))

    told = str(caught.value).splitlines()
    assert len(told) == 1
    assert told[0].startswith(f"{file}: {line}")


def test_all_faults_of_a_scenario_are_told_at_once(tmp_path):
    file = tmp_path / "world.yaml"
    file.write_text(
        "title: x\nworm: {kind: trajectory, path: gone.npz}\ncamera: {rows: 0, period_s: 0.001}\n"
        "faults: [{kind: stall, from_s: 2, to_s: 1}]\nstgae: {}\n"
    )

    with pytest.raises(ConfigError) as caught:
        load_scenario(str(file))

    keys = {line.split(": ")[1] for line in str(caught.value).splitlines()}
    assert keys == {"worm.path", "camera.rows", "camera.exposure_s", "faults[0].to_s", "stgae"}


@pytest.mark.parametrize(
    ("worm", "key"),
    [
        ("worm: {kind: trajectory, path: file}", "worm.path"),
        ("worm: {kind: gait}\nothers: [{kind: trajectory, path: file}]", "others[0].path"),
        ("worm: {kind: video, path: ., um_per_px: 1, rate_hz: 9, labels: file}", "worm.labels"),
    ],
)
def test_a_file_that_holds_something_else_is_named_by_scenario_and_key(worm, key, tmp_path):
    (tmp_path / "file").write_bytes(b"nothing that anybody could read")
    scenario = tmp_path / "world.yaml"
    scenario.write_text(f"title: x\n{worm}\n")

    with pytest.raises(ConfigError) as caught:
        open_stepped_rig(str(scenario), 1, LIMITS, FollowingClock())

    assert str(caught.value).startswith(f"{scenario}: {key}: {tmp_path / 'file'}")


def test_a_clip_that_is_none_is_named_by_its_one_key(tmp_path):
    (tmp_path / "file").write_bytes(b"nothing that anybody could read")
    file = tmp_path / "world.yaml"
    file.write_text("title: x\nworm: {kind: video, path: file, um_per_px: 1, rate_hz: 9}\n")

    with pytest.raises(ConfigError) as caught:
        open_picture(load_scenario(str(file)), seed=1)

    told = f"worm.path: {tmp_path / 'file'}: not a video that OpenCV can read"
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_the_shipped_scenarios_can_be(name):
    assert load_scenario(name).title
