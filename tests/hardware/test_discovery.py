"""What is plugged in, told without opening it."""

import os
from types import SimpleNamespace

import pytest

from hardware import discovery


def listed(device, description="n/a", manufacturer=None, hwid="n/a"):
    return SimpleNamespace(
        device=device, description=description, manufacturer=manufacturer, hwid=hwid
    )


def test_ports_are_described_by_what_the_system_knows(monkeypatch):
    ports = [
        listed("/dev/ttyS0"),
        listed("/dev/ttyACM0", "MAC6000", "Ludl", "USB VID:PID=0403:6001 LOCATION=1-1"),
    ]
    monkeypatch.setattr(discovery.list_ports, "comports", lambda: iter(ports))

    found = discovery.serial_ports()

    assert [port.device for port in found] == ["/dev/ttyACM0", "/dev/ttyS0"]
    assert found[0].description == "Ludl, MAC6000, USB VID:PID=0403:6001"
    assert found[1].description == ""


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_whoever_holds_a_port_is_named(tmp_path):
    port = tmp_path / "ttyUSB0"
    port.touch()
    for number, name, target in ((17, "ImageJ", port), (18, "bash", tmp_path / "other")):
        process = tmp_path / "proc" / str(number)
        (process / "fd").mkdir(parents=True)
        (process / "comm").write_text(f"{name}\n")
        (process / "fd" / "3").symlink_to(target)

    holders = discovery.port_holders(str(port), tmp_path / "proc")

    assert holders == ("ImageJ (17)",)


def test_the_player_of_a_pseudo_terminal_is_no_holder(tmp_path):
    assert discovery.port_holders("/dev/pts/9999", tmp_path) == ()


def test_an_address_on_the_network_needs_no_permission():
    port = discovery.named_port("socket://127.0.0.1:4000")

    assert port.may_open
    assert port.holders == ()


def test_a_port_that_is_not_there_is_told_with_those_that_are(monkeypatch):
    monkeypatch.setattr(discovery.list_ports, "comports", lambda: iter([listed("COM3")]))

    assert discovery.absent_port("COM7") == "COM7: there is no such port; ports here: COM3"
    assert discovery.absent_port("COM3") is None
    assert discovery.absent_port("socket://127.0.0.1:4000") is None


def test_a_camera_that_is_not_there_is_left_out():
    pytest.importorskip("cv2")

    found = discovery.webcams([97])

    assert found == []


def test_a_port_that_is_not_there_is_no_question_of_permissions():
    assert discovery.named_port("/dev/nosuch").may_open
