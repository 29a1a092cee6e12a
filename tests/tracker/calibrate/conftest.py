"""A simulated rig in stepped time, its pictures small, as a calibration sees it."""

from pathlib import Path

import cv2
import pytest

from hardware.clock import SteppedClock
from hardware.sim.calibration import true_calibration
from hardware.sim.scenario import Scenario
from hardware.sim.stepped import SimulatedSteppedRig
from tracker.config import load_config
from tracker.runtime.stepped_feed import SteppedFeed
from tracker.safety.guard import stage_limits

CONFIG = load_config(Path(__file__).parents[3] / "config.yaml")


@pytest.fixture(autouse=True)
def _one_thread():
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(threads)


class Rig:
    """A scenario, its rig and the feed; `touch` may alter every picture."""

    def __init__(self, *, seed=1, worm=None, shape=(360, 480), safety=None, touch=None, **keys):
        rows, columns = shape
        content = {"title": "a test", "worm": worm or {"kind": "none"}} | keys
        content["camera"] = {"rows": rows, "columns": columns} | keys.get("camera", {})
        content.setdefault("field", {"center_px": (columns / 2.0, rows / 2.0)})
        self.scenario = Scenario.model_validate(content)
        self.safety = CONFIG.safety.model_copy(update=safety or {})
        clock = SteppedClock()
        self.rig = SimulatedSteppedRig(self.scenario, seed, stage_limits(self.safety), clock)
        if touch is not None:
            draw = self.rig.picture
            self.rig.picture = lambda exposure: touch(draw(exposure))
        self.feed = SteppedFeed(self.rig, clock, self.safety, poll_hz=CONFIG.poll_hz)
        self.clock = clock
        self.matrix = true_calibration(self.scenario).stage_from_image_um_per_px

    @property
    def period_s(self):
        return self.scenario.camera.period_s


@pytest.fixture
def make_rig():
    return Rig
