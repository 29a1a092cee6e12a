"""The doctor's processes: the emulated controller hears questions alone, and nothing hangs."""

import contextlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from hardware.languages import LANGUAGES
from hardware.sim.emulator import languages as emulated
from hardware.sim.emulator.process import wait_for_port
from hardware.sim.emulator.transcript import read_transcript
from hardware.sim.scenario import StageDynamics
from tracker.commands.main import main
from tracker.doctor.bounded import run_bounded
from tracker.doctor.checks import CHECKS, CONFIG

pytestmark = pytest.mark.realtime

ROOT = Path(__file__).parents[3]
CONTROLLER = """
import sys, time
from pathlib import Path
from hardware.languages import LANGUAGES
from hardware.sim.emulator import languages as emulated
from hardware.sim.emulator.process import run_emulator
from hardware.sim.scenario import load_scenario
here = Path(sys.argv[1])
run_emulator(load_scenario("roam"), epoch_s=time.perf_counter(), port_file=here / "stage.port",
             transcript_file=here / "stage.transcript", motion_ring=here / "motion.ring",
             language=sys.argv[2])
"""


@contextlib.contextmanager
def controller(folder, language="ludl_mac6000"):
    words = [sys.executable, "-c", CONTROLLER, str(folder), language]
    process = subprocess.Popen(words, cwd=ROOT)
    try:
        yield wait_for_port(folder / "stage.port", within_s=20.0)
    finally:
        process.terminate()
        process.wait(5)


def heard(folder):
    lines = read_transcript(folder / "stage.transcript")
    return {line.meaning.partition(" ")[0] for line in lines if line.was_heard}


@pytest.fixture
def config_file(tmp_path):
    """Write a config for a controller at a port, with a camera that is not there."""

    def write(port, kind="ludl_mac6000"):
        told = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
        section = emulated.LANGUAGES[kind].section(StageDynamics(), port)
        told["rig"]["stage"] = section.model_dump(mode="json")
        told["rig"]["camera"] = {"kind": "webcam", "number": 97}
        told["calibration"] = {"kind": "none"}
        told["record"]["folder"] = str(tmp_path / "recordings")
        file = tmp_path / "rig.yaml"
        file.write_text(yaml.safe_dump(told), encoding="utf-8")
        return file

    return write


def examine(config, name):
    words = ["doctor", str(config), "--alone", name, "{}"]
    return run_bounded(words, limit_s=60.0).answer


# In the emulators' transcripts: whatever moves a stage, halts it, or alters what it is told by.
ORDERS = {"velocity", "move", "halt", "stop", "set", "home", "limits", "units", "speed", "zero"}
EMULATED = sorted({language.kind for language in LANGUAGES} & set(emulated.LANGUAGES))


@pytest.mark.parametrize("kind", EMULATED)
def test_the_doctor_asks_a_controller_and_neither_moves_nor_halts_it(tmp_path, config_file, kind):
    with controller(tmp_path, kind) as port:
        found = examine(config_file(port, kind), "stage")

    assert found[0]["verdict"] == "ok", found
    assert "position (" in found[0]["says"]
    assert not heard(tmp_path) & ORDERS


@pytest.mark.parametrize("kind", EMULATED)
def test_devices_recognises_a_controller_that_it_is_told_to_ask(tmp_path, capfd, kind):
    with controller(tmp_path, kind) as port:
        status = main(["devices", "--json", "--ask", port])

    told = json.loads(capfd.readouterr().out)
    answers = {one["device"]: one["answer"] for one in told["ports"]}
    assert status == 0
    assert answers[port]["kind"] == kind
    assert not heard(tmp_path) & ORDERS


def test_devices_lists_what_a_producer_and_pylon_see(tmp_path, capfd, monkeypatch):
    pytest.importorskip("pypylon")
    producer = importlib.util.find_spec("genicam").origin.replace("__init__.py", "viky.cti")
    (tmp_path / "broken.cti").write_text("this is no library")
    monkeypatch.setenv("GENICAM_GENTL64_PATH", str(tmp_path))
    monkeypatch.setenv("PYLON_CAMEMU", "1")

    status = main(["devices", "--json", "--cti", producer])

    virtual, broken, basler = json.loads(capfd.readouterr().out)["described_cameras"]
    assert status == 0
    assert [one["serial"] for one in virtual["cameras"]] == ["0", "1", "2"]
    assert "broken.cti is no GenTL producer that can be loaded" in broken["cameras"]
    assert [one["serial"] for one in basler["cameras"]] == ["0815-0000"]


