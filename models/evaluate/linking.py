"""Detections of a whole video linked through time into tracks, the best ones overall.

For one animal the path of least cost through all frames is found by dynamic programming (Viterbi
1967): in each frame it takes one of the candidates or none. Being absent costs a little a frame,
so that gaps are bridged; leaving the predicted place costs by the square of the distance; turning
head over tail from one frame to the next costs the more the larger the turn. Then its candidates
are taken away, and the next animal is looked for in what is left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.detection import Candidate

_ABSENT = 1.5  # a frame without the animal, as against a candidate of confidence 1
_MOST = 8.0  # no step costs more: an animal may be lifted and put down elsewhere
_LONGEST_GAP = 40  # frames; beyond, where it was before says nothing
_TURN = 2.0  # the cost of heading the other way at once
_LEAST_SURE = 1e-3
_FEWEST = 3  # frames: a shorter track is chance


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """How far a head moves in a frame (px, one sigma), and how many animals there may be."""

    step_px: float = 8.0
    most_tracks: int = 1


def link(frames: Sequence[Sequence[Candidate]], settings: LinkSettings) -> list[list[int]]:
    """Return the track of every candidate of every frame, from 0, and -1 for those of none."""
    tracks = [[-1] * len(candidates) for candidates in frames]
    for track in range(settings.most_tracks):
        free = [[place for place, taken in enumerate(of_frame) if taken < 0] for of_frame in tracks]
        path = _best_path(frames, free, settings.step_px)
        if sum(place is not None for place in path) < min(_FEWEST, len(frames)):
            break
        for at, place in enumerate(path):
            if place is not None:
                tracks[at][place] = track
    return tracks


@dataclass(slots=True)
class _Node:
    """A candidate of a frame on a path: what the path cost so far, and where it came from."""

    frame: int
    place: int
    cost: float
    back: _Node | None


def _best_path(
    frames: Sequence[Sequence[Candidate]], free: Sequence[Sequence[int]], step_px: float
) -> list[int | None]:
    """Return the place taken in every frame, None where none was."""
    ends: list[_Node] = []
    for at, places in enumerate(free):
        met = [_Node(at, place, *_arrive(frames, ends, (at, place), step_px)) for place in places]
        ends = _worth_keeping([*ends, *met], at)
    path: list[int | None] = [None] * len(frames)
    node = min(ends, key=lambda end: _settled(end, len(frames)), default=None)
    while node is not None:
        path[node.frame] = node.place
        node = node.back
    return path


def _settled(node: _Node, at: int) -> float:
    """Return what a path costs that has been absent between this node and frame `at`."""
    return node.cost + _ABSENT * (at - node.frame)


def _worth_keeping(ends: Sequence[_Node], at: int) -> list[_Node]:
    """Leave out the ends that cannot be the best to go on from: no step costs more than `_MOST`."""
    least = min((_settled(node, at) for node in ends), default=0.0)
    return [node for node in ends if _settled(node, at) <= least + _MOST]


def _arrive(
    frames: Sequence[Sequence[Candidate]],
    ends: Sequence[_Node],
    here: tuple[int, int],
    step_px: float,
) -> tuple[float, _Node | None]:
    """Return what the cheapest path to a candidate costs, the candidate included, and its end."""
    at, place = here
    candidate = frames[at][place]
    cost, back = _ABSENT * at, None  # it may begin here
    for node in ends:
        step = _step(frames[node.frame][node.place], candidate, at - node.frame, step_px)
        through = _settled(node, at - 1) + min(_MOST, step)
        if through < cost:
            cost, back = through, node
    return cost - math.log(max(candidate.confidence, _LEAST_SURE)), back


def _step(before: Candidate, after: Candidate, frames: int, step_px: float) -> float:
    if frames > _LONGEST_GAP:
        return _MOST
    moved = after.keypoints_px.mean(axis=0) - before.keypoints_px.mean(axis=0)
    far = float(moved @ moved) / (2.0 * frames * step_px**2)
    axes = [each.keypoints_px[0] - each.keypoints_px[-1] for each in (before, after)]
    lengths = math.hypot(*axes[0]) * math.hypot(*axes[1])
    turn = 0.5 * (1.0 - float(axes[0] @ axes[1]) / lengths) if lengths > 0.0 else 0.0
    return far + _TURN * turn / frames
