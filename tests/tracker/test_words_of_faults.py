"""Whatever is written wrongly, the fault names the key and speaks no library's language."""

import copy
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from hardware.errors import ConfigError
from hardware.sim.scenario import Scenario, load_scenario
from hardware.strict_yaml import validate
from tracker.config import Config

JARGON = re.compile(
    r"\b(valid|input|pydantic|tuple|NoneType|class|dict|str|int|literal|union)\b|, ,"
)
WRONG = [None, True, "word", -1, 1e300, float("nan"), [], [1, 2, 3], ["a", "b"], {"a": 1}]

SHIPPED = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text(encoding="utf-8"))
MEASURED = {
    "kind": "measured",
    "stage_from_image_um_per_px": [[1.26, 0.0], [0.0, 1.26]],
    "target_px": [480.0, 360.0],
    "field_size_um": [200.0, 200.0],
    "field_rotation_deg": 12.0,
    "measured_on": "2026-03-01",
    "residual_um": 0.1,
    "measured_with": {"camera": "webcam", "rows": 480, "columns": 640, "exposure_s": 0.01},
}
KEEP_OUT = [
    {"kind": "box", "lower_um": [0, 0], "upper_um": [1, 1]},
    {"kind": "circle", "center_um": [0, 0], "radius_um": 3},
]
AXIS = {"device": 1, "axis": 1, "microstep_um": 0.1}


def with_rig(camera: dict[str, object], stage: dict[str, object]) -> dict[str, object]:
    safety = SHIPPED["safety"] | {"keep_out": KEEP_OUT}
    rig = {"camera": camera, "stage": stage}
    return SHIPPED | {"rig": rig, "calibration": MEASURED, "safety": safety}


CONFIGS = {
    "simulated": SHIPPED,
    "asi": with_rig(
        {"kind": "webcam", "number": 0, "rate_hz": 30.0, "exposure_s": 0.01},
        {"kind": "asi", "port": "COM3", "baud": 115200, "x_axis": "X", "holds_limits": True},
    ),
    "zaber": with_rig(
        {"kind": "micromanager", "config_file": "rig.cfg", "exposure_s": 0.01, "roi_px": [0] * 4},
        {"kind": "zaber", "port": "COM3", "x": AXIS, "y": AXIS},
    ),
}


def places(content: object, place: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in pairs:
        yield (*place, key)
        if isinstance(value, (dict, list)):
            yield from places(value, (*place, key))


def told_of(content: object, model: type, place: tuple[object, ...], wrong: object) -> list[str]:
    spoilt = copy.deepcopy(content)
    here = spoilt
    for step in place[:-1]:
        here = here[step]
    here[place[-1]] = wrong
    try:
        validate(spoilt, model, source="here.yaml")
    except ConfigError as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize(
    ("content", "model"),
    [
        *((content, Config) for content in CONFIGS.values()),
        (load_scenario("crossing").model_dump(mode="json"), Scenario),
    ],
    ids=[*CONFIGS, "scenario"],
)
def test_no_word_of_a_library_reaches_the_user(content, model):
    validate(content, model, source="here.yaml")

    for place in places(content):
        for wrong in WRONG:
            for line in told_of(content, model, place, wrong):
                told, _, _ = line.partition(", got ")
                assert told.startswith("here.yaml: ")
                assert not JARGON.search(told), line


@pytest.mark.parametrize("wrong", ["word", None, [], {"a": 1}])
@pytest.mark.parametrize("place", [("safety", "coast_s"), ("rig", "simulation", "seed")])
def test_the_key_is_named_whatever_stands_behind_it(place, wrong):
    told = told_of(SHIPPED, Config, place, wrong)

    assert len(told) == 1
    assert told[0].startswith(f"here.yaml: {'.'.join(place)}: expected a")
