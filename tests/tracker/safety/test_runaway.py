"""A head that runs away from the stage that goes after it, and what only looks like it."""

import math

import numpy as np
import pytest

from tracker.safety.runaway import RunawayWatch, Seen

FRAME_S = 0.025


def say(sightings):
    """Return what a watch says of (t_s, off_um, stage_um) in turn; the first thing it says.

    All of it happens long after the beginning, and far from the middle of the plate.
    """
    watch, there_um = RunawayWatch(), np.array([4000.0, -7000.0])
    for t_s, off_um, stage_um in sightings:
        place_um = there_um + np.array(stage_um, float)
        seen = Seen(t_s=100.0 + t_s, off_um=np.array(off_um, float), stage_um=place_um)
        if why := watch.see(seen):
            return why
    return ""


def follow(matrix, *, seconds=1.0, gain_per_s=25.0, most_um_s=3000.0, head_um_s=(200.0, 0.0)):
    """Steer at where a head is seen by a matrix; return the sightings."""
    matrix, stage_um, head_um = np.array(matrix, float), np.zeros(2), np.zeros(2)
    seen = []
    for tick in range(round(seconds / FRAME_S)):
        off_um = matrix @ (head_um - stage_um)
        seen.append((tick * FRAME_S, off_um, stage_um.copy()))
        wish_um_s = gain_per_s * off_um
        wish_um_s /= max(math.hypot(*wish_um_s) / most_um_s, 1.0)
        stage_um += wish_um_s * FRAME_S
        head_um += np.array(head_um_s) * FRAME_S
    return seen


def turned(degrees):
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [[cos, -sin], [sin, cos]]


@pytest.mark.parametrize(
    "matrix",
    [turned(180), turned(120), turned(-120), [[-1, 0], [0, 1]]],
    ids=["180", "120", "-120", "mirrored"],
)
def test_a_wrong_matrix_is_noticed_before_the_head_is_out_of_the_picture(matrix):
    seen = follow(matrix)
    in_view = [sighting for sighting in seen if math.hypot(*sighting[1]) < 450.0]

    assert "to follow it" in say(in_view)


@pytest.mark.parametrize("head_um_s", [(0, 0), (300, 0), (-700, 700), (1100, 0)])
def test_a_right_matrix_is_never_suspected(head_um_s):
    assert say(follow(np.eye(2), seconds=5.0, head_um_s=head_um_s)) == ""


def test_the_line_tells_from_where_to_where_and_how_far_the_stage_went():
    seen = [(n * 0.1, (e, 0.0), (-s, 0.0)) for n, (e, s) in enumerate(
        [(10, 0), (40, 20), (80, 60), (160, 140)]
    )]  # fmt: skip

    why = "the head went from 10 to 160 um off within 0.30 s while the stage went 140 um"
    assert say(seen).startswith(why)


def growing(errors_um, *, stage_um):
    return [
        (n * FRAME_S, (e, 0.0), s) for n, (e, s) in enumerate(zip(errors_um, stage_um, strict=True))
    ]


@pytest.mark.parametrize(
    ("errors_um", "stage_um"),
    [
        ([10, 40, 80, 149], [0, 20, 60, 140]),  # not far
        ([52, 80, 120, 151], [0, 20, 60, 140]),  # not grown much
        ([10, 40, 80, 160], [0, 10, 30, 49]),  # the stage hardly went
        ([10, 80, 79, 160], [0, 20, 60, 140]),  # not steadily
    ],
)
def test_each_of_the_signs_is_needed(errors_um, stage_um):
    places = [(-s, 0.0) for s in stage_um]

    assert say(growing(errors_um, stage_um=places)) == ""


@pytest.mark.parametrize(
    ("errors_um", "stage_um"),
    [([10, 40, 80, 151], [0, 20, 60, 140]), ([10, 40, 80, 160], [0, 15, 40, 51])],
)
def test_a_little_more_is_enough(errors_um, stage_um):
    places = [(-s, 0.0) for s in stage_um]

    assert say(growing(errors_um, stage_um=places)) != ""


def test_growth_that_took_longer_than_the_watch_looks_back_is_an_animal_s():
    seen = [(n * 0.1, (10.0 + 12.0 * n, 0.0), (-20.0 * n, 0.0)) for n in range(30)]

    assert say(seen) == ""


def test_another_animal_taken_for_ours_is_a_jump_and_no_runaway():
    near = [(n * FRAME_S, (5.0, 0.0), (0.0, 0.0)) for n in range(4)]
    errors_um = [400.0, 390.0, 350.0, 300.0, 240.0]
    away = [((4 + n) * FRAME_S, (e, 0.0), (400.0 - e, 0.0)) for n, e in enumerate(errors_um)]

    assert say(near + away) == ""


def test_a_head_that_jumps_and_then_runs_is_counted_from_the_jump():
    near = [(n * FRAME_S, (5.0, 0.0), (0.0, 0.0)) for n in range(4)]
    away = [((4 + n) * FRAME_S, (400.0 + 30.0 * n, 0.0), (-15.0 * n, 0.0)) for n in range(3)]

    assert say(near + away) == ""


def test_a_slipping_stage_shows_as_a_head_faster_than_any_animal():
    seen = [(n * FRAME_S, (40.0, 0.0), (60.0 * n, 0.0)) for n in range(40)]

    assert say(seen) == "the head seems to go at 2400 um/s, which no animal can"


def test_a_head_at_1900_um_s_is_not_yet_too_fast():
    seen = [(n * FRAME_S, (40.0, 0.0), (47.5 * n, 0.0)) for n in range(40)]

    assert say(seen) == ""


def test_a_dash_of_a_quarter_second_is_not_yet_too_long():
    seen = [(n * FRAME_S, (40.0, 0.0), (60.0 * min(n, 10), 0.0)) for n in range(40)]

    assert say(seen) == ""


def test_what_was_forgotten_no_longer_counts():
    watch = RunawayWatch()
    says = []
    for t_s, off_um, stage_um in growing(
        [10, 40, 80, 160], stage_um=[(-s, 0) for s in (0, 20, 60, 140)]
    ):
        if t_s > 0.06:
            watch.forget()
        says.append(
            watch.see(Seen(t_s=t_s, off_um=np.array(off_um), stage_um=np.array(stage_um, float)))
        )

    assert says == ["", "", "", ""]


def test_the_same_picture_twice_counts_once():
    seen = growing([10, 40, 80, 160], stage_um=[(-s, 0) for s in (0, 20, 60, 140)])
    first = (seen[0][0], (5.0, 0.0), (0.0, 0.0))

    assert say([first, first, first, seen[0], seen[3]]) == ""


def test_three_sightings_in_a_row_must_each_be_farther_off():
    places = [(-s, 0.0) for s in (0, 20, 60, 60, 140)]

    assert say(growing([10, 60, 60, 110, 160], stage_um=places)) == ""
    assert say(growing([10, 9, 60, 110, 160], stage_um=places)) != ""


def test_a_picture_told_twice_does_not_break_a_row():
    places = [(-s, 0.0) for s in (0, 20, 60, 140)]
    seen = growing([10, 40, 80, 160], stage_um=places)

    assert say([*seen[:3], seen[2], seen[3]]) != ""


def test_a_slow_camera_may_see_more_of_an_animal_between_two_pictures():
    seen = [(n * 0.1, (10.0 + 170.0 * n, 0.0), (-5.0 * n, 0.0)) for n in range(6)]

    assert say(seen) == ""  # the stage hardly went
    assert say([(t_s, off_um, (10.0 * s, 0.0)) for t_s, off_um, (s, _) in seen]) != ""
