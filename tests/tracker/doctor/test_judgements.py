"""What the figures of a check are taken to mean, and what is advised."""

import doctest
import importlib
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from hardware.languages import Answer, language_of
from hardware.lines import EDGE_ROW
from hardware.types import Frame
from tracker.config import load_config
from tracker.doctor import camera, finding, lines, packages, stage, storage, timekeeping
from tracker.doctor.case import Case, Need, NeuralNeed, SerialAddress, needed
from tracker.doctor.extras import EXTRAS
from tracker.doctor.storage import WriteSpeed

ROOT = Path(__file__).parents[3]
HERE = Path("here")
USUAL = Need(rows=732, columns=968, rate_hz=40.0, source="config")
ROOM = ROOT / "tracker" / "doctor"
WITH_EXAMPLES = [
    file.stem for file in sorted(ROOM.glob("*.py")) if ">>> " in file.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_are_true(name):
    found = doctest.testmod(importlib.import_module(f"tracker.doctor.{name}"))

    assert found.failed == 0
    assert found.attempted > 0


def test_the_packages_looked_for_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {line.partition(">=")[0]: line for line in project["dependencies"]}

    apart = {name for name in wanted if name.startswith(("opencv", "onnxruntime"))}
    assert set(packages.REQUIRED) == set(wanted) - apart
    for name, least in packages.REQUIRED.items():
        assert wanted[name].partition(">=")[2].partition(",")[0] == least
    for extra in EXTRAS:
        assert any(
            line.startswith(extra.package) for line in project["optional-dependencies"][extra.extra]
        )


def test_a_finding_survives_the_way_between_processes():
    told = finding.warning("slow", "wait", rate_hz=3.0)

    assert finding.from_plain(finding.to_plain(told)) == told


@pytest.mark.parametrize(
    ("mb_s", "stall_s", "verdict"),
    [(500.0, 0.1, "ok"), (40.0, 0.1, "warning"), (20.0, 0.1, "fault"), (500.0, 3.0, "warning")],
    ids=["quick", "just", "slow", "stalls"],
)
def test_a_disk_is_judged_by_what_a_recording_needs(mb_s, stall_s, verdict):
    speed = WriteSpeed(bytes_per_s=mb_s * 1e6, longest_stall_s=stall_s)

    found = storage.judge_speed(speed, USUAL, 4.0, HERE)

    assert found.verdict == verdict
    assert found.facts["needed_mb_s"] == pytest.approx(28.5, abs=0.1)
    assert bool(found.remedy) == (verdict != "ok")


def test_the_test_file_is_gone_afterwards(tmp_path):
    speed = storage.write_speed(tmp_path, at_most_bytes=2_000_000, at_most_s=5.0)

    assert speed.bytes_per_s > 0.0
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_nearly_full_is_given_in_minutes():
    assert storage.judge_room(10**11, USUAL, HERE).verdict == "ok"
    assert storage.judge_room(10**10, USUAL, HERE).verdict == "warning"
    assert storage.judge_room(10**8, USUAL, HERE).verdict == "fault"
    assert storage.judge_room(10**11, USUAL, HERE).facts["minutes"] == pytest.approx(58.5, abs=0.1)


GREEN = NeuralNeed(name="green", rows=512, columns=512, rate_hz=200.0)
BOTH = replace(USUAL, neural=(GREEN,))


def test_room_is_told_in_recordings_and_counts_the_neural_cameras():
    alone = storage.judge_room(10**12, USUAL, HERE)
    both = storage.judge_room(10**12, BOTH, HERE)

    assert "36 more of 16 min (27 GB each: 968 x 732 px at 40/s)" in alone.says
    assert both.facts["recordings"] == 7.0
    assert "7 more of 16 min (129 GB each: 968 x 732 px at 40/s; green 512 x 512 px" in both.says


def test_memory_counts_the_neural_cameras_and_what_is_kept_from_before():
    alone = storage.judge_memory(10**11, USUAL, 4.0, HERE).facts["needed_mb"]
    both = storage.judge_memory(10**11, BOTH, 4.0, HERE).facts["needed_mb"]
    kept = storage.judge_memory(10**9, BOTH, 4.0, HERE, keep_s=30.0)

    assert both - alone == pytest.approx(816 * 512 * 512 * 2 / 1e6, rel=0.01)
    assert kept.verdict == "fault"
    assert kept.facts["needed_mb"] - both == pytest.approx(30 * (28.3 + 104.9), rel=0.01)
    assert "keep_s: 30; 2 cameras" in kept.says
    assert "shorten record.keep_s or ring_s" in kept.remedy


@pytest.mark.parametrize(
    ("camera", "expected"),
    [
        (
            {"kind": "simulated", "rows": 256, "columns": 128, "rate_hz": 20},
            "green 128 x 256 px at 20/s",
        ),
        (
            {"kind": "basler", "exposure_s": 0.005, "roi_px": [0, 0, 640, 480], "rate_hz": 100},
            "green 640 x 480 px at 100/s",
        ),
        ({"kind": "basler", "exposure_s": 0.005}, "green 512 x 512 px at 200/s, assumed"),
    ],
    ids=["simulated", "told", "assumed"],
)
def test_a_neural_cameras_need_is_as_config_says_or_said_to_be_assumed(tmp_path, camera, expected):
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["rig"]["neural_cameras"] = [{"name": "green", "camera": camera}]
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")

    need = needed(Case(config_file=file, config=load_config(file), facts={}))

    assert str(need.neural[0]) == expected


def test_lines_are_judged_by_what_comes_on_each():
    edges = np.zeros(90, EDGE_ROW)
    edges["line"][60:] = 1

    counted = lines.judge(edges, ("camera", "confocal"), 2.0)
    silent = lines.judge(edges[:0], ("camera", "confocal"), 2.0)

    assert (counted.verdict, counted.says) == ("ok", "camera 30.0 edges/s, confocal 15.0 edges/s")
    assert silent.verdict == "warning"
    assert "no edge came within 2 s" in silent.says


def test_memory_must_hold_the_frames_that_wait_for_the_disk():
    assert storage.judge_memory(10**9, USUAL, 4.0, HERE).verdict == "ok"
    assert storage.judge_memory(2 * 10**8, USUAL, 4.0, HERE).verdict == "warning"
    assert storage.judge_memory(64 * 10**6, USUAL, 4.0, HERE).verdict == "fault"


def test_a_clock_that_ticks_as_old_windows_does_is_a_fault():
    assert timekeeping.judge_clock(0.0156, 0.0, 0.0).verdict == "fault"
    assert timekeeping.judge_clock(1e-4, 0.0, 0.0).verdict == "warning"
    assert timekeeping.judge_clock(1e-7, 0.001, 0.015).verdict == "warning"
    assert timekeeping.judge_clock(1e-7, 0.0001, 0.001).verdict == "ok"


def test_priority_that_is_refused_comes_with_what_to_do():
    assert timekeeping.judge_priority(True, "linux").verdict == "ok"
    assert "rtprio" in timekeeping.judge_priority(False, "linux").remedy
    assert "rtprio" not in timekeeping.judge_priority(False, "win32").remedy


def frames(times_s, indexes=None):
    picture = np.zeros((2, 3), np.uint8)
    numbers = range(len(times_s)) if indexes is None else indexes
    return [
        Frame(index=index, t_s=t_s, received_s=t_s, image=picture)
        for index, t_s in zip(numbers, times_s, strict=True)
    ]


@pytest.mark.parametrize(
    ("seen", "verdict", "words"),
    [
        (frames([0.0, 0.025, 0.05, 0.075]), "ok", "3 x 2 px: 40.0 frames/s, longest pause 25 ms"),
        (frames([0.0, 0.05, 0.1]), "warning", "20.0 frames/s"),
        (frames([0.0, 0.025, 0.075], [0, 1, 3]), "warning", "1 of 4 frames lost"),
        (frames([0.0]), "warning", "1 frames are all that came"),
        ([], "fault", "no frame came"),
    ],
    ids=["as-expected", "slow", "lossy", "single", "none"],
)
def test_a_camera_is_judged_by_the_frames_that_came(seen, verdict, words):
    found = camera.judge(seen, (2, 3), 40.0, is_hurried=False)

    assert found.verdict == verdict
    assert words in found.says


def test_a_controller_is_judged_by_its_answers():
    address = SerialAddress(kind="ludl_mac6000", port="COM3", baud=9600)
    language = language_of("ludl_mac6000")
    good = Answer(says="position (0.0, 0.0) um", took_s=0.005, received=b"")
    silent, noise = (Answer(says=None, took_s=0.15, received=came) for came in (b"", b"\xff\x00"))

    assert stage.judge(address, language, [good, good]).verdict == "ok"
    assert "1 of 2 questions unanswered" in stage.judge(address, language, [silent, good]).says
    assert "nothing came" in stage.judge(address, language, [silent]).says
    assert "ff 00 came, which means nothing" in stage.judge(address, language, [noise]).says
    assert "--ask" in stage.judge(address, language, [noise]).remedy


def test_a_port_that_is_not_permitted_comes_with_the_group_to_join(tmp_path, monkeypatch):
    port = tmp_path / "ttyUSB0"
    port.touch()
    monkeypatch.setattr(stage, "may_open", lambda device: False)
    monkeypatch.setattr(stage, "owning_group", lambda device: "uucp")

    found = stage.port_fault(str(port))

    assert found.verdict == "fault"
    assert "usermod -aG uucp" in found.remedy


def test_a_port_that_is_held_names_its_holder(tmp_path, monkeypatch):
    port = tmp_path / "ttyUSB0"
    port.touch()
    monkeypatch.setattr(stage, "port_holders", lambda device: ("ImageJ (17)",))

    assert "held by ImageJ (17)" in stage.port_fault(str(port)).says


def test_a_port_that_is_not_there_is_a_fault():
    assert "no such port" in stage.port_fault("/dev/no-such-port").says
    assert stage.port_fault("/dev/nosuch", "rig.focus.port").says.startswith("rig.focus.port: ")


def test_a_camera_is_not_blamed_where_opencv_cannot_be_loaded(monkeypatch):
    monkeypatch.setattr(camera, "loads", lambda: False)
    config = load_config(ROOT / "config.yaml")

    found = camera.examine(Case(config_file=Path("config.yaml"), config=config, facts={}))

    assert [(one.verdict, one.remedy) for one in found] == [("warning", "see `opencv` above")]
