"""How each stream's clock ran beside the host's, and what of its numbers never came."""

import doctest

import numpy as np
import pytest

from tracker.sync import stream_clocks
from tracker.sync.stream_clocks import clock_words
from tracker.sync.stream_clocks import stream_clocks as clocks_of


def test_the_clock_of_a_counted_line_is_told_with_its_drift_and_its_gaps(lab):
    confocal_s = lab.started_s + 0.05 * np.arange(100.0)
    confocal_s[[40, 41]] = np.nan
    recording = lab.record(
        without=[100, 101, 102], counted={"camera": lab.starts_s, "confocal": confocal_s}
    )

    frames, camera, confocal = clocks_of(recording)

    assert (frames.missing, frames.clock) == (3, None)
    assert camera.clock.drift_ppm == pytest.approx(-20.0, abs=0.1)
    assert (confocal.came, confocal.missing) == (98, 2)
    assert confocal.clock.residual_s < 1e-6


def test_each_stream_is_a_line_of_words(lab):
    words = clock_words(lab.record(counted={"camera": lab.starts_s}))

    assert words[0] == "frames: 400 came, 0 numbers missing; it has no clock of its own"
    assert words[1].startswith(
        "line camera: 470 came, 0 numbers missing; its clock drifts by -20.0"
    )


def test_the_examples_are_true():
    assert doctest.testmod(stream_clocks).failed == 0
