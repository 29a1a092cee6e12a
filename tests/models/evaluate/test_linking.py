"""Detections linked through time: the best path overall, gaps bridged, swaps mended."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.detection import Candidate
from models.evaluate import linking
from models.evaluate.linking import LinkSettings, link


def seen(x_px, y_px, *, heading_rad=0.0, confidence=0.9):
    ahead = np.array([math.cos(heading_rad), math.sin(heading_rad)])
    keypoints_px = np.array([x_px, y_px]) + np.array([15.0, 5.0, -20.0])[:, None] * ahead
    return Candidate(
        keypoints_px=keypoints_px, confidences=np.full(3, confidence), confidence=confidence
    )


def crawl(count, *, speed_px=4.0, y_px=50.0):
    return [[seen(speed_px * at, y_px)] for at in range(count)]


def test_an_animal_that_is_always_seen_is_one_track():
    assert link(crawl(30), LinkSettings()) == [[0]] * 30


def test_a_gap_is_bridged_and_what_fills_it_elsewhere_is_left_out():
    frames = crawl(30)
    for at in (10, 11, 12):
        frames[at] = [seen(400.0, 300.0, confidence=0.6)]

    tracks = link(frames, LinkSettings())

    assert tracks == [[0]] * 10 + [[-1]] * 3 + [[0]] * 17


def test_a_tail_that_is_louder_for_a_moment_does_not_take_the_track():
    frames = crawl(40)
    for at in range(15, 20):
        tail = seen(4.0 * at - 120.0, 50.0, heading_rad=math.pi, confidence=0.95)
        frames[at] = [tail, seen(4.0 * at, 50.0, confidence=0.4)]

    tracks = link(frames, LinkSettings())

    assert all(tracks[at] == [-1, 0] for at in range(15, 20))


def test_a_head_that_is_turned_about_in_place_for_two_frames_is_left_out():
    frames = crawl(40, speed_px=1.0)
    for at in (20, 21):
        turned = seen(1.0 * at, 50.0, heading_rad=math.pi, confidence=0.7)
        frames[at] = [turned, seen(1.0 * at, 50.0, confidence=0.5)]

    assert [link(frames, LinkSettings(step_px=4.0))[at] for at in (20, 21)] == [[-1, 0]] * 2


def test_two_animals_that_pass_each_other_keep_their_tracks():
    frames = []
    for at in range(60):
        right = seen(4.0 * at, 50.0, confidence=0.9)
        left = seen(240.0 - 4.0 * at, 62.0, heading_rad=math.pi, confidence=0.85)
        frames.append([right, left] if at % 2 else [left, right])

    tracks = link(frames, LinkSettings(most_tracks=2))

    of_right = {tracks[at][0 if at % 2 else 1] for at in range(60)}
    of_left = {tracks[at][1 if at % 2 else 0] for at in range(60)}
    assert len(of_right) == len(of_left) == 1
    assert of_right != of_left


def test_a_track_goes_on_elsewhere_after_a_long_absence():
    frames = [*crawl(20), *([[]] * 60), *[[seen(500.0 + 4.0 * at, 300.0)] for at in range(20)]]

    tracks = link(frames, LinkSettings())

    assert tracks[:20] + tracks[80:] == [[0]] * 40


def test_no_detections_are_no_tracks():
    assert link([[], [], []], LinkSettings()) == [[], [], []]
    assert link([], LinkSettings()) == []


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_no_other_path_costs_less(seed):
    """The whole-video optimum, held against every path that there is."""
    draws = np.random.default_rng(seed)
    frames = [
        [
            seen(
                *draws.uniform(0.0, 60.0, 2),
                heading_rad=float(draws.uniform(-math.pi, math.pi)),
                confidence=float(draws.uniform(0.05, 1.0)),
            )
            for _ in range(draws.integers(0, 3))
        ]
        for _ in range(5)
    ]

    tracks = link(frames, LinkSettings(step_px=10.0))

    chosen = [next((at for at, track in enumerate(row) if track == 0), None) for row in tracks]
    costs = {path: cost_of(frames, path) for path in all_paths(frames)}
    best = min(costs.values())
    if sum(place is not None for place in chosen) < 3:  # too short a track is given up
        assert sum(place is not None for place in min(costs, key=costs.get)) < 3
    else:
        assert costs[tuple(chosen)] == pytest.approx(best)


def all_paths(frames):
    return itertools.product(*([*range(len(candidates)), None] for candidates in frames))


def cost_of(frames, path):
    """The cost of a path, spelled out from its definition."""
    cost, before = 0.0, None
    for at, place in enumerate(path):
        if place is None:
            cost += linking._ABSENT
            continue
        candidate = frames[at][place]
        cost -= math.log(candidate.confidence)
        if before is not None:
            moved = candidate.keypoints_px.mean(axis=0) - before[1].keypoints_px.mean(axis=0)
            axes = [each.keypoints_px[0] - each.keypoints_px[2] for each in (before[1], candidate)]
            alike = float(axes[0] @ axes[1]) / np.hypot(*axes[0]) / np.hypot(*axes[1])
            frames_on = at - before[0]
            far = float(moved @ moved) / (2.0 * frames_on * 10.0**2)
            cost += min(linking._MOST, far + linking._TURN * 0.5 * (1.0 - alike) / frames_on)
        before = (at, candidate)
    return cost
