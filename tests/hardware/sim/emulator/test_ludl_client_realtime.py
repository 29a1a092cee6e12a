"""python-microscope drives the emulated Ludl controller."""

import time

import pytest

pytestmark = pytest.mark.realtime


@pytest.fixture
def controller(emulate):
    return emulate("ludl")


@pytest.fixture
def box(controller):
    ludl = pytest.importorskip("microscope.controllers.ludl")
    box = ludl.LudlMC2000(controller.port, baudrate=115_200)
    yield box
    box._conn._serial.close()


def test_microscope_moves_the_stage_and_reads_where_it_is(controller, box):
    stage = box.devices["stage"]

    stage.move_by({"1": 5000, "2": -2000})
    time.sleep(0.3)
    there = [stage.axes[name].position for name in ("1", "2")]
    stage.axes["1"].move_to(1000)
    time.sleep(0.3)
    back = stage.axes["1"].position

    assert there == pytest.approx([5000.0, -2000.0], abs=1.0)
    assert back == pytest.approx(1000.0, abs=1.0)
    assert controller.true_um(time.perf_counter()) == pytest.approx([100.0, -200.0], abs=0.2)


def test_microscope_reads_the_configuration(box):
    assert box._conn._devlist == {
        "1": ["EMOT", "X", "X Axis Stage", "Motor"],
        "2": ["EMOT", "Y", "Y Axis Stage", "Motor"],
    }


def test_microscope_spins_and_halts(box):
    connection = box._conn

    connection.move_to_limit(1, 10_000)
    time.sleep(0.1)
    was_moving = connection.motor_moving(1)
    said = connection.get_command(b"HALT")
    time.sleep(0.2)
    first = connection.get_absolute_position(1)
    second = connection.get_absolute_position(1)

    assert was_moving == 1
    assert said == b":A \n"
    assert first == second > 500.0
