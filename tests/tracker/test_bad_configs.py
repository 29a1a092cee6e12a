"""What a wrong config.yaml says: file, key as written, what was expected, what came, what to do."""

from datetime import datetime
from pathlib import Path

import pytest

from hardware.errors import ConfigError
from tracker.runtime.launch import prepare

SHIPPED = (Path(__file__).parents[2] / "config.yaml").read_text(encoding="utf-8")
CAMERA = "    kind: simulated           # simulated | mi"
STAGE = "    kind: simulated           # simulated | no"
CALIBRATION = "  kind: simulated             # simulated | me"

# What is replaced in the shipped file, by what, and how the one line goes on after `config.yaml: `.
ONE_FAULT = [
    (
        "\n  max_speed_um_s:",
        "\n  max_sped_um_s:",
        "safety.max_sped_um_s: there is no such key; did you mean",
    ),
    ("safety:", "saftey:", "saftey: there is no such key; did you mean safety?"),
    ("poll_hz:", "pace:", "pace: there is no such key; there are rig, calibration, detector,"),
    ("start: recording", "start: idle\nstart: idle", "start: given twice, in line "),
    ("  model: shipped", "\tmodel: shipped", "not YAML: line "),
    ("  coast_s:", "coast_s:", "not YAML: line "),
    ("start: recording", "start recording", "not YAML: line "),
    ("[25000, 25000]", "[25000, 25000", "not YAML: line "),
    ("folder: recordings", 'folder: "recordings', "not YAML: line "),
    ("poll_hz: 150", "poll_hz: &a [*a]", "not YAML: a part of it contains itself"),
    (
        "deadman_s: 0.2",
        'deadman_s: "0.2"',
        "safety.deadman_s: expected a number, got '0.2'; write it ",
    ),
    (
        "deadman_s: 0.2",
        "deadman_s: 200 ms",
        "safety.deadman_s: expected a number, got '200 ms'; write ",
    ),
    (
        "deadman_s: 0.2",
        "deadman_s: 0,2",
        "safety.deadman_s: expected a number, got '0,2'; write a point",
    ),
    ("deadman_s: 0.2", "deadman_s: 0:20", "safety.deadman_s: expected a number, got '0:20'"),
    ("deadman_s: 0.2", "deadman_s: 5", "safety.deadman_s: expected 1 or less, got 5"),
    (
        "coast_s: 0.3",
        "coast_s: 0.001",
        "safety.coast_s: expected 0.02 or more, better 0.3, got 0.001",
    ),
    ("seed: 1", "seed: yes", "rig.simulation.seed: expected a whole number, got true (YAML reads "),
    ("seed: 1", "seed: 1.5", "rig.simulation.seed: expected a whole number, got 1.5"),
    ("seed: 1", "seed: 010", "rig.simulation.seed: expected a whole number, got '010'; write it "),
    ("seed: 1", "seed: -1", "rig.simulation.seed: expected 0 or more, got -1"),
    ("poll_hz: 150", "poll_hz: 1e2", "poll_hz: expected a whole number, got 100.0; write 100"),
    ("start: recording", "start: on", "start: expected one of idle, tracking, recording, got true"),
    (
        "start: recording",
        "start: recroding",
        "start: expected one of idle, tracking, recording, got",
    ),
    ("sign_check: off", "sign_check: 1", "safety.sign_check: expected true or false, got 1"),
    (
        "folder: recordings",
        "folder:",
        "record.folder: expected a path, got nothing; nothing stands",
    ),
    ("folder: recordings", "folder: 5", "record.folder: expected a path, got 5; put it in quotes"),
    (
        "[-25000, -25000]",
        "[-25000]",
        "safety.lower_um: expected a list of 2 numbers in brackets, got",
    ),
    (
        "[-25000, -25000]",
        "-25000",
        "safety.lower_um: expected a list of 2 numbers in brackets, got -",
    ),
    ("[-25000, -25000]", "[-25000, left]", "safety.lower_um[1]: expected a number, got 'left'"),
    ("[-25000, -25000]", "[30000, 0]", "safety.upper_um: expected x above that of lower_um, 30000"),
    (
        "max_speed_um_s: 3000",
        "max_speed_um_s: .inf",
        "safety.max_speed_um_s: expected a finite num",
    ),
    (
        "max_speed_um_s: 3000",
        "max_speed_um_s: 0",
        "safety.max_speed_um_s: expected more than 0, got 0",
    ),
    (
        "law: foresight",
        "law: forsight",
        "control.law: expected one of foresight, proportional, inc",
    ),
    (
        "model: shipped",
        "model: mine.yaml",
        "detector.model: mine.yaml: no such model; name a manifest",
    ),
    ("model: shipped", "model: 3", "detector.model: expected text, got 3; put it in quotes"),
    (
        "compress: []",
        "compress: [tracking, green]",
        "record.compress: expected some of tracking, got green",
    ),
    (
        "animal: {}",
        "animal: {x: {a: 1}}",
        "record.animal.x: expected text, a number or true or false",
    ),
    (
        "animal: {}",
        "animal: [N2]",
        "record.animal: expected keys and values, indented below it, got",
    ),
    (
        "scenario: roam",
        "scenario: raom",
        "rig.simulation.scenario: raom: there is no such scenario;",
    ),
    ("scenario: roam", "scenario: a.yaml", "rig.simulation.scenario: a.yaml: no such file"),
    (
        CAMERA,
        "    kind: webcan #",
        "rig.camera.kind: expected one of simulated, video, webcam, micro",
    ),
    (
        CAMERA,
        "    path: clip.mp4 #",
        "rig.camera.kind: this key is needed and missing: expected one",
    ),
    (
        STAGE,
        "    kind: ludel #",
        "rig.stage.kind: expected one of simulated, none, ludl_mac6000, lud",
    ),
    (
        STAGE,
        "    kind: asi #",
        "rig.stage.port: this key is needed and missing: expected a port like",
    ),
    (STAGE, "    kind: asi\n    port: '' #", "rig.stage.port: expected a port like /dev/ttyUSB0, "),
    (
        STAGE,
        "    kind: asi\n    port: 3 #",
        "rig.stage.port: expected a port like /dev/ttyUSB0, CO",
    ),
    (
        STAGE,
        "    kind: asi\n    port: socket://here #",
        "rig.stage.port: expected a port like /dev/",
    ),
    (
        STAGE,
        "    kind: asi\n    port: tcp://here:4000 #",
        "rig.stage.port: expected a port like /d",
    ),
    (CALIBRATION, "  kind: file\n  path: no.yaml #", "calibration.path: no.yaml: no such file"),
    (
        CALIBRATION,
        "  kind: none #",
        "calibration.kind: expected measured or file, got none: measure",
    ),
    (
        "  unexplained_um: 50",
        "  search: {speed_um_s: 1e6, out_to_um: 1} #",
        "safety.search.speed_um_s: expected no more than safety.max_speed_um_s, 3000, got 1e+06",
    ),
    (
        "  unexplained_um: 50",
        "  keep_out: [{kind: ring}] #",
        "safety.keep_out[0].kind: expected one of box, circle, got 'ring'",
    ),
    (
        "  unexplained_um: 50",
        "  keep_out: [3] #",
        "safety.keep_out[0]: expected keys and values, the first of them `kind`, indented below it",
    ),
    ("poll_hz: 150", "poll_hz: \0", "not YAML: unacceptable character #x0000: special charact"),
    ("seed: 1", f"seed: {'9' * 5000}", "not YAML: a number in it has too many digits"),
    ("folder: recordings", r'folder: "C:\Users"', "not YAML: line "),
    (
        "model: shipped",
        "model: %mine",
        "not YAML: line ",
    ),
    (
        "model: shipped",
        "model: ''",
        "detector.model: expected a manifest's path, or `shipped`, got",
    ),
    ("scenario: roam", "scenario: ''", "rig.simulation.scenario: '': there is no such scenario; n"),
    ("scenario: roam", "scenario: [roam]", "rig.simulation.scenario: expected text, got ['roam']"),
    ("poll_hz: 150", "poll_hz: 10000", "poll_hz: expected 1000 or less, got 10000"),
    ("ring_s: 4.0", "ring_s: 1e9", "record.ring_s: expected 120 or less, got 1000000000.0"),
]


