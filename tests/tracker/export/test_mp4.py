"""The video shows each picture when it was taken, with what the tracker saw in it."""

import doctest
from dataclasses import replace

import numpy as np
import pytest

from tracker.export import overlay
from tracker.export.overlay import Overlay
from tracker.geometry import field_corners_px, nudged

av = pytest.importorskip("av")
GREY = np.full((240, 320), 128, np.uint8)


@pytest.fixture
def shown(made_up, exported):
    """The pictures (n, rows, columns) and times (n,) of an exported video."""

    def run(recording=None, **how):
        path = exported(recording or made_up(), "mp4", **how).path
        with av.open(path) as video:
            frames = [(frame.to_ndarray(format="gray"), frame.time) for frame in video.decode(0)]
        return np.array([picture for picture, _ in frames]), np.array([t_s for _, t_s in frames])

    return run


@pytest.mark.parametrize("numbers", [range(60), [*range(20), *range(27, 60)]], ids=["all", "gap"])
def test_every_picture_is_shown_when_it_was_taken(shown, made_up, numbers):
    recording = made_up(numbers)

    _, times_s = shown(recording)

    assert times_s == pytest.approx(recording.frames.t_s - recording.frames.t_s[0], abs=1e-5)


def test_one_frame_in_four_can_be_taken(shown, made_up):
    recording = made_up()

    _, times_s = shown(recording, every=4)

    assert times_s == pytest.approx(recording.frames.t_s[::4] - recording.frames.t_s[0], abs=1e-5)


def test_plain_pictures_are_those_of_the_camera(shown, made_up):
    recording = made_up()

    pictures, _ = shown(recording, overlay=False)

    # Noise is what such packing is worst at.
    off = np.abs(pictures.astype(int) - recording.frames[:].astype(int))
    assert np.median(off) < 20


@pytest.fixture
def calibration(made_up):
    """A field of 150 um in the middle of a small picture."""
    return replace(
        made_up().calibration,
        target_px=np.array([160.5, 121.25]),
        field_size_um=np.array([150.0, 110.0]),
    )


def test_the_confocals_field_is_drawn_as_it_is_turned(calibration):
    picture = Overlay(calibration, GREY.shape).draw(GREY, since_s=0.0, number=0, tick=None)

    corners_px = np.rint(field_corners_px(calibration)).astype(int)
    is_field = (picture[..., 2] > 180) & (picture[..., 0] < 80)
    for x, y in corners_px:
        assert is_field[y - 1 : y + 2, x - 1 : x + 2].any()
    is_field[:30] = False  # words stand there
    rows, columns = np.nonzero(is_field)
    assert columns.min() >= corners_px[:, 0].min() - 1
    assert rows.max() <= corners_px[:, 1].max() + 1


def test_a_field_that_was_nudged_is_drawn_where_it_was_by_then(made_up, calibration):
    tick = made_up(name="0003").table("ticks")[11:12].copy()
    tick["nudge_um"] = (25.0, -12.0)
    drawn = Overlay(calibration, GREY.shape).draw(GREY, since_s=0.0, number=0, tick=tick)

    is_field = (drawn[..., 2] > 180) & (drawn[..., 0] < 80) & (drawn[..., 1] > 180)
    for x, y in np.rint(field_corners_px(nudged(calibration, np.array([25.0, -12.0])))).astype(int):
        assert is_field[y - 1 : y + 2, x - 1 : x + 2].any()


def test_keypoints_are_circled_and_their_absence_is_said(made_up, calibration):
    ticks = made_up(name="0002").table("ticks").copy()
    ticks["keypoints_px"] += (143.0, 110.0)
    ticks["head_px"] += (143.0, 110.0)
    drawn = Overlay(calibration, GREY.shape)

    found = drawn.draw(GREY, since_s=0.0, number=0, tick=ticks[5:6])
    unseen = drawn.draw(GREY, since_s=0.0, number=0, tick=ticks[11:12])

    x, y = np.rint(ticks["keypoints_px"][5, 0]).astype(int)
    around = found[y - 7 : y + 8, x - 7 : x + 8]
    assert (around[..., 2].astype(int) - around[..., 0] > 100).any()
    for picture, is_warned in ((found, False), (unseen, True)):
        is_orange = (picture[..., 2] > 200) & (picture[..., 0] < 100)
        assert is_orange[:30].any() == is_warned


def test_the_scale_bar_is_as_long_as_it_says(calibration):
    picture = Overlay(calibration, GREY.shape).draw(GREY, since_s=0.0, number=0, tick=None)

    longest = max((row == 255).all(axis=1).sum() for row in picture[200:])
    assert longest == pytest.approx(50.0 / 1.2603, abs=1.5)


def test_sides_that_are_odd_get_one_more_pixel(tmp_path):
    from tracker.export.mp4 import _TICK, _encode

    with av.open(tmp_path / "odd.mp4", "w") as video:
        stream = video.add_stream("libx264", rate=40)
        stream.width, stream.height, stream.pix_fmt = 34, 22, "yuv420p"
        stream.codec_context.time_base = _TICK
        _encode(video, stream, np.zeros((21, 33, 3), np.uint8), 0)
        video.mux(stream.encode(None))

    with av.open(tmp_path / "odd.mp4") as video:
        assert [(frame.height, frame.width) for frame in video.decode(0)] == [(22, 34)]


def test_the_examples_are_true():
    assert doctest.testmod(overlay).failed == 0
