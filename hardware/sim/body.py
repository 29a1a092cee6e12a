"""What an animal looks like, laid out straight: its picture by arc length and place across.

The texture is made once an animal and then bent onto each frame, so that every granule of the
gut keeps its place in the body. Values are density: what the body adds to the light's
transmission, as a fraction of the background; negative is darker.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hardware.sim.anatomy import ADULT, Build
from hardware.sim.body_plan import PAD_PX, BodyPlan, Field, body_plan, bump, soft_step
from hardware.sim.noise import Layer, grain, place_generator
from hardware.sim.organs import BROOD_REACH, PHARYNX_REACH, brood, gut, pharynx
from hardware.sim.scenario import Optics

_WIDEST = 0.036  # half width, of the length
_DEPTH_AT = (0.0, 0.02, 0.06, 0.11, 0.145, 0.165, 0.22, 0.35, 0.6, 0.84, 0.9, 0.95, 1.0)
_DEPTH = (0.035, 0.045, 0.06, 0.08, 0.09, 0.17, 0.155, 0.13, 0.135, 0.125, 0.075, 0.05, 0.035)


@dataclass(frozen=True, slots=True)
class BodyTexture:
    """The straightened animal: (2 * half_px + 1, length_px + 2 * pad_px), nose left."""

    density: Layer
    length_px: float
    half_px: int
    pad_px: int


def body_texture(
    seed: int, *, length_um: float, optics: Optics, build: Build = ADULT
) -> BodyTexture:
    """Draw one animal; the seed decides its grain, its tint and the winding of its gut."""
    draw = place_generator(seed, 10, 0, 0)
    length_px = length_um / optics.um_per_px
    half_px = math.ceil(max(_WIDEST, build.widest) * length_px + PAD_PX)
    plan = body_plan(length_px, half_px, build)
    organs = _flesh(plan, draw) + gut(plan, draw, granularity=optics.granularity)
    for organ, reach in ((pharynx, PHARYNX_REACH), (brood, BROOD_REACH)):
        columns, part = plan.part(*reach)
        organs[:, columns] += organ(part, draw)
    interior = (1.0 - optics.silhouette) * organs - 0.16 * optics.silhouette
    density = soft_step(-plan.outside_px, 0.9) * interior + _seam(plan, draw, optics)
    return BodyTexture(density.astype(np.float32), length_px, half_px, PAD_PX)


def _flesh(plan: BodyPlan, draw: np.random.Generator) -> Field:
    """The body as a tube of tinted jelly: darkest where it is thickest."""
    depth = np.interp(plan.fraction, _DEPTH_AT, _DEPTH) * draw.uniform(0.9, 1.1)
    round_ = np.sqrt((1.0 - plan.width**2).clip(0.0, 1.0))
    mottle = 0.008 * grain(draw, plan.shape, sigma_px=4.5 / plan.um_per_px)
    return mottle - depth * (0.45 + 0.55 * round_)


def _seam(plan: BodyPlan, draw: np.random.Generator, optics: Optics) -> Field:
    """The cuticle: a dark line within, a bright halo of 3 to 5 px without, a faint ring beyond.

    It is never the same on both sides, nor all along: that depends on how the body lies.
    """
    strength = np.interp(plan.fraction, (0.0, 0.05, 0.9, 1.0), (0.75, 1.0, 1.0, 0.5))
    uneven = grain(draw, (2, plan.shape[1]), sigma_px=30.0 / plan.um_per_px)
    right = soft_step(plan.across_um, 6.0)
    side = 0.22 * (right * uneven[1] + (1.0 - right) * uneven[0])
    strength = strength * (1.0 + side.clip(-0.6, 0.6))
    line = -0.085 * bump(plan.outside_px + 1.6, 1.5)
    halo = 0.1 * optics.halo * bump(plan.outside_px - 2.3, 2.1)
    ring = -0.018 * optics.halo * bump(plan.outside_px - 7.0, 2.4)
    return strength * ((1.0 - optics.silhouette) * line + halo + ring)
