"""What the renderer is told about the stage is what the stage does."""

import numpy as np
import pytest

from hardware.errors import RingError
from hardware.sim.dynamics import SimulatedMechanics
from hardware.sim.motion_log import MotionReader, MotionWriter
from hardware.sim.scenario import StageDynamics


@pytest.mark.parametrize(
    "dynamics",
    [StageDynamics(), StageDynamics(backlash_um=8.0, settle_s=0.01, upper_um=(30.0, 30.0))],
    ids=["plain", "with backlash, settling and a near limit"],
)
def test_a_reader_knows_at_every_time_where_the_mechanics_are(tmp_path, dynamics):
    writer = MotionWriter(tmp_path / "motion.ring", start_um=(5.0, -5.0))
    reader = MotionReader(tmp_path / "motion.ring")
    stage = SimulatedMechanics(dynamics, start_um=(5.0, -5.0), tell=writer.publish)
    random = np.random.default_rng(1)

    for tick in range(400):
        t_s = 10.0 + tick * 0.025
        stage.set_velocity(t_s, random.normal(0.0, 800.0, 2))
        for asked_s in (t_s - 0.4, t_s, t_s + 0.003, t_s + 0.02):
            assert reader.stage_um(asked_s) == pytest.approx(stage.stage_um(asked_s))
            assert reader.velocity_um_s(asked_s) == pytest.approx(stage.velocity_um_s(asked_s))
        assert reader.expected_stage_um(t_s + 1) == pytest.approx(stage.stage_um(t_s + 1))

    reader.close()
    writer.close()


def test_a_stage_that_was_told_nothing_stands_where_it_began(tmp_path):
    writer = MotionWriter(tmp_path / "motion.ring", start_um=(5.0, -5.0))

    reader = MotionReader(tmp_path / "motion.ring")

    assert reader.stage_um(123.0) == pytest.approx([5.0, -5.0])
    reader.close()
    writer.close()


def test_a_ring_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(RingError):
        MotionReader(tmp_path / "motion.ring")
