"""The simulated neural camera: it draws its own pictures, on its own beat, in its own process.

Each exposure is drawn when it is over, with the stage where it really was meanwhile; what was
true at its middle goes into a ring beside.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from hardware.config import SimulatedNeuralCamera
from hardware.ring import RingWriter
from hardware.sim.neural_picture import NeuralPicture
from hardware.sim.scenario import Scenario
from hardware.sim.stage_motion import open_motion
from hardware.sim.world import World
from hardware.truth import neural_truth_row
from hardware.types import RawFrame

_READOUT_S = 0.004
_TRUTH_SLOTS = 8192
_MOMENTS = (-1.0 / 3.0, 0.0, 1.0 / 3.0)  # of an exposure, about its middle
_HOPELESS_PERIODS = 3.0  # so far behind, exposures are left out: a real camera is never late


class SimulatedNeuralCameraReader:
    """Fulfils `hardware.camera.RawCamera`."""

    def __init__(
        self,
        section: SimulatedNeuralCamera,
        scenario: Scenario,
        *,
        seed: int,
        number: int,
        begin: Callable[[], float | None],
        motion_ring: Path | None,
        truth_ring: Path,
    ) -> None:
        """Open the world.

        Args:
            section: the camera's.
            scenario: what there is to see.
            seed: the world's.
            number: which of the rig's neural cameras it is.
            begin: says the world's time zero, once it is settled; None before.
            motion_ring: how the stage moves; None: there is none.
            truth_ring: where to tell what was true, made here.

        Raises:
            RingError: the stage's motion was not there in time, or there is no shared memory.
        """
        self._section, self._begin = section, begin
        self._motion = open_motion(motion_ring)
        world = World(scenario, seed)
        shape = (section.rows, section.columns)
        self._picture = NeuralPicture(scenario, seed, shape, world=world, number=number)
        self._truth = RingWriter(
            truth_ring, neural_truth_row(self._picture.neurons), slots=_TRUTH_SLOTS
        )
        self._epoch_s: float | None = None
        self._index = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of every frame."""
        return self._section.rows, self._section.columns

    @property
    def depth_bits(self) -> int:
        """Sixteen."""
        return 16

    @property
    def white_level(self) -> int:
        """The largest count."""
        return 65_535

    @property
    def period_s(self) -> float:
        """Seconds between exposures."""
        return 1.0 / self._section.rate_hz

    @property
    def delay_s(self) -> float:
        """Seconds from mid-exposure to the frame in memory."""
        return self._section.exposure_s / 2.0 + _READOUT_S

    @property
    def um_per_px(self) -> float:
        """The side of a pixel on the plate."""
        return self._picture.um_per_px

    @property
    def neurons(self) -> int:
        """How many neurons there are to see."""
        return self._picture.neurons

    @property
    def notes(self) -> tuple[str, ...]:
        """It lacks nothing."""
        return ()

    def start(self) -> None:
        """Nothing is to be done: it exposes on the world's beat, from its time zero on."""

    def grab(self, timeout_s: float) -> Sequence[RawFrame]:
        """Return the next frame once it is read out; none if that is not so within `timeout_s`."""
        until_s = time.perf_counter() + timeout_s
        if self._epoch_s is None:
            self._epoch_s = self._begin()
            if self._epoch_s is None:
                time.sleep(min(timeout_s, 0.01))
                return []
            self._leave_out(time.perf_counter())
        t_s = (self._index + 0.5) * self.period_s
        ready_s = self._epoch_s + t_s + self.delay_s
        now_s = time.perf_counter()
        if ready_s > until_s:
            time.sleep(max(until_s - now_s, 0.0))
            return []
        time.sleep(max(ready_s - now_s, 0.0))
        frame = self._expose(self._epoch_s, t_s)
        self._index += 1
        self._leave_out(time.perf_counter())
        return [frame]

    def close(self) -> None:
        """Let the rings go."""
        self._truth.close()

    def _expose(self, epoch_s: float, t_s: float) -> RawFrame:
        moments_s = [t_s + part * self._section.exposure_s for part in _MOMENTS]
        stages_um = [self._motion.stage_um(epoch_s + at_s) for at_s in moments_s]
        seen = [
            self._picture.truth(at_s, stage_um)
            for at_s, stage_um in zip(moments_s, stages_um, strict=True)
        ]
        image = self._picture.render(seen, self._index)
        now_s = time.perf_counter()
        middle = len(_MOMENTS) // 2
        self._truth.append(
            self._index,
            epoch_s + t_s,
            stages_um[middle],
            seen[middle].neurons_px,
            seen[middle].activity,
            now_s - (epoch_s + t_s + self.delay_s),
        )
        return RawFrame(
            index=self._index,
            t_s=epoch_s + t_s,
            received_s=now_s,
            image=image,
            camera_t_s=t_s,
            camera_counter=self._index,
        )

    def _leave_out(self, now_s: float) -> None:
        """Skip exposures when there is no catching up."""
        if self._epoch_s is None:
            return
        current = int(np.floor((now_s - self._epoch_s - self.delay_s) / self.period_s))
        if current > self._index + _HOPELESS_PERIODS:
            self._index = current
