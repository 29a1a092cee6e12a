import numpy as np
import pytest

from tracker.estimate.company import BARRED_S
from tracker.estimate.head import RECHECK_S


def test_no_worm_is_no_estimate(watcher):
    assert watcher.show() is None
    assert watcher.estimator.predict(watcher.t_s) is None
    assert watcher.estimator.expected_px(watcher.t_s, watcher.stage()) is None


def test_the_surest_head_is_taken_first(watcher):
    sighting = watcher.show((300.0, 0.0, 0.7), (-200.0, 50.0, 0.9), (0.0, 0.0, 0.2))

    assert sighting.head_um == pytest.approx([-200.0, 50.0])


def test_a_head_too_doubtful_is_none(watcher):
    assert watcher.show((0.0, 0.0, 0.49)) is None


def test_a_crawling_head_is_foreseen_where_it_will_be(watcher):
    last_um = watcher.follow(40, velocity_um_s=(300.0, -100.0))

    foreseen = watcher.estimator.predict(watcher.t_s + 0.05)

    assert foreseen.position_um == pytest.approx(last_um + np.array([15.0, -5.0]), abs=1.0)
    assert foreseen.velocity_um_s == pytest.approx([300.0, -100.0], abs=5.0)
    assert foreseen.seen_s == watcher.t_s


def test_the_stages_own_motion_is_no_motion_of_the_head(watcher):
    for step in range(40):
        watcher.stage_um = np.array([10.0 * step, -5.0 * step])
        watcher.show((50.0, 60.0, 0.9))

    assert watcher.estimator.predict(watcher.t_s).velocity_um_s == pytest.approx([0, 0], abs=1e-6)


def test_the_head_is_expected_where_it_will_be_seen(watcher):
    watcher.estimator.expected_px(watcher.t_s, watcher.stage())
    last_um = watcher.follow(10, start_um=(20.0, 30.0))

    expected_px = watcher.estimator.expected_px(watcher.t_s, watcher.stage())

    matrix = np.array([[0.0, -1.25], [1.25, 0.0]])
    assert watcher.stage_um + matrix @ (expected_px - [500.0, 340.0]) == pytest.approx(last_um)


def test_one_far_head_however_sure_does_not_lead_astray(watcher):
    watcher.follow(40)
    for _ in range(3):
        watcher.show((800.0, 0.0, 0.99))

    assert watcher.estimator.predict(watcher.t_s).position_um == pytest.approx([0, 0], abs=5.0)


def test_a_tail_less_sure_never_wins_however_long_it_stays(watcher):
    for _ in range(200):
        sighting = watcher.show((900.0, 0.0, 0.8), (0.0, 0.0, 0.9))

    assert sighting.head_um == pytest.approx([0.0, 0.0])


def test_who_follows_the_tail_learns_it_when_a_surer_head_stays(watcher):
    watcher.follow(40, confidence=0.6)
    places_um = [watcher.show((0.0, 0.0, 0.6), (900.0, 0.0, 0.95)).head_um for _ in range(40)]

    assert places_um[10] == pytest.approx([0.0, 0.0])
    assert places_um[-1] == pytest.approx([900.0, 0.0])


def test_a_surer_head_that_flickers_from_place_to_place_does_not_win(watcher):
    watcher.follow(40, confidence=0.6)
    for step in range(60):
        sighting = watcher.show((0.0, 0.0, 0.6), (900.0, 400.0 * (step % 2), 0.95))

    assert sighting.head_um == pytest.approx([0.0, 0.0])


def test_of_two_heads_crossing_the_one_that_goes_on_as_before_is_ours(watcher):
    for step in range(-40, 40):
        along_um = 7.5 * step
        sighting = watcher.show((0.0, along_um, 0.97), (along_um, 0.0, 0.9))
        if step == -40:
            assert sighting.head_um[1] == pytest.approx(along_um)

    assert sighting.head_um == pytest.approx([0.0, 7.5 * 39])


def test_a_head_shaken_away_is_taken_back_soon_if_it_can_have_come_so_far(watcher):
    watcher.follow(40)
    found = [watcher.show((180.0, 0.0, 0.95)) is not None for _ in range(12)]

    assert not any(found[:3])
    assert all(found[-5:])


def test_an_unseen_head_is_given_up_and_then_anything_sure_is_taken(watcher):
    watcher.follow(40)
    for _ in range(41):
        watcher.show()
    assert watcher.estimator.predict(watcher.t_s) is None

    assert watcher.show((2000.0, 0.0, 0.9)).head_um == pytest.approx([2000.0, 0.0])


def test_an_unseen_head_is_searched_for_in_the_whole_picture(watcher):
    watcher.follow(10)
    for _ in range(5):
        watcher.show()

    assert watcher.estimator.expected_px(watcher.t_s, watcher.stage()) is None


def test_the_whole_picture_is_searched_now_and_then_anyway(watcher):
    expected = []
    for _ in range(200):
        expected.append(
            watcher.estimator.expected_px(watcher.t_s + watcher.period_s, watcher.stage())
        )
        watcher.show((0.0, 0.0, 0.9))

    searched = sum(place is None for place in expected)
    assert searched == pytest.approx(200 * watcher.period_s / RECHECK_S, abs=2)


