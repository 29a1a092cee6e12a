"""Clients that others wrote drive the emulated ASI controller."""

import time
import warnings

import numpy as np
import pytest

pytestmark = pytest.mark.realtime


def test_tigerasi_steers_the_emulated_tiger(emulate):
    tigerasi = pytest.importorskip("tigerasi.tiger_controller")
    controller = emulate("asi")
    box = tigerasi.TigerController(controller.port)

    box.set_speed(x=2.0, y=2.0)
    box.move_relative(x=5000, y=-2000)
    was_moving = box.are_axes_moving("x", "y")
    while any(box.are_axes_moving("x", "y").values()):  # its own `wait` never ends
        pass
    there = box.get_position("x", "y")
    box.set_upper_travel_limit(x=1.25)
    upper_mm = box.get_upper_travel_limit("x")
    box.zero_in_place("x", "y")
    zero = box.get_position("x", "y")
    box.move_absolute(z=-125)
    while any(box.are_axes_moving("z").values()):
        pass
    height = box.get_position("z")
    box.ser.close()

    assert box.ordered_axes == ["X", "Y", "Z"]
    assert height == pytest.approx({"Z": -125.0}, abs=1.0)
    assert was_moving == {"X": True, "Y": True}
    assert there == pytest.approx({"X": 5000.0, "Y": -2000.0}, abs=1.0)
    assert upper_mm == pytest.approx({"X": 1.25})
    assert zero == pytest.approx({"X": 0.0, "Y": 0.0}, abs=1.0)
    assert controller.true_um(time.perf_counter()) == pytest.approx([500.0, -200.0], abs=0.2)


def test_a_halt_while_moving_answers_tigerasi_with_the_error_that_a_tiger_gives(emulate):
    tigerasi = pytest.importorskip("tigerasi.tiger_controller")
    controller = emulate("asi")
    box = tigerasi.TigerController(controller.port)

    box.halt()
    box.move_relative(x=100_000)
    time.sleep(0.1)
    with pytest.raises(SyntaxError, match="SERIAL_CMD_HALTED"):
        box.halt()
    time.sleep(0.2)
    box.ser.close()

    assert 0.0 < controller.true_um(time.perf_counter())[0] < 5000.0


def test_asitiger_steers_the_emulated_tiger(emulate):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        asitiger = pytest.importorskip("asitiger.tigercontroller")
    controller = emulate("asi")
    box = asitiger.TigerController.from_serial_port(controller.port)

    axes = box.axes()
    box.here({"X": 100, "Y": 0})
    box.move({"X": 2100, "Y": 1000})
    states = [status.status.name for status in box.rdstat(["X", "Y"])]
    box.wait_until_idle()
    there = box.where(["X", "Y"])
    box.move({"Z": -125})
    box.wait_until_idle()
    height = box.where(["Z"])
    speed = box.speed({"X": "?"})
    box.connection.disconnect()

    assert [(axis.label, axis.address_hex) for axis in axes] == [
        ("X", "31"),
        ("Y", "31"),
        ("Z", "32"),
    ]
    assert height == pytest.approx({"Z": -125}, abs=1.0)
    assert states == ["BUSY", "BUSY"]
    assert there == pytest.approx({"X": 2100, "Y": 1000}, abs=1.0)
    assert float(speed["X"]) == pytest.approx(4.0)
    assert np.allclose(controller.true_um(time.perf_counter()), [200.0, 100.0], atol=0.2)
