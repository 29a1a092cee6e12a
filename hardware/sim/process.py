"""The process that is the rendered world: it exposes on the beat, whoever looks or does not.

A frame is drawn ahead, where the stage is expected to be; at mid-exposure, when the stage's true
place is known, it is finished, and handed over when a real camera would have read it out.
"""

from __future__ import annotations

import gc
import logging
import os
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2

from hardware.platform import ParentWatch
from hardware.ring import RingWriter, frame_record
from hardware.sim.defocus import Defocus
from hardware.sim.exposure import Shutter
from hardware.sim.motion_log import MotionReader
from hardware.sim.picture import open_picture
from hardware.sim.scenario import Scenario
from hardware.sim.stage_motion import StandingStage, open_motion
from hardware.sim.world import World
from hardware.stepped import Exposure
from hardware.truth import TRUTH_ROW
from hardware.types import GreyImage, Vec2

logger = logging.getLogger(__name__)

_FRAME_SLOTS = 16
_TRUTH_SLOTS = 8192
_OUTLIVES_PARENT_S = 5.0  # the stage halts in this world after its supervisor has died
_DRAWING_S = 0.015  # enough to prepare a frame on a busy computer
_SPIN_S = 0.0002  # sleeping is not more exact than this
_HOPELESS_PERIODS = 3.0  # so far behind, frames are left out: a real camera is never late
_WARM_FRAMES = 4
_SPARE_S = 0.004  # a tile takes less
_LOOK_AHEAD_S = 0.3


class _Developed(NamedTuple):
    """A finished frame that waits for its readout."""

    exposure: Exposure
    stage_um: Vec2
    image: GreyImage


def run_world(
    scenario: Scenario,
    *,
    seed: int,
    epoch_s: float,
    camera_ring: Path,
    truth_ring: Path,
    motion_ring: Path | None,
    begin: Callable[[], float] | None = None,
) -> None:
    """Render the world until terminated, or for a while after the parent has died.

    Its time zero is `epoch_s`, or what `begin` returns when everything is drawn and ready.

    Raises:
        RingError: the stage's motion was not there in time, or there is no shared memory.
        ConfigError: the scenario names a file that cannot be read.
    """
    cv2.setNumThreads(1)
    motion = open_motion(motion_ring)
    with _WorldProcess(scenario, seed, motion, (camera_ring, truth_ring)) as world:
        world.warm_up()
        gc.collect()
        gc.freeze()
        gc.disable()
        world.run(epoch_s if begin is None else begin())


class _WorldProcess:
    """World, camera and rings while they run."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        motion: MotionReader | StandingStage,
        rings: tuple[Path, Path],
    ) -> None:
        self._epoch_s = float("nan")  # until it runs
        self._camera = scenario.camera
        self._motion = motion
        self._world = World(scenario, seed)
        self._shutter = Shutter(self._world, seed)
        self._picture = open_picture(scenario, seed, world=self._world)
        self._defocus = Defocus(scenario)
        camera_ring, truth_ring = rings
        shape = (scenario.camera.rows, scenario.camera.columns)
        self._truth = RingWriter(truth_ring, TRUTH_ROW, slots=_TRUTH_SLOTS)
        # Last: who finds it may rely on all the rest.
        self._frames = RingWriter(camera_ring, frame_record(shape), slots=_FRAME_SLOTS)
        self._readout: deque[_Developed] = deque()

    def __enter__(self) -> _WorldProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._frames.close()
        self._truth.close()

    def warm_up(self) -> None:
        """Draw frames that nobody sees, so that the first that counts is not the slowest."""
        stage_um = self._motion.stage_um(time.perf_counter())
        for index in range(_WARM_FRAMES):
            prepared = self._picture.prepare(0.0, stage_um)
            self._picture.finish(prepared, stage_um, index)

    def run(self, epoch_s: float) -> None:
        """Expose frame after frame, the world's time being zero at `epoch_s`."""
        self._epoch_s = epoch_s
        parent = ParentWatch(os.getppid())
        orphaned_s: float | None = None
        index = self._shutter.next_index(time.perf_counter() - self._epoch_s)
        logger.info("exposing first=%d", index)
        while orphaned_s is None or time.perf_counter() < orphaned_s + _OUTLIVES_PARENT_S:
            self._expose(self._shutter.exposure(index))
            index = self._following(index)
            if orphaned_s is None and parent.is_gone():
                orphaned_s = time.perf_counter()

    def _expose(self, exposure: Exposure) -> None:
        due_s = self._epoch_s + exposure.t_s
        self._read_out(until_s=due_s - _DRAWING_S)
        prepared = self._picture.prepare(
            exposure.t_s,
            self._motion.stage_um(due_s),
            stage_velocity_um_s=self._motion.velocity_um_s(due_s),
            focus_um=self._motion.focus_um(due_s),
        )
        self._read_out(until_s=due_s)
        self._look_ahead(due_s)
        _sleep_until(due_s)
        stage_um = self._motion.stage_um(due_s)
        if exposure.is_dropped:
            self._tell(exposure, stage_um, late_s=0.0)
            return
        image = self._picture.finish(prepared, stage_um, exposure.index)
        self._readout.append(_Developed(exposure, stage_um, image))

    def _read_out(self, *, until_s: float) -> None:
        """Hand over the frames whose readout ends by then, each at its own time."""
        while self._readout:
            ready_s = self._epoch_s + self._readout[0].exposure.received_s
            if ready_s > until_s:
                return
            _sleep_until(ready_s)
            exposure, stage_um, image = self._readout.popleft()
            now_s = time.perf_counter()
            self._tell(exposure, stage_um, late_s=max(now_s - ready_s, 0.0))
            self._frames.append(
                exposure.index,
                self._epoch_s + exposure.t_s,
                now_s,
                self._shutter.camera_t_s(exposure.t_s),
                exposure.index,
                image,
            )

    def _tell(self, exposure: Exposure, stage_um: Vec2, *, late_s: float) -> None:
        self._truth.append(
            exposure.index,
            self._epoch_s + exposure.t_s,
            self._world.head_um(exposure.t_s),
            stage_um,
            self._world.head_velocity_um_s(exposure.t_s),
            late_s,
            self._world.is_blind(exposure.t_s),
            self._defocus.height_um(stage_um, self._motion.focus_um(self._epoch_s + exposure.t_s)),
        )

    def _look_ahead(self, due_s: float) -> None:
        """Use spare time to draw a tile of the plate that will soon come into view."""
        if time.perf_counter() > due_s - _SPARE_S:
            return
        stage_um = self._motion.stage_um(due_s)
        velocity_um_s = self._motion.velocity_um_s(due_s)
        ahead_um = stage_um + _LOOK_AHEAD_S * velocity_um_s
        self._picture.prefetch(ahead_um, at_most=1, focus_um=self._motion.focus_um(due_s))

    def _following(self, index: int) -> int:
        """Return the next exposure; some are left out when there is no catching up."""
        now_s = time.perf_counter() - self._epoch_s
        hopeless_s = _HOPELESS_PERIODS * self._camera.period_s
        if now_s < self._shutter.exposure(index + 1).t_s + hopeless_s:
            return index + 1
        return max(self._shutter.next_index(now_s), index + 1)


def _sleep_until(t_s: float) -> None:
    wait_s = t_s - time.perf_counter()
    if wait_s > _SPIN_S:
        time.sleep(wait_s - _SPIN_S)
    while time.perf_counter() < t_s:
        pass