def test_nothing_is_learnt_while_the_stage_does_not_say_where_it_is(watcher):
    watcher.follow(40)
    before = watcher.estimator.predict(watcher.t_s)
    stage = watcher.stage()
    watcher.stage = lambda: stage
    watcher.follow(3)
    for step in range(7):
        watcher.show((10.0 * step, 0.0, 0.9))

    assert watcher.estimator.predict(watcher.t_s).position_um == pytest.approx(
        before.position_um, abs=1.0
    )


def test_a_head_hidden_for_a_while_is_not_exchanged_for_the_one_that_hides_it(watcher):
    watcher.follow(40)
    for step in range(20):
        watcher.show((300.0 + 6.5 * step, 0.0, 0.95))
        estimate = watcher.estimator.predict(watcher.t_s)
        assert estimate.position_um == pytest.approx([0.0, 0.0], abs=5.0)

    assert watcher.show((430.0, 0.0, 0.95), (20.0, 5.0, 0.9)).head_um == pytest.approx([20.0, 5.0])


def test_a_field_that_is_moved_moves_what_is_known_of_the_head_and_no_animal(watcher):
    watcher.follow(40, start_um=(100.0, -50.0))
    before = watcher.estimator.predict(watcher.t_s)

    watcher.estimator.move_field(np.array([5.0, -3.0]))
    after = watcher.estimator.predict(watcher.t_s)
    sighting = watcher.show((100.0, -50.0, 0.9))

    assert after.position_um - before.position_um == pytest.approx([-5.0, 3.0])
    assert after.velocity_um_s == pytest.approx(before.velocity_um_s)
    assert sighting.head_um == pytest.approx([95.0, -47.0])
    watcher.estimator.move_field(np.zeros(2))
    assert watcher.show((100.0, -50.0, 0.9)).head_um == pytest.approx([100.0, -50.0])


def test_a_half_hidden_head_is_followed_where_it_should_be_and_nowhere_else(watcher):
    watcher.follow(40)

    assert watcher.show((5.0, 0.0, 0.3)).head_um == pytest.approx([5.0, 0.0])
    assert watcher.show((70.0, 0.0, 0.3)) is None


def test_a_head_that_was_seen_beside_ours_is_not_ours_when_ours_is_hidden(watcher):
    watcher.follow(40)
    for _ in range(4):
        watcher.show((0.0, 0.0, 0.95), (100.0, 0.0, 0.9))
    hidden = [watcher.show((100.0, 0.0, 0.95)) for _ in range(20)]

    assert hidden == [None] * 20
    assert watcher.show((100.0, 0.0, 0.95), (20.0, 0.0, 0.9)).head_um == pytest.approx([20.0, 0.0])


def test_a_head_known_to_be_another_is_taken_only_when_ours_is_long_lost(watcher):
    watcher.follow(40)
    for _ in range(4):
        watcher.show((0.0, 0.0, 0.95), (300.0, 0.0, 0.9))
    found = [watcher.show((300.0, 0.0, 0.9)) is not None for _ in range(130)]

    assert found.index(True) * watcher.period_s == pytest.approx(BARRED_S, abs=0.05)
    assert all(found[found.index(True) :])


def test_who_took_a_tail_for_the_hidden_head_takes_the_head_when_it_comes_out(watcher):
    watcher.follow(40, confidence=0.9)
    for _ in range(6):
        watcher.show()
    tail = [watcher.show((30.0, 0.0, 0.6)) for _ in range(6)]
    for _ in range(20):
        sighting = watcher.show((30.0, 0.0, 0.6), (110.0, 40.0, 0.9))

    assert tail[-1].head_um == pytest.approx([30.0, 0.0])
    assert sighting.head_um == pytest.approx([110.0, 40.0])


def test_a_head_half_hidden_for_a_second_is_not_exchanged_for_a_surer_one(watcher):
    watcher.follow(80)
    for _ in range(40):
        sighting = watcher.show((0.0, 0.0, 0.45), (120.0, 0.0, 0.9))

    assert sighting.head_um == pytest.approx([0.0, 0.0])


def test_what_the_eye_calls_badly_seen_moves_the_estimate_little(watcher):
    moved_um = []
    for error_px in (2.0, 8.0):
        watcher.follow(40)
        watcher.show((20.0, 0.0, 0.6, error_px))
        moved_um.append(watcher.estimator.predict(watcher.t_s).position_um[0])

    assert moved_um[1] < 0.6 * moved_um[0]


def test_no_head_goes_on_as_fast_as_one_that_is_found_far_away(watcher):
    last_um = watcher.follow(40, velocity_um_s=(700.0, 0.0))
    for _ in range(7):
        watcher.show()
    ahead_um = 700.0 * 8 * watcher.period_s + 150.0
    assert watcher.show((last_um[0] + ahead_um, 0.0, 0.95)) is not None

    assert np.hypot(*watcher.estimator.predict(watcher.t_s).velocity_um_s) < 1100.0
