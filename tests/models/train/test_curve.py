"""What labelled frames are worth: how frames are parted, traced, kept and told."""

from functools import partial
from itertools import islice

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.errors import TrainingError  # noqa: E402 (PyTorch may be missing)
from models.train import curve, watch  # noqa: E402
from models.train.curve import (  # noqa: E402
    CurvePlan,
    Material,
    Point,
    Way,
    folds_of,
    trace_curve,
)
from models.train.curve_table import (  # noqa: E402
    TABLE_FILE,
    lines,
    meaning,
    read_points,
    write_plot,
    write_points,
)
from models.train.frames import MOST_ANIMALS, FrameSet  # noqa: E402
from models.train.network import HeadNetwork  # noqa: E402

PLAN = CurvePlan(counts=[6], folds=2, minutes=1e-4, seed=1)


def point(way, frames, found, *, fold=0):
    return Point(
        way=way, frames=frames, fold=fold, steps=9, judged=50, found=found, swapped=0.1,
        median_lengths=0.2,
    )  # fmt: skip


@pytest.fixture
def material(toys):
    """Twenty toy frames of one recording, a few others, and a network that knows nothing."""
    kept = [(image, animals) for image, animals in islice(toys(3, empty_share=0.0), 24)]
    keypoints_px = np.full((24, MOST_ANIMALS, 3, 2), np.nan)
    for place, (_, animals) in enumerate(kept):
        keypoints_px[place, : len(animals)] = animals
    frames = FrameSet([image for image, _ in kept], keypoints_px, np.ones(24))
    torch.set_num_threads(1)
    return Material(
        frames=frames.part(range(20)),
        recordings=["one"] * 20,
        rendered=frames.part(range(20, 24)),
        start=HeadNetwork(),
    )


def test_few_recordings_are_cut_into_blocks_of_time_with_a_gap_between():
    for learn, held_out in folds_of(["one"] * 100 + ["two"] * 40, 2):
        first = [place for place in held_out if place < 100]
        assert len(first) == 50
        assert first == list(range(first[0], first[0] + 50))
        assert not set(learn) & set(held_out)
        nearest = min(abs(a - b) for a in learn if a < 100 for b in first)
        assert nearest >= 3


def test_of_many_recordings_whole_ones_are_held_out():
    recordings = [name for name in "abcd" for _ in range(5)]

    for learn, held_out in folds_of(recordings, 2):
        assert not {recordings[place] for place in learn} & {recordings[at] for at in held_out}


def test_what_is_known_is_not_trained_again_and_the_rest_is_told(material, monkeypatch):
    monkeypatch.setattr(curve, "Schedule", partial(curve.Schedule, batch_size=2))
    monkeypatch.setattr(watch, "_BATCHES", 1)
    monkeypatch.setattr(watch, "_BATCH_SIZE", 2)
    known = [point(way, count, 0.5, fold=1) for _, way, count in PLAN.wanted()][:3]
    told = []

    points = trace_curve(material, PLAN, known=known, tell=told.append)

    assert points == [*known, *told]
    assert [(one.fold, one.way, one.frames) for one in told] == [
        (0, Way.UNTUNED, 0),
        (0, Way.TUNED, 6),
        (0, Way.ALONE, 6),
    ]
    assert [one.steps > 0 for one in told] == [False, True, True]
    assert all(one.judged == 10 and 0.0 <= one.found <= 1.0 for one in told)


def test_more_frames_than_there_are_cannot_be_asked_for(material):
    plan = CurvePlan(counts=[6, 100], folds=2, minutes=1.0, seed=1)

    with pytest.raises(TrainingError, match=r"100 frames .* there are 9"):
        trace_curve(material, plan, known=[], tell=lambda one: None)


def test_the_table_comes_back_and_that_of_another_plan_is_refused(tmp_path):
    points = [point(Way.UNTUNED, 0, 1 / 3), point(Way.TUNED, 6, 0.75, fold=1)]
    write_points(tmp_path / TABLE_FILE, PLAN, points)

    assert read_points(tmp_path / TABLE_FILE, PLAN) == points
    assert read_points(tmp_path / "none.csv", PLAN) == []
    with pytest.raises(TrainingError, match="another plan"):
        read_points(tmp_path / TABLE_FILE, CurvePlan(counts=[6], folds=3, minutes=1.0, seed=1))


def test_the_means_of_the_folds_are_told_and_drawn(tmp_path):
    points = [point(Way.UNTUNED, 0, 0.1)]
    for fold in (0, 1):
        points += [point(Way.TUNED, 30, 0.7 + 0.1 * fold, fold=fold)]
        points += [point(Way.ALONE, 30, 0.4, fold=fold)]

    told = "\n".join(lines(points))
    pytest.importorskip("matplotlib")
    write_plot(tmp_path / "curve.png", points)

    assert "75.0%" in told
    assert told.index("before any") < told.index("fine-tuned") < told.index("alone")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_words_say_whether_more_frames_pay():
    rising = [point(Way.TUNED, count, found) for count, found in ((30, 0.6), (90, 0.8))]
    flat = [point(Way.TUNED, count, 0.8) for count in (30, 90)]
    alone = [point(Way.ALONE, 30, 0.7), point(Way.ALONE, 90, 0.7)]

    assert "Going on pays: from 30 to 90 frames it became 20.0% better" in meaning(rising)
    assert "Label 3 times as many" in meaning(rising)
    assert "Label other animals" in meaning(flat)
    told = meaning([*rising, *alone])
    assert "Of 30, 90 frames" in told
    assert "found more heads at 90 and was more exact at none" in told
