"""A stage of Micro-Manager's, asked and steered as the loop does."""

import time

import numpy as np
import pytest


def _where(stage):
    stage.ask()
    while (state := stage.answer()) is None:
        time.sleep(0.0002)
    return state


@pytest.fixture
def where():
    """Ask until there is an answer."""
    return _where


@pytest.fixture
def steer():
    """Repeat a velocity at 40 Hz for a while."""

    def repeat(stage, velocity_um_s, seconds):
        until_s = time.perf_counter() + seconds
        while time.perf_counter() < until_s:
            stage.set_velocity(np.array(velocity_um_s))
            time.sleep(0.025)
            _where(stage)

    return repeat


@pytest.fixture
def rate_um_s(steer):
    """Return how fast a stage goes while a velocity is repeated."""

    def rate(stage, velocity_um_s, seconds):
        first = _where(stage)
        steer(stage, velocity_um_s, seconds)
        last = _where(stage)
        return (last.position_um - first.position_um) / (last.t_s - first.t_s)

    return rate
