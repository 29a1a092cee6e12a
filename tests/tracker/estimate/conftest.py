import numpy as np
import pytest

from hardware.types import Calibration
from models.detection import Candidate
from tracker.config import EstimateConfig
from tracker.estimate.head import HeadEstimator
from tracker.history import StageHistory

CALIBRATION = Calibration(
    stage_from_image_um_per_px=np.array([[0.0, -1.25], [1.25, 0.0]]),
    target_px=np.array([500.0, 340.0]),
    field_size_um=np.array([200.0, 200.0]),
    field_rotation_rad=0.0,
    measured_on="2024-01-01",
    residual_um=0.5,
)


class Watcher:
    """An estimator that is shown heads by their place on the plate, at 40 Hz."""

    period_s = 0.025

    def __init__(self):
        self.estimator = HeadEstimator(EstimateConfig(), CALIBRATION, min_confidence=0.5)
        self.t_s = 1.0
        self.stage_um = np.array([100.0, -50.0])

    def stage(self):
        times_s = np.array([self.t_s - 0.01, self.t_s + 0.01])
        return StageHistory(times_s, np.array([self.stage_um, self.stage_um]))

    def show(self, *heads):
        """Expose the next frame; each head is (x_um, y_um, confidence[, expected_error_px])."""
        self.t_s += self.period_s
        candidates = [candidate(self.stage_um, (x, y), *rest) for x, y, *rest in heads]
        return self.estimator.update(candidates, self.t_s, self.stage())

    def follow(self, count, start_um=(0.0, 0.0), velocity_um_s=(0.0, 0.0), confidence=0.95):
        """Show a head that moves steadily; return where it was last."""
        for step in range(count):
            since_s = step * self.period_s
            place_um = np.array(start_um) + since_s * np.array(velocity_um_s)
            self.show((*place_um, confidence))
        return place_um


def candidate(stage_um, head_um, confidence, expected_error_px=np.nan):
    """The candidate that stands for a head on the plate."""
    matrix = CALIBRATION.stage_from_image_um_per_px
    point_px = CALIBRATION.target_px + np.linalg.solve(matrix, np.array(head_um) - stage_um)
    along_px = np.array([50.0, 0.0])
    keypoints_px = point_px + np.array([-1.3, -0.3, 0.7])[:, np.newaxis] * along_px
    return Candidate(
        keypoints_px=keypoints_px,
        confidences=np.full(3, confidence),
        confidence=confidence,
        expected_errors_px=np.full(3, expected_error_px),
    )


@pytest.fixture
def watcher():
    return Watcher()
