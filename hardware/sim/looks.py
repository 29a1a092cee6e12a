"""Looks that the same plate can have under another lab's lamp and lens, drawn at random.

A detector that has seen them all finds heads at a rig that nobody here has seen.
"""

from __future__ import annotations

import numpy as np

from hardware.sim.scenario import Optics, Plate

_LOOKS = ("near_infrared", "oblique", "flipped", "silhouette", "dark_field")
_HARD_SHARES = (0.5, 0.2, 0.08, 0.08, 0.14)


def draw_look(draw: np.random.Generator, *, hard: bool) -> tuple[Optics, Plate]:
    """Return optics and plate: the near-infrared rig on a new day, or, if hard, any lab's."""
    optics = _day(draw)
    if hard:
        optics = _look(draw, _stranger(draw, optics))
    return optics, _plate(draw, optics, hard=hard)


def _plate(draw: np.random.Generator, optics: Optics, *, hard: bool) -> Plate:
    """The agar is never so rough that an animal drowns in it: nobody could label that."""
    roughness = draw.uniform(0.006, 0.045 if hard else 0.026) / max(1.0, abs(optics.contrast))
    return Plate(
        tilt_deg=draw.uniform(0.0, 0.5),
        tilt_direction_deg=draw.uniform(0.0, 360.0),
        debris_per_mm2=draw.gamma(1.5, 10.0 if hard else 5.0),
        texture_grey=roughness * optics.background_grey,
    )


def _look(draw: np.random.Generator, optics: Optics) -> Optics:
    look = str(draw.choice(_LOOKS, p=_HARD_SHARES))
    if look == "oblique":
        strength = draw.uniform(0.2, 1.2)
        return _altered(optics, oblique=strength, oblique_deg=draw.uniform(0.0, 360.0))
    if look == "flipped":
        contrast = -draw.uniform(0.6, 1.5)
        return _altered(optics, contrast=contrast, halo=draw.uniform(-0.3, 1.0))
    if look == "silhouette":
        shades = {"silhouette": draw.uniform(0.6, 1.0), "contrast": draw.uniform(1.2, 4.0)}
        return _altered(optics, halo=draw.uniform(0.0, 0.5), **shades)
    if look == "dark_field":
        return _dark_field(draw, optics)
    return optics


def _day(draw: np.random.Generator) -> Optics:
    """The near-infrared rig, as it varies from day to day."""
    background = draw.uniform(150.0, 190.0)
    return Optics(
        um_per_px=1.26 * draw.uniform(0.95, 1.06),
        rotation_deg=draw.uniform(-180.0, 180.0),
        is_mirrored=bool(draw.random() < 0.5),
        background_grey=background,
        corner_grey=background * draw.uniform(0.5, 0.8),
        brightest_grey=background * draw.uniform(1.1, 1.22),
        noise_grey=draw.uniform(4.0, 7.0),
        contrast=draw.uniform(0.75, 1.3),
        focus_um=draw.normal(0.0, 12.0),
        blur_px=draw.uniform(0.4, 1.3),
        halo=draw.uniform(0.5, 1.2),
        granularity=draw.uniform(0.6, 1.5),
        shadow=draw.uniform(0.0, 1.6),
        oblique=draw.normal(0.0, 0.12),
        oblique_deg=draw.uniform(0.0, 360.0),
    )


def _stranger(draw: np.random.Generator, optics: Optics) -> Optics:
    """Another camera and another lens."""
    background = draw.uniform(50.0, 215.0)
    return _altered(
        optics,
        um_per_px=1.26 * float(np.exp(draw.uniform(-0.35, 0.4))),
        background_grey=background,
        corner_grey=background * draw.uniform(0.35, 0.97),
        brightest_grey=min(background * draw.uniform(1.03, 1.25), 250.0),
        noise_grey=draw.uniform(0.5, 9.0) * min(1.0, background / 150.0),
        contrast=float(np.exp(draw.uniform(-0.4, 1.0))),
        focus_um=draw.normal(0.0, 30.0),
        blur_px=draw.uniform(0.2, 2.2),
        halo=draw.uniform(-0.5, 1.4),
        granularity=draw.uniform(0.0, 2.0),
        silhouette=draw.uniform(0.0, 0.4),
    )


def _dark_field(draw: np.random.Generator, optics: Optics) -> Optics:
    background = draw.uniform(3.0, 30.0)
    body_grey = draw.uniform(25.0, 150.0)
    return _altered(
        optics,
        background_grey=background,
        corner_grey=background * draw.uniform(0.6, 0.95),
        brightest_grey=background * draw.uniform(1.05, 1.4),
        noise_grey=draw.uniform(0.02, 0.07) * body_grey,
        contrast=-body_grey / background / 0.14,
        halo=-draw.uniform(0.0, 0.6),
        shadow=draw.uniform(0.0, 0.2),
    )


def _altered(optics: Optics, **changes: float) -> Optics:
    return optics.model_copy(update=changes)
