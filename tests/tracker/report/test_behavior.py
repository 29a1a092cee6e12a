"""Speed along the animal's axis and reversals, from a path that is known."""

import numpy as np
import pytest

from tracker.record.opened import HeadPath
from tracker.report.behavior import behavior_of

FORWARDS_UM_S, BACKWARDS_UM_S = 220.0, -250.0


@pytest.fixture
def crawled():
    """An animal that crawls along a slanted line, swings its head, and backs off twice."""

    def path(*, unseen=(0.0, 0.0)):
        t_s = 100.0 + 0.025 * np.arange(1200)
        is_back = ((t_s > 108.0) & (t_s < 111.0)) | ((t_s > 120.0) & (t_s < 121.5))
        along_um = np.cumsum(np.where(is_back, BACKWARDS_UM_S, FORWARDS_UM_S)) * 0.025
        ahead, aside = np.array([0.8, 0.6]), np.array([-0.6, 0.8])
        swing_um = 40.0 * np.sin(2.0 * np.pi * 0.45 * (t_s - 100.0))
        bulb_um = along_um[:, None] * ahead + 0.5 * swing_um[:, None] * aside
        nose_um = bulb_um + 120.0 * ahead + swing_um[:, None] * aside
        kept = (
            np.ones(len(t_s), bool) if unseen is None else ~((t_s > unseen[0]) & (t_s < unseen[1]))
        )
        keypoints_um = np.stack([nose_um, (nose_um + bulb_um) / 2.0, bulb_um], axis=1)
        return HeadPath(
            t_s=t_s[kept],
            head_um=keypoints_um[kept, 1],
            keypoints_um=keypoints_um[kept],
            stage_um=keypoints_um[kept, 1],
            frame_index=np.flatnonzero(kept),
        )

    return path


def test_reversals_are_found_with_their_times(crawled):
    found = behavior_of(crawled())

    assert np.array(found.reversals) == pytest.approx(
        np.array([[108.0, 111.0], [120.0, 121.5]]), abs=0.35
    )


def test_the_speed_forwards_is_the_crawls_and_not_the_swings(crawled):
    assert behavior_of(crawled()).median_forward_um_s == pytest.approx(FORWARDS_UM_S, rel=0.06)


def test_what_was_not_seen_is_not_made_up(crawled):
    found = behavior_of(crawled(unseen=(119.0, 123.0)))

    assert len(found.reversals) == 1
    assert found.seen_s == pytest.approx(30.0 - 4.0, abs=2.0)
    assert np.isnan(found.along_um_s[(found.t_s > 119.5) & (found.t_s < 122.5)]).all()


def test_half_a_second_tells_nothing(crawled):
    path = crawled()
    short = HeadPath(
        t_s=path.t_s[:20],
        head_um=path.head_um[:20],
        keypoints_um=path.keypoints_um[:20],
        stage_um=path.stage_um[:20],
        frame_index=path.frame_index[:20],
    )

    found = behavior_of(short)

    assert found.seen_s == 0.0
    assert np.isnan(found.median_forward_um_s)