def test_devices_lists_what_micro_manager_could_open(capfd):
    adapters = pytest.importorskip("mm_test_adapters").device_adapter_path()

    main(["devices", "--json", "--mm", str(adapters)])

    told = json.loads(capfd.readouterr().out)["adapters"]
    demo = next(one for one in told if one["library"] == "DemoCamera")
    assert (demo["cameras"], demo["xy_stages"]) == (["DCam"], ["DXYStage"])


def test_a_camera_that_is_not_there_is_a_fault_with_a_remedy(config_file):
    found = examine(config_file("/dev/no-such-port"), "camera")

    assert found[0]["verdict"] == "fault"
    assert "no camera with number 97" in found[0]["says"]
    assert found[0]["remedy"]


def test_a_camera_that_lacks_something_says_so(config_file, monkeypatch):
    pytest.importorskip("pypylon")
    monkeypatch.setenv("PYLON_CAMEMU", "1")
    file = config_file("/dev/no-such-port")
    config = yaml.safe_load(file.read_text())
    config["rig"]["camera"] = {"kind": "basler", "exposure_s": 0.004, "roi_px": [0, 0, 320, 240]}
    file.write_text(yaml.safe_dump(config))

    seen, lacks = examine(file, "camera")

    assert seen["says"].startswith("320 x 240 px")
    assert lacks["verdict"] == "warning"
    assert "gives no time stamps" in lacks["says"]


def test_a_check_that_hangs_is_ended_and_told(config_file):
    words = ["doctor", str(config_file("/dev/no-such-port")), "--alone", "clock", "{}"]

    ended = run_bounded(words, limit_s=0.01)

    assert ended.answer is None
    assert "something hangs" in ended.why_not


def test_a_process_that_dies_without_an_answer_is_told_with_its_last_words():
    ended = run_bounded(["no-such-command"], limit_s=30.0)

    assert ended.answer is None
    assert "it crashed (exit status 2)" in ended.why_not
    assert "no-such-command" in ended.why_not


def test_a_config_with_faults_is_bad_input_and_the_machine_is_examined_all_the_same(
    config_file, capfd
):
    file = config_file("/dev/no-such-port")
    file.write_text(file.read_text(encoding="utf-8").replace("deadman_s", "dedman_s"))

    status = main(["doctor", str(file)])

    lines = capfd.readouterr().out.splitlines()
    assert status == 2
    assert any(line.startswith("fault    config") and "dedman_s" in line for line in lines)
    assert any(line.startswith(("ok ", "warning")) and " clock " in line for line in lines)
    assert any("not checked" in line and " camera " in line for line in lines)


def test_a_file_that_is_not_there_is_one_line_and_status_2(capfd):
    assert main(["doctor", "nowhere.yaml"]) == 2

    told = capfd.readouterr()
    assert told.out == ""
    assert told.err == "wormlock doctor: nowhere.yaml: no such file\n"


@pytest.mark.timeout(300)
def test_the_simulated_rig_is_examined_whole(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)

    status = main(["doctor", "--json"])

    told = json.loads(capfd.readouterr().out)
    names = [finding["check"] for finding in told["findings"]]
    assert names == [CONFIG, *(check.name for check in CHECKS)]
    assert status == int(told["faults"] > 0)
    found = {finding["check"]: finding for finding in told["findings"]}
    assert found["stage"]["verdict"] == "ok", found["stage"]
    assert found["camera"]["facts"]["columns"] == 968
    assert found["disk speed"]["facts"]["needed_mb_s"] > 0.0
    assert not any("not found out" in finding["says"] for finding in told["findings"])
    assert all(finding["remedy"] for finding in told["findings"] if finding["verdict"] != "ok")
    assert list(tmp_path.iterdir()) == []
