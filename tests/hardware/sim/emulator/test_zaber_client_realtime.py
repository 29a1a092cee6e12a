"""The vendor's own library drives the emulated Zaber devices, in native units."""

import time

import pytest

from hardware.sim.emulator.zaber import MICROSTEP_UM

pytestmark = pytest.mark.realtime


@pytest.mark.parametrize("over", ["pty", "tcp"])
def test_zaber_motion_steers_a_device_of_two_axes(emulate, over):
    ascii_ = pytest.importorskip("zaber_motion.ascii")
    controller = emulate("zaber", over=over)
    if over == "tcp":
        host, port = controller.port.removeprefix("socket://").split(":")
        connection = ascii_.Connection.open_tcp(host, int(port))
    else:
        connection = ascii_.Connection.open_serial_port(controller.port)

    with connection:
        addresses = [
            found.device_address for found in connection.detect_devices(identify_devices=False)
        ]
        device = connection.get_device(1)
        device.generic_command("move rel 20000", axis=1)
        was_busy = device.get_axis(1).is_busy()
        device.get_axis(1).wait_until_idle()
        there = device.generic_command("get pos").data
        device.generic_command("move vel -30000", axis=2)
        time.sleep(0.1)
        device.get_axis(2).stop()
        flag = device.generic_command("").warning_flag

    assert addresses == [1, 3]
    assert was_busy
    assert there == "20000 0"
    assert flag == "WR"
    where_um = controller.true_um(time.perf_counter())
    assert where_um[0] == pytest.approx(20000 * MICROSTEP_UM, abs=0.1)
    assert -2000.0 < where_um[1] < -20.0


def test_zaber_motion_finds_a_chain_and_is_told_what_is_refused(emulate):
    ascii_ = pytest.importorskip("zaber_motion.ascii")
    zaber_motion = pytest.importorskip("zaber_motion")
    controller = emulate("zaber_chain")

    with ascii_.Connection.open_serial_port(controller.port) as connection:
        found = connection.detect_devices(identify_devices=False)
        second = connection.get_device(2)
        second.generic_command("set limit.max 1000", axis=1)
        held = second.generic_command("get limit.max", axis=1).data
        with pytest.raises(zaber_motion.CommandFailedException, match="BADDATA"):
            second.generic_command("move abs 2000", axis=1)
        second.generic_command("home", axis=1)
        second.get_axis(1).wait_until_idle()
        flag = second.generic_command("").warning_flag
        focus = connection.get_device(3).get_axis(1)
        focus.move_absolute(-2625)
        height = focus.get_position()

    assert [device.device_address for device in found] == [1, 2, 3]
    assert height == pytest.approx(-2625, abs=2)
    assert held == "1000"
    assert flag == "--"
