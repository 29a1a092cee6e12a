import numpy as np
import pytest

from hardware.sim.noise import NoiseBank, grain, place_generator


def test_a_place_draws_the_same_numbers_whenever_it_is_asked():
    first = place_generator(1, 2, -3, 4).random(3)

    assert (first == place_generator(1, 2, -3, 4).random(3)).all()
    assert (first != place_generator(1, 2, 3, 4).random(3)).all()


def test_noise_has_the_strength_that_was_asked_for_and_differs_between_frames():
    bank = NoiseBank(1, (200, 300), sigma_grey=5.5)

    first, second = bank.of_frame(10), bank.of_frame(11)

    assert first.std() == pytest.approx(5.5, rel=0.02)
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.05
    assert (first == bank.of_frame(10)).all()


@pytest.mark.parametrize("sigma_px", [1.0, 4.0])
def test_grain_is_standard_and_as_coarse_as_asked(sigma_px):
    field = grain(np.random.default_rng(1), (200, 200), sigma_px=sigma_px)

    neighbours = np.mean(field[:, 1:] * field[:, :-1])
    assert field.std() == pytest.approx(1.0, abs=1e-3)
    assert neighbours == pytest.approx(np.exp(-1.0 / (4.0 * sigma_px**2)), abs=0.05)
