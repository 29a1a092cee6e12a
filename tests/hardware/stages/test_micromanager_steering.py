"""Velocities through an MMCore that is played: what it is told, and what a refusal is."""

import numpy as np
import pytest

from hardware.config import RigConfig, validate
from hardware.errors import ConfigError
from hardware.stage_config import MicroManagerStage
from hardware.stages.micromanager_steering import steering_of
from hardware.types import StageLimits

LIMITS = StageLimits(
    lower_um=np.array([-100.0, -100.0]),
    upper_um=np.array([100.0, 100.0]),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=60_000.0,
)
BY_PROPERTIES = {
    "by": "properties",
    "x_property": "VectorMoveX-VE(mm/s)",
    "y_property": "VectorMoveY-VE(mm/s)",
}
BY_SERIAL = {"by": "serial", "port_device": "COM3", "command": "VE X={x:.4f} Y={y:.4f}"}


class PlayedCore:
    def __init__(self):
        self.told, self.place_um, self.answer, self.has_stop = [], [0.0, 0.0], ":A ", True

    def stop(self, label):
        if not self.has_stop:
            raise RuntimeError("This operation is not implemented")
        self.told.append(("stop", label))

    def get_xy_position(self, label):
        return list(self.place_um)

    def set_xy_position(self, label, x_um, y_um):
        self.told.append(("go to", round(x_um, 6), round(y_um, 6)))

    def set_property(self, label, name, value):
        self.told.append((name, value))

    def set_serial_port_command(self, port, command, end):
        self.told.append((port, command, end))

    def get_serial_port_answer(self, port, end):
        return self.answer


@pytest.fixture
def core():
    return PlayedCore()


def section(velocity):
    stage = {"kind": "micromanager", "config_file": "rig.cfg", "velocity": velocity}
    rig = validate({"camera": {"kind": "webcam"}, "stage": stage}, RigConfig, source="config.yaml")
    assert isinstance(rig.stage, MicroManagerStage)
    return rig.stage


def steering(core, velocity):
    return steering_of(core, "XY", section(velocity), LIMITS)


def test_two_properties_take_a_velocity_in_their_own_unit(core):
    by = steering(core, BY_PROPERTIES)

    by.give(by.rounded(np.array([333.333, -0.04])), 0.0)

    assert by.rounded(np.array([333.333, -0.04])) == pytest.approx([333.3, 0.0])
    assert core.told == [
        ("VectorMoveX-VE(mm/s)", "0.3333"),
        ("VectorMoveY-VE(mm/s)", "0.0000"),
    ]
    assert by.travel_s is None


def test_a_line_past_the_adapter_is_written_and_its_refusal_is_one(core):
    by = steering(core, BY_SERIAL)

    by.give(np.array([100.0, -50.0]), 0.0)
    core.answer = ":N-4"

    assert core.told == [("COM3", "VE X=0.1000 Y=-0.0500", "\r")]
    with pytest.raises(RuntimeError, match=":N-4"):
        by.give(np.array([9e4, 0.0]), 0.0)


@pytest.mark.parametrize("velocity", [BY_PROPERTIES, BY_SERIAL])
def test_a_halt_is_a_stop_and_no_velocity_even_where_the_adapter_has_no_stop(core, velocity):
    by = steering(core, velocity)

    by.halt()
    with_stop, core.told = core.told, []
    core.has_stop = False
    by.halt()

    assert with_stop[0] == ("stop", "XY")
    assert core.told == with_stop[1:]
    assert any("0.0000" in str(told) for told in core.told)


def test_targets_lie_ahead_on_the_course_and_within_the_limits(core):
    by = steering(core, {"by": "targets", "travel_s": 0.1, "speed_properties": ["Velocity"]})

    by.give(np.array([300.0, 400.0]), 10.0)
    core.place_um = [6.0, 8.0]
    by.give(np.array([300.0, 0.0]), 10.02)
    by.give(np.array([3000.0, 0.0]), 10.04)
    by.give(np.zeros(2), 10.06)

    assert core.told == [
        ("Velocity", "0.5000"),
        ("go to", 30.0, 40.0),
        ("Velocity", "0.3000"),
        ("go to", 36.0, 8.0),
        ("Velocity", "3.0000"),
        ("go to", 100.0, 8.0),
        ("stop", "XY"),
    ]


def test_a_course_does_not_run_away_from_a_stage_that_stays_behind(core):
    by = steering(core, {"by": "targets", "travel_s": 0.1})

    for turn in range(40):
        by.give(np.array([0.0, 100.0]), 10.0 + 0.025 * turn)

    assert max(told[2] for told in core.told) < 90.0


def test_speeds_of_two_axes_have_a_property_each_and_no_speed_is_zero(core):
    velocity = {"by": "targets", "speed_properties": ["SpeedX", "SpeedY"]}
    by = steering(core, velocity)

    by.give(np.array([-250.0, 0.0]), 10.0)
    by.give(np.array([-250.0, 0.0]), 10.02)

    assert [told for told in core.told if told[0] != "go to"] == [("SpeedX", "0.2500")]


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("VE X={x:.4f} Y={z}", r"stage\.velocity\.command: .*expected a format with {x} and {y}"),
        ("VE X={x}", r"expected a format with {x} and {y}, got 'VE X={x}'"),
    ],
)
def test_a_command_without_both_axes_is_refused(command, fault):
    with pytest.raises(ConfigError, match=fault):
        section(BY_SERIAL | {"command": command})
