import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.errors import LinkTimeoutError, UnreadableError
from hardware.sim.scenario import Scenario
from hardware.sim.stepped_stage import SteppedStage
from hardware.sim.world import World
from hardware.types import StageLimits

LIMITS = StageLimits(
    lower_um=np.full(2, -1e4),
    upper_um=np.full(2, 1e4),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=5e4,
)


@pytest.fixture
def clock():
    return SteppedClock(1.0)


@pytest.fixture
def make_stage(clock):
    def make(fault=None):
        faults = [] if fault is None else [{"kind": fault, "from_s": 1.0, "to_s": 1.2}]
        world = World(
            Scenario.model_validate(
                {"title": "a stage", "worm": {"kind": "gait"}, "faults": faults}
            ),
            1,
        )
        return SteppedStage(world, LIMITS, clock, start_um=(100.0, -200.0))

    return make


def test_a_position_comes_when_its_last_byte_is_here(make_stage, clock):
    stage = make_stage()
    stage.ask()
    clock.advance_to(1.0 + 0.9 * stage.exchange_s)
    assert stage.answer() is None
    clock.advance_to(1.0 + stage.exchange_s)

    state = stage.answer()

    assert state.position_um == pytest.approx([100.0, -200.0])
    assert 1.0 < state.t_s < 1.0 + stage.exchange_s
    assert stage.answer() is None


def test_a_velocity_acts_after_wire_and_lag(make_stage, clock):
    stage = make_stage()
    given_um_s = stage.set_velocity(np.array([300.04, 0.0]))
    acts_s = 1.0 + stage.command_delay_s

    assert given_um_s == pytest.approx([300.0, 0.0])
    assert stage.mechanics.velocity_um_s(acts_s - 1e-4)[0] == 0.0
    assert stage.mechanics.velocity_um_s(acts_s + 0.02)[0] == pytest.approx(300.0)


@pytest.mark.parametrize("fault", ["serial_silence", "stall"])
def test_a_silent_controller_is_given_up_after_the_deadline(make_stage, clock, fault):
    stage = make_stage(fault)
    stage.ask()
    clock.advance_to(1.04)
    assert stage.answer() is None
    clock.advance_to(1.06)

    with pytest.raises(LinkTimeoutError):
        stage.answer()


def test_a_garbled_reply_is_unreadable_and_the_next_one_is_not(make_stage, clock):
    stage = make_stage("garbled_replies")
    stage.ask()
    clock.advance_to(1.01)
    with pytest.raises(UnreadableError):
        stage.answer()

    clock.advance_to(1.3)
    stage.ask()
    clock.advance_to(1.31)
    assert stage.answer() is not None


def test_a_stalled_controller_hears_nothing(make_stage, clock):
    stage = make_stage("stall")
    stage.set_velocity(np.array([300.0, 0.0]))

    assert stage.mechanics.velocity_um_s(1.1).tolist() == [0.0, 0.0]
