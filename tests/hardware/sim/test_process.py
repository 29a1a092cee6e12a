"""The world as a process of its own, judged by what it puts into its rings."""

import multiprocessing
import time

import numpy as np
import pytest

from hardware.clock import HostClock
from hardware.ring import attach_ring
from hardware.sim.camera import SimulatedCameraReader
from hardware.sim.exposure import Shutter
from hardware.sim.motion_log import MotionWriter
from hardware.sim.optics import Renderer
from hardware.sim.process import run_world
from hardware.sim.scenario import Fault, load_scenario
from hardware.sim.world import World
from hardware.truth import TRUTH_ROW

pytestmark = pytest.mark.realtime

SEED = 3
STAGE_UM = (40.0, -25.0)
FRAMES = 30
ROAM = load_scenario("roam")
SCENARIO = ROAM.model_copy(
    update={
        "camera": ROAM.camera.model_copy(update={"rows": 120, "columns": 160}),
        "field": ROAM.field.model_copy(update={"center_px": (80.0, 60.0)}),
        "faults": (Fault(kind="drop_frames", from_s=0.3, to_s=0.4),),
    }
)


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """Frames, truth and time zero of a world that ran for a second."""
    folder = tmp_path_factory.mktemp("world")
    motion = MotionWriter(folder / "motion.ring", start_um=STAGE_UM)
    epoch_s = time.perf_counter() + 4.0
    process = multiprocessing.get_context("spawn").Process(
        target=run_world,
        args=(SCENARIO,),
        kwargs={
            "seed": SEED,
            "epoch_s": epoch_s,
            "camera_ring": folder / "camera.ring",
            "truth_ring": folder / "truth.ring",
            "motion_ring": folder / "motion.ring",
        },
    )
    process.start()
    camera = SimulatedCameraReader(folder / "camera.ring", SCENARIO.camera, HostClock())
    try:
        camera.start()
        truth = attach_ring(folder / "truth.ring", TRUTH_ROW, within_s=5.0)
        frames = []
        while len(frames) < FRAMES and time.perf_counter() < epoch_s + 10.0:
            frames += camera.grab(0.5)
        yield frames, truth.take().rows, epoch_s
    finally:
        process.terminate()
        process.join()
        camera.close()
        motion.close()


def test_a_frame_in_real_time_is_the_frame_of_stepped_time(watched):
    frames, _, epoch_s = watched
    world = World(SCENARIO, SEED)
    shutter, renderer = Shutter(world, SEED), Renderer(SCENARIO, SEED, world=world)

    for frame in frames[:10]:
        t_s = shutter.exposure(frame.index).t_s
        again = renderer.render(t_s, np.array(STAGE_UM), frame_index=frame.index)
        assert frame.t_s == pytest.approx(epoch_s + t_s, abs=1e-9)
        assert (frame.image == again).all()


def test_dropped_frames_are_gaps_in_the_index(watched):
    frames, _, epoch_s = watched

    times_s = np.array([frame.t_s - epoch_s for frame in frames])
    indices = {frame.index for frame in frames}
    assert not ((times_s >= 0.3) & (times_s < 0.4)).any()
    assert min(indices) < 5
    assert not {13, 14} & indices
    assert all(frame.camera_counter == frame.index for frame in frames)


def test_the_truth_tells_of_every_exposure_in_stage_coordinates(watched):
    _, truth, epoch_s = watched
    world = World(SCENARIO, SEED)

    for row in truth[:15]:
        assert row["stage_um"] == pytest.approx(STAGE_UM)
        assert row["head_um"] == pytest.approx(world.head_um(row["t_s"] - epoch_s), abs=1e-3)
    assert set(range(5, 20)) <= set(truth["frame_index"].tolist())


def test_frames_are_handed_over_after_their_readout_and_never_before(watched):
    frames, truth, _ = watched

    delays_s = np.array([frame.received_s - frame.t_s for frame in frames])
    assert (delays_s >= SCENARIO.camera.delay_s).all()
    assert np.median(delays_s) < SCENARIO.camera.delay_s + 0.02  # with room for a busy machine
    assert (truth["late_s"] >= 0.0).all()
