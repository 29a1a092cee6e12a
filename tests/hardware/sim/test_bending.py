import numpy as np
import pytest

from hardware.sim.bending import add_body
from hardware.sim.body import body_texture
from hardware.sim.scenario import Optics

TEXTURE = body_texture(5, length_um=600.0, optics=Optics())
LENGTH_PX = TEXTURE.length_px


def no_blur(_fraction):
    return np.zeros((2, 2))


def drawn(midline_px, shape=(400, 560)):
    canvas = np.zeros(shape, np.float32)
    add_body(canvas, TEXTURE, midline_px, blur_px2=no_blur)
    return canvas


def arc(bend_rad, *, centre_px=(280.0, 200.0)):
    """A midline that turns by an angle from nose to tail."""
    heading_rad = np.linspace(-bend_rad / 2.0, bend_rad / 2.0, 49)
    steps = LENGTH_PX / 48 * np.column_stack([np.cos(heading_rad), np.sin(heading_rad)])
    line = np.cumsum(steps, axis=0)
    return line - line.mean(axis=0) + centre_px


def test_a_straight_body_is_its_texture():
    line = np.column_stack([np.linspace(40.0, 40.0 + LENGTH_PX, 49), np.full(49, 100.0)])

    canvas = drawn(line)

    pad, half = TEXTURE.pad_px, TEXTURE.half_px
    top, left = 100 - half, 40 - pad
    patch = canvas[top : top + 2 * half + 1, left : left + TEXTURE.density.shape[1]]
    assert np.abs(patch - TEXTURE.density).max() < 0.03  # the least blur of a kernel
    assert np.corrcoef(patch.ravel(), TEXTURE.density.ravel())[0, 1] > 0.995


@pytest.mark.parametrize("bend_rad", [0.8, 2.5, 4.0])
def test_granules_keep_their_place_in_a_bent_body(bend_rad):
    line = arc(bend_rad)

    canvas = drawn(line)

    places = np.arange(4, 45)
    slopes = np.gradient(line, axis=0)
    aside = np.column_stack([-slopes[:, 1], slopes[:, 0]])
    aside /= np.linalg.norm(aside, axis=1)[:, None]
    for across_px in (-8.0, 0.0, 8.0):
        x, y = np.rint(line + across_px * aside).astype(int)[places].T
        columns = np.rint(TEXTURE.pad_px + places / 48 * LENGTH_PX).astype(int)
        row = round(TEXTURE.half_px + across_px)
        # a pixel of tolerance: both grids are rounded
        around = TEXTURE.density[row - 1 : row + 2]
        low = np.min([around[:, columns + step].min(axis=0) for step in (-1, 0, 1)], axis=0)
        high = np.max([around[:, columns + step].max(axis=0) for step in (-1, 0, 1)], axis=0)
        value = canvas[y, x]
        assert ((value > low - 0.015) & (value < high + 0.015)).mean() > 0.97


def test_light_that_passes_a_body_twice_is_weakened_twice():
    open_, crossed = drawn(arc(2.0)), drawn(arc(11.0))  # the latter is nearly two full turns

    assert crossed.sum() == pytest.approx(open_.sum(), rel=0.05)
    assert (crossed < -0.22).sum() > 1.5 * (open_ < -0.22).sum()


def test_a_body_out_of_the_picture_leaves_no_mark():
    assert not drawn(arc(1.0, centre_px=(-600.0, 200.0))).any()


def test_a_body_half_out_of_the_picture_is_the_same_where_it_is_in():
    whole = drawn(arc(1.5))

    part = drawn(arc(1.5, centre_px=(280.0 - 200.0, 200.0 - 148.0)))

    assert np.abs(part[:252, :360] - whole[148:, 200:]).max() < 1e-5
