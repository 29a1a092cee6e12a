"""A stage that really follows: simulated mechanics behind a driver's face, in stepped time."""

import math

import numpy as np
import pytest

from hardware.clock import SteppedClock
from hardware.sim.dynamics import SimulatedMechanics
from hardware.sim.scenario import StageDynamics
from hardware.types import StageLimits, StageState
from tracker.messages import Command
from tracker.safety.guard import Guard

LIMITS = StageLimits(
    lower_um=np.array([-1000.0, -800.0]),
    upper_um=np.array([1000.0, 1200.0]),
    max_speed_um_s=3000.0,
    max_acceleration_um_s2=50_000.0,
)
NONE_UM = (math.nan, math.nan)
WIRE_S, LAG_S = 0.0023, 0.006


class FollowingStage:
    """Fulfils `hardware.stage.Stage`; answers at once, unless it is told to be silent."""

    can_interrupt = True
    wait_handle = None
    command_delay_s = WIRE_S + LAG_S
    limits = LIMITS

    def __init__(self, clock, start_um=(0.0, 0.0)):
        dynamics = StageDynamics(lag_s=LAG_S)
        self.mechanics = SimulatedMechanics(dynamics, start_um=start_um)
        self.clock = clock
        self.written = []
        self.halts = 0
        self.is_silent = False
        self.is_closed = False

    def ask(self):
        pass

    def answer(self):
        if self.is_silent:
            return None
        now_s = self.clock.now_s()
        counts = [self.mechanics.encoder_counts(axis, now_s) for axis in (0, 1)]
        return StageState(t_s=now_s, position_um=np.array(counts) * 0.05)

    def set_velocity(self, velocity_um_s):
        self.written.append(velocity_um_s)
        return self.mechanics.set_velocity(self.clock.now_s() + WIRE_S, velocity_um_s)

    def stop(self):
        self.halts += 1
        self.mechanics.halt(self.clock.now_s() + WIRE_S)

    def close(self):
        self.stop()
        self.is_closed = True


class GuardedRig:
    """Clock, stage and guard, and a hand that moves all three on."""

    def __init__(self, start_um=(0.0, 0.0), deadman_s=0.2, coast_s=0.3, **more):
        self.clock = SteppedClock(10.0)
        self.stage = FollowingStage(self.clock, start_um)
        self.guard = Guard(
            self.stage, LIMITS, deadman_s=deadman_s, coast_s=coast_s, clock=self.clock, **more
        )
        self.halts = []
        self.reached_um = [np.array(start_um)]

    def command(self, velocity_um_s, *, frame_age_s=0.01, unseen_s=0.01, sequence=0, **more):
        """Post a command that rests on a frame of this age."""
        now_s = self.clock.now_s()
        command = Command(
            sequence=sequence,
            t_s=now_s,
            frame_t_s=now_s - frame_age_s,
            seen_s=now_s - unseen_s,
            velocity_um_s=np.array(velocity_um_s, dtype=np.float64),
            **more,
        )
        return self.guard.obey(command)

    def wait(self, seconds, *, look_s=0.005):
        """Let time pass, with the turns that the stage process would take."""
        until_s = self.clock.now_s() + seconds
        for _ in range(math.ceil(seconds / look_s)):
            self.clock.advance_to(min(self.clock.now_s() + look_s, until_s))
            self.guard.answer()
            halt = self.guard.check()
            if halt is not None:
                self.halts.append(halt)
            self.reached_um.append(self.stage.mechanics.stage_um(self.clock.now_s()))

    def track(self, seconds, velocity_um_s=(0.0, 0.0), *, off_um=NONE_UM, period_s=0.025):
        """Command on; return what was made of each."""
        made = []
        for _ in range(round(seconds / period_s)):
            made.append(self.command(velocity_um_s, off_um=np.array(off_um)))
            self.wait(period_s)
        return made

    def push(self, velocity_um_s):
        """Let a joystick add to whatever the stage is told from now on."""
        told = self.stage.mechanics.set_velocity
        joystick_um_s = np.array(velocity_um_s)

        def pushed(t_s, velocity_um_s):
            return told(t_s, velocity_um_s + joystick_um_s) - joystick_um_s

        self.stage.mechanics.set_velocity = pushed

    def speed_um_s(self):
        """How fast the stage really is."""
        return math.hypot(*self.stage.mechanics.velocity_um_s(self.clock.now_s()))


@pytest.fixture
def rig():
    made = GuardedRig()
    made.wait(0.01)
    return made


@pytest.fixture(scope="session")
def make_rig():
    return GuardedRig