def faults_of(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(folder)
    Path("config.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        prepare(Path("config.yaml"), out=None, duration_s=1.0, now=datetime(2026, 3, 1))
    assert [path.name for path in folder.iterdir() if path.is_dir()] == []
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("good", "bad", "line"), ONE_FAULT, ids=[bad[:40] for _, bad, _ in ONE_FAULT]
)
def test_a_fault_is_one_line_that_names_the_key_as_written(good, bad, line, tmp_path, monkeypatch):
    assert good in SHIPPED

    told = faults_of(SHIPPED.replace(good, bad, 1), tmp_path, monkeypatch)

    assert len(told) == 1
    assert told[0].startswith(f"config.yaml: {line}")


@pytest.mark.parametrize("text", ["", "hello\n", "- 1\n"], ids=["empty", "a-word", "a-list"])
def test_a_file_without_keys_is_refused(text, tmp_path, monkeypatch):
    told = faults_of(text, tmp_path, monkeypatch)

    assert told[0].startswith("config.yaml: expected keys and values, like `start: idle`, got ")


def test_faults_of_the_config_and_of_all_that_it_names_are_told_together(tmp_path, monkeypatch):
    text = SHIPPED.replace("seed: 1", "seed: yes").replace("scenario: roam", "scenario: raom")
    text = text.replace("model: shipped", "model: mine.yaml").replace(": recording ", ": soon ")
    text = text.replace("\n  max_speed_um_s:", "\n  max_sped_um_s:")
    text = text.replace(CAMERA, "    kind: video\n    path: nowhere.mp4\n#")

    told = faults_of(text, tmp_path, monkeypatch)

    keys = {line.split(": ")[1] for line in told}
    assert keys == {
        "rig.simulation.seed",
        "rig.simulation.scenario",
        "rig.camera.path",
        "detector.model",
        "safety.max_sped_um_s",
        "start",
    }


def test_a_scenario_file_is_named_with_its_own_keys_beside_the_configs(tmp_path, monkeypatch):
    scenario = "title: x\nworm: {kind: video, path: gone.mp4, um_per_px: -1, rate_hz: 10}\n"
    (tmp_path / "world.yaml").write_text(scenario)
    text = SHIPPED.replace("scenario: roam", "scenario: world.yaml").replace("poll_hz", "pol_hz")

    told = faults_of(text, tmp_path, monkeypatch)

    named = "config.yaml: rig.simulation.scenario: world.yaml: worm"
    assert told == [
        "config.yaml: pol_hz: there is no such key; did you mean poll_hz?",
        f"{named}.path: gone.mp4: no such file",
        f"{named}.um_per_px: expected more than 0, got -1",
    ]


def test_an_empty_folder_of_images_is_named_by_its_key(tmp_path, monkeypatch):
    (tmp_path / "pictures").mkdir()
    text = SHIPPED.replace(CAMERA, "    kind: video\n    path: pictures\n#")
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(text)

    with pytest.raises(ConfigError, match=r"rig\.camera\.path: pictures: the folder is empty"):
        prepare(Path("config.yaml"), out=None, duration_s=1.0, now=datetime(2026, 3, 1))


@pytest.mark.parametrize(
    ("written", "meant"),
    [("2e6", 2e6), ("2.0e+6", 2e6), ("2_000_000", 2e6), ("2000000", 2e6), (".5e7", 5e6)],
)
def test_numbers_may_be_written_as_people_write_them(written, meant, tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text(SHIPPED.replace("agility_um2_s3: 2.0e+6", f"agility_um2_s3: {written}"))

    launch = prepare(file, out=tmp_path / "out", duration_s=1.0, now=datetime(2026, 3, 1))

    assert launch.config.estimate.agility_um2_s3 == meant


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SHIPPED.replace("\n", "\r\n").encode())

    assert prepare(file, out=tmp_path / "out", duration_s=1.0, now=datetime(2026, 3, 1)).has_stage
