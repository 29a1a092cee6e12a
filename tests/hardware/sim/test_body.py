import numpy as np
import pytest

from hardware.sim.anatomy import half_width_um
from hardware.sim.body import BodyTexture, body_texture
from hardware.sim.scenario import Optics

TEXTURE = body_texture(3, length_um=1000.0, optics=Optics())


def core(texture: BodyTexture, start: float, stop: float) -> np.ndarray:
    """The inner 60 % of the body between two places along it."""
    values = []
    for x_px in np.arange(start * texture.length_px, stop * texture.length_px):
        half_px = 0.6 * half_width_um(x_px / texture.length_px, length_um=texture.length_px)
        rows = slice(round(texture.half_px - half_px), round(texture.half_px + half_px) + 1)
        values.append(texture.density[rows, round(x_px + texture.pad_px)])
    return np.concatenate(values)


@pytest.mark.parametrize(
    ("start", "stop", "darkest", "palest"),
    [(0.01, 0.125, -0.10, -0.03), (0.165, 0.2, -0.22, -0.16), (0.35, 0.6, -0.19, -0.10),
     (0.9, 0.98, -0.09, -0.03)],
    ids=["head", "gut behind the bulb", "middle", "tail"],
)  # fmt: skip
def test_each_part_is_as_dark_as_measured(start, stop, darkest, palest):
    assert darkest <= core(TEXTURE, start, stop).mean() <= palest


def test_the_head_is_smoother_than_the_gut():
    assert core(TEXTURE, 0.02, 0.12).std() < 0.75 * core(TEXTURE, 0.3, 0.45).std()


def test_a_bright_halo_of_a_few_pixels_outlines_the_cuticle():
    column = TEXTURE.density[:, round(TEXTURE.pad_px + 0.3 * TEXTURE.length_px)]

    assert 4 <= (column > 0.02).sum() <= 10  # both sides together
    assert column.max() > 0.05


def test_right_behind_the_bulb_lies_the_lumens_bright_dome():
    bulb_px = TEXTURE.pad_px + 0.138 * TEXTURE.length_px
    per_um = TEXTURE.length_px / 1000.0
    behind = slice(round(bulb_px + 18 * per_um), round(bulb_px + 32 * per_um))
    rows = slice(TEXTURE.half_px - 5, TEXTURE.half_px + 6)

    dome = TEXTURE.density[rows, behind].mean()
    assert dome > core(TEXTURE, 0.165, 0.25).mean() + 0.07


def test_every_animal_has_a_grain_of_its_own():
    other = body_texture(4, length_um=1000.0, optics=Optics())

    inside = (slice(30, 50), slice(200, 600))
    assert np.corrcoef(TEXTURE.density[inside].ravel(), other.density[inside].ravel())[0, 1] < 0.5
