"""Labelled pictures without end, to train and to judge a detector with.

A place of a plate is drawn under one look and then used for a dozen frames: other animals, in
other postures, at other places of the picture. Nothing is ever shown twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hardware.sim.anatomy import ADULT, MIDLINE_POINTS, Build, keypoints_um, tracked_head_um
from hardware.sim.body import BodyTexture, body_texture
from hardware.sim.gait import GaitAnimal
from hardware.sim.looks import draw_look
from hardware.sim.noise import place_generator
from hardware.sim.scenario import Behaviour, CameraTiming, Field_, GaitWorm, Scenario
from hardware.sim.scenery import Scenery, Sight
from hardware.types import GreyImage, Vec2

LabelledFrame: TypeAlias = tuple[GreyImage, NDArray[np.float64]]

_FRAMES_A_PLACE = 12
_ANIMALS_A_PLACE = 3
_TIME_S = 60.0
_EXPOSURES_S = (0.001, 0.012)
_EMPTY_SHARE = 0.08  # frames with nobody of ours in them
_HIDDEN_SHARE = 0.04  # frames in which a bubble or a smear lies over ours
_TRACKED_SHARE = 0.7  # frames with the head near the middle, as the loop keeps it
_OTHERS = (0.65, 0.25, 0.1)  # shares of frames with 0, 1, 2 more animals
_CROSSING_OTHERS = (0.0, 0.8, 0.2)  # the same, where one of them lies across our head


def training_frames(
    seed: int,
    *,
    hard: bool,
    strange: bool = False,
    crossed: bool = False,
    shape: tuple[int, int] = (732, 968),
) -> Iterator[LabelledFrame]:
    """Yield image (rows, columns) uint8 and keypoints (animals, 3, 2) px, for ever.

    There is one entry for each animal of which at least one keypoint lies in the picture; its
    others may lie outside. `hard` draws any lab's look, otherwise it is the near-infrared
    rig's on another day; `strange` draws animals of another build, bent more; with
    `crossed` another animal's body always lies across our head.
    """
    place = 0
    while True:
        draw = place_generator(seed, 20, place, hard + 2 * strange + 4 * crossed)
        scenario = _scenario(draw, hard=hard, shape=shape)
        yield from _frames_of_place(draw, scenario, strange=strange, crossed=crossed)
        place += 1


class _Actor:
    """An animal that can be put anywhere: the posture is its own, the place is ours."""

    def __init__(self, draw: np.random.Generator, scenario: Scenario, *, strange: bool) -> None:
        self._build, self._bent = _strange(draw) if strange else (ADULT, 1.0)
        worm = _worm(draw)
        seed = int(draw.integers(1 << 31))
        self._animal = GaitAnimal(worm, (seed, 0))
        self._length_um = worm.length_um
        self._texture: BodyTexture = body_texture(
            seed, length_um=worm.length_um, optics=scenario.optics, build=self._build
        )
        self._half_s = scenario.camera.exposure_s / 2.0

    def sight(self, draw: np.random.Generator, head_um: Vec2) -> Sight:
        """Return the animal at a random moment of its life, its head where it is wanted."""
        t_s = draw.uniform(self._half_s, _TIME_S)
        turn = _turn(draw)
        midline_um = _bent(self._animal.midline_um(t_s) @ turn, self._bent)
        after_um = self._animal.midline_um(t_s + self._half_s)
        before_um = self._animal.midline_um(t_s - self._half_s)
        return Sight(
            texture=self._texture,
            length_um=self._length_um,
            midline_um=midline_um - tracked_head_um(midline_um) + head_um,
            motion_um=(after_um - before_um) @ turn,
        )


def _frames_of_place(
    draw: np.random.Generator, scenario: Scenario, *, strange: bool, crossed: bool
) -> Iterator[LabelledFrame]:
    shape = scenario.camera.rows, scenario.camera.columns
    scenery = Scenery(scenario, int(draw.integers(1 << 31)))
    actors = [_Actor(draw, scenario, strange=strange) for _ in range(_ANIMALS_A_PLACE)]
    place_um = draw.uniform(-6000.0, 6000.0, 2)
    for index in range(_FRAMES_A_PLACE):
        stage_um = place_um + draw.uniform(-60.0, 60.0, 2)
        sights = _cast(draw, actors, scenario, stage_um, _CROSSING_OTHERS if crossed else _OTHERS)
        if crossed and len(sights) > 1:
            sights[0] = _across(draw, sights[0], sights[-1])
        velocity_um_s = draw.normal(0.0, 250.0, 2)
        prepared = scenery.prepare(sights, stage_um, stage_velocity_um_s=velocity_um_s)
        image = scenery.finish(prepared, stage_um, index)
        assert image is not None  # it was prepared for this very place
        yield image, _labels(sights, scenery, stage_um, shape)


def _cast(
    draw: np.random.Generator,
    actors: list[_Actor],
    scenario: Scenario,
    stage_um: Vec2,
    others: tuple[float, ...],
) -> list[Sight]:
    """Choose who is in the picture, and where; the tracked one is drawn last, on top."""
    rows, columns = scenario.camera.rows, scenario.camera.columns
    um_per_px = scenario.optics.um_per_px
    half_um = um_per_px * np.array([columns, rows]) / 2.0
    order = draw.permutation(len(actors)).tolist()
    sights = [
        actors[order[1 + other]].sight(draw, stage_um + draw.uniform(-1.6, 1.6, 2) * half_um)
        for other in range(int(draw.choice(3, p=others)))
    ]
    if draw.random() < _EMPTY_SHARE:
        return sights
    is_tracked = draw.random() < _TRACKED_SHARE
    off_um = draw.normal(0.0, 60.0, 2) if is_tracked else draw.uniform(-1.0, 1.0, 2) * half_um
    ours = actors[order[0]].sight(draw, stage_um + np.clip(off_um, -half_um, half_um))
    sights.append(replace(ours, is_hidden=draw.random() < _HIDDEN_SHARE))
    return sights


def _across(draw: np.random.Generator, other: Sight, ours: Sight) -> Sight:
    """Return another animal moved to where some place of its body lies on our head."""
    of_body = other.midline_um[int(draw.integers(MIDLINE_POINTS // 6, MIDLINE_POINTS))]
    meeting_um = keypoints_um(ours.midline_um)[int(draw.integers(3))]
    aside_um = draw.normal(0.0, 15.0, 2)
    return replace(other, midline_um=other.midline_um - of_body + meeting_um + aside_um)


def _labels(
    sights: list[Sight], scenery: Scenery, stage_um: Vec2, shape: tuple[int, int]
) -> NDArray[np.float64]:
    rows, columns = shape
    animals: list[NDArray[np.float64]] = []
    for sight in sights:
        if sight.is_hidden:
            continue
        points_px = scenery.to_image_px(keypoints_um(sight.midline_um), stage_um)
        is_in = (points_px >= 0.0).all(axis=1) & (points_px <= (columns - 1, rows - 1)).all(axis=1)
        if is_in.any():
            animals.append(points_px)
    return np.array(animals).reshape(-1, 3, 2)


def _scenario(draw: np.random.Generator, *, hard: bool, shape: tuple[int, int]) -> Scenario:
    optics, plate = draw_look(draw, hard=hard)
    rows, columns = shape
    return Scenario(
        title="a place to train at",
        worm=_worm(draw),
        plate=plate,
        optics=optics,
        camera=CameraTiming(rows=rows, columns=columns, exposure_s=draw.uniform(*_EXPOSURES_S)),
        field=Field_(center_px=((columns - 1) / 2.0, (rows - 1) / 2.0)),
    )


def _worm(draw: np.random.Generator) -> GaitWorm:
    forward_um_s = draw.uniform(120.0, 400.0)
    behaviour = Behaviour(
        forward_um_s=forward_um_s,
        reversals_per_min=draw.uniform(0.0, 8.0),
        omega_fraction=draw.uniform(0.2, 0.9),
        escapes_per_min=draw.uniform(0.0, 1.0),
        undulation_hz=forward_um_s / draw.uniform(380.0, 800.0),
        head_cast_um=draw.uniform(5.0, 45.0),
        head_cast_hz=draw.uniform(0.6, 1.5),
    )
    return GaitWorm(kind="gait", behaviour=behaviour, length_um=draw.uniform(750.0, 1200.0))


def _strange(draw: np.random.Generator) -> tuple[Build, float]:
    """Return another build, and how much more the body is bent."""
    nose, tail = draw.uniform(0.3, 1.1), draw.uniform(0.7, 2.2)
    build = Build(stout=draw.uniform(0.8, 1.5), nose=nose, tail=tail)
    return build, float(draw.uniform(0.9, 2.0))


def _bent(midline_um: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Return a midline of as many times the curvature, its middle where it was."""
    if factor == 1.0:
        return midline_um
    steps_um = np.diff(midline_um, axis=0)
    angle_rad = np.unwrap(np.arctan2(steps_um[:, 1], steps_um[:, 0]))
    middle = len(angle_rad) // 2
    angle_rad = angle_rad[middle] + factor * (angle_rad - angle_rad[middle])
    bent_um = np.column_stack([np.cos(angle_rad), np.sin(angle_rad)])
    bent_um *= np.linalg.norm(steps_um, axis=1)[:, None]
    path_um = np.concatenate([np.zeros((1, 2)), np.cumsum(bent_um, axis=0)])
    return path_um - path_um[middle] + midline_um[middle]


def _turn(draw: np.random.Generator) -> NDArray[np.float64]:
    angle_rad = draw.uniform(-math.pi, math.pi)
    cos, sin = math.cos(angle_rad), math.sin(angle_rad)
    mirror = -1.0 if draw.random() < 0.5 else 1.0
    return np.array([[cos, -sin], [mirror * sin, mirror * cos]])
