"""What is seen inside the animal: pharynx, gut, gonad and eggs, as density on its plan.

Micrometres are those of an animal 1 mm long; negative density is darker.
"""

from __future__ import annotations

import numpy as np

from hardware.sim.body_plan import BULB_UM, METACORPUS_UM, BodyPlan, Field, bump, soft_step
from hardware.sim.noise import grain

PHARYNX_REACH = (-0.01, 0.18)  # between which fractions of the length an organ lies
BROOD_REACH = (0.2, 0.84)
_DOME_UM = BULB_UM + 25.0  # middle of the lumen's bright dome, right behind the bulb
_GUT_ENDS = 0.9  # of the length
_MIDDLE = 0.52


def pharynx(plan: BodyPlan, draw: np.random.Generator) -> Field:
    """A faint, slightly textured tube: procorpus, metacorpus, isthmus, terminal bulb."""
    along_um, across_um = plan.along_um, plan.across_um
    half_um = (
        5.4
        + 6.6 * bump(along_um - METACORPUS_UM, 15.0)
        + 9.4 * bump(along_um - BULB_UM, 14.5)
        - 2.4 * soft_step(along_um - METACORPUS_UM - 14.0, 8.0)
    )
    span = soft_step(along_um - 6.0, 4.0) * soft_step(BULB_UM + 15.0 - along_um, 3.0)
    edge_um = np.abs(across_um) - half_um
    wall = span * bump(edge_um, 2.2)
    flesh = span * soft_step(-edge_um, 1.5)
    canal = span * bump(across_um, 1.7) * soft_step(BULB_UM - 14.0 - along_um, 4.0)
    grinder = bump(np.hypot(along_um - BULB_UM - 1.0, across_um), 4.6)
    valve = bump(np.hypot(along_um - METACORPUS_UM - 3.0, across_um), 3.6)
    texture = grain(draw, plan.shape, sigma_px=1.7 / plan.um_per_px)
    dark = 0.045 * wall + 0.03 * canal + 0.075 * grinder + 0.045 * valve
    return flesh * (0.032 + 0.013 * texture) - dark


def gut(plan: BodyPlan, draw: np.random.Generator, *, granularity: float) -> Field:
    """Two rows of dark granules about a lumen; it begins in a dark arc around a bright dome."""
    along_um, across_um = plan.along_um, plan.across_um
    behind_um = along_um - BULB_UM
    ragged_um = 5.0 * grain(draw, (1, plan.shape[1]), sigma_px=9.0 / plan.um_per_px)
    rim = soft_step(0.74 - np.abs(plan.width) + 0.008 * ragged_um, 0.09)
    begins = soft_step(behind_um - 3.0 - 0.004 * across_um**2, 5.0)
    begins = begins * soft_step(np.hypot(behind_um, 1.1 * across_um) - 17.0, 4.0)
    mask = begins * rim * soft_step(_GUT_ENDS - plan.fraction, 0.03)
    winding_um = 6.0 * np.sin(along_um / 48.0 + draw.uniform(0.0, 6.0))
    winding_um = winding_um * soft_step(behind_um - 60.0, 25.0)
    lumen = bump(across_um - winding_um, 3.8) * (0.4 + 0.6 * bump(behind_um - 40.0, 55.0))
    from_dome_um = np.hypot(0.95 * (along_um - _DOME_UM), across_um)
    dome = bump(from_dome_um, 8.5)
    arc = bump(from_dome_um - 18.0, 8.0) * soft_step(behind_um - 4.0, 6.0)
    coarse = grain(draw, plan.shape, sigma_px=2.4 / plan.um_per_px)
    fine = grain(draw, plan.shape, sigma_px=1.2 / plan.um_per_px)
    dark = np.minimum(0.65 * coarse + 0.5 * fine, 0.9)
    grains = 0.055 * granularity * (dark - 0.25)
    return mask * (grains + 0.065 * lumen - 0.06 * arc - 0.012) + 0.16 * dome * begins


def brood(plan: BodyPlan, draw: np.random.Generator) -> Field:
    """The gonad as a paler stripe on the belly's side, eggs in it, and the vulva's notch."""
    belly = draw.choice((-1.0, 1.0))
    aside = belly * plan.width
    arms = soft_step(plan.fraction - 0.3, 0.04) * soft_step(0.74 - plan.fraction, 0.04)
    density = 0.035 * arms * bump(aside - 0.5, 0.28)
    for egg in range(int(draw.integers(0, 9))):
        density += _egg(plan, draw, egg, belly)
    notch = bump(plan.along_um - 1000.0 * _MIDDLE, 6.0) * bump(aside - 0.86, 0.16)
    return density - 0.07 * notch


def _egg(plan: BodyPlan, draw: np.random.Generator, number: int, belly: float) -> Field:
    """One egg; they lie in two rows on both sides of the vulva."""
    middle_um = 1000.0 * (_MIDDLE + 0.024 * (number // 2 + 0.4) * (-1.0) ** number)
    aside_um = belly * draw.uniform(-2.0, 12.0)
    tilt = draw.uniform(-0.35, 0.35)
    x_um = plan.along_um - middle_um + tilt * (plan.across_um - aside_um)
    radius = np.hypot(x_um / 22.0, (plan.across_um - aside_um) / 13.0)
    return 0.05 * soft_step(0.9 - radius, 0.08) - 0.07 * bump(radius - 1.0, 0.12)
