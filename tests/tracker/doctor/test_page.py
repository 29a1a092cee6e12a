"""How findings and devices look on a terminal."""

from hardware.cameras.found import NamedCamera
from hardware.cameras.micromanager_core import AdapterDevices
from hardware.discovery import FoundCamera, SerialPort
from hardware.languages import Recognised, language_of
from tracker.doctor.finding import fault, fault_of_part, ok, skipped, warning
from tracker.doctor.machine_vision import ListedBy
from tracker.doctor.page import closing, line, plain
from tracker.doctor.plugged_in import AskedPort, PluggedIn, page, to_plain

LONG = warning("word " * 30, "do " * 30)
MAC6000 = AskedPort(
    port=SerialPort(device="/dev/ttyACM0", description="LEP", may_open=True, holders=()),
    recognised=Recognised(
        language=language_of("ludl_mac6000"), baud=115_200, says="position (0.0, 0.0) um"
    ),
    why_not="",
)
HELD = AskedPort(
    port=SerialPort(device="/dev/ttyS0", description="", may_open=False, holders=("bash (1)",)),
)


def test_a_long_finding_is_folded_under_itself():
    lines = line("disk speed", LONG, width=100).splitlines()

    assert len(lines) == 4
    assert all(len(one) <= 100 for one in lines)
    indent = len(lines[0]) - len(lines[0].removeprefix("warning  disk speed").lstrip())
    assert all(one.startswith(" " * indent) and one[indent:].strip() for one in lines[1:])
    assert lines[2][indent:].startswith("-> do")


def test_a_finding_for_a_pipe_is_one_line():
    assert "\n" not in line("disk speed", LONG, width=None)


def test_findings_are_counted():
    found = [("config", ok("fine")), ("port", fault("gone", "plug in")), ("clock", LONG)]

    told = plain("c.yaml", found)

    assert (told["faults"], told["warnings"]) == (1, 1)
    assert told["findings"][1]["check"] == "port"
    assert closing([finding for _, finding in found]) == "1 fault, 1 warning"


def test_what_was_not_checked_is_no_warning():
    found = [("config", fault("gone", "mend it")), ("port", skipped("not checked", "mend config"))]

    told = plain("c.yaml", found)

    assert (told["faults"], told["warnings"], told["not_checked"]) == (1, 0, 1)
    assert closing([finding for _, finding in found]) == "1 fault, no warning, 1 not checked"


def test_a_wrong_path_is_corrected_and_only_a_silent_device_has_its_cable_checked():
    of_path = fault_of_part(ValueError("rig.camera.mm_app_path: /x: no such folder"), "cable")
    of_device = fault_of_part(ValueError("the camera is gone"), "cable")

    assert of_path.remedy == "correct the path in the config"
    assert of_device.remedy == "cable"


def test_devices_come_with_what_to_write_into_the_config():
    found = PluggedIn(
        ports=[MAC6000, HELD],
        cameras=[FoundCamera(number=0, rows=480, columns=640, rate_hz=30.0)],
        adapters=[AdapterDevices(library="DemoCamera", cameras=("DCam",))],
        described=[
            ListedBy(
                library="a.cti",
                section="kind: genicam, cti_path: 'a.cti'",
                cameras=[NamedCamera(vendor="FLIR", model="Blackfly", serial="17", place=0)],
            ),
            ListedBy(library="b.cti", section="kind: genicam", cameras="it crashed"),
        ],
    )

    told = page(found, is_asked=True, width=100)

    assert "rig.stage: {kind: ludl_mac6000, port: /dev/ttyACM0, baud: 115200}" in told
    assert "640 x 480 px at 30 frames/s; rig.camera: {kind: webcam, number: 0}" in told
    assert "held by bash (1)" in told
    assert "DemoCamera  cameras: DCam" in told
    assert "rig.camera: {kind: genicam, cti_path: 'a.cti', serial: \"17\"}" in told.replace(
        "\n        ", " "
    )
    assert "b.cti: not found out: it crashed" in told
    assert to_plain(found)["described_cameras"][0]["cameras"][0]["serial"] == "17"
    assert to_plain(found)["ports"][0]["answer"]["kind"] == "ludl_mac6000"


def test_what_could_not_be_found_out_is_said():
    found = PluggedIn(ports=[], cameras="no end after 40 s: something hangs")

    told = page(found, is_asked=False, width=None)

    assert "not found out: no end after 40 s" in told
    assert told.startswith("Serial ports\n  none")
