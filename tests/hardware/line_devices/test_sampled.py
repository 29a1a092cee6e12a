"""Edges in sampled volts, whichever card samples them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.line_devices.edge_finder import EdgeFinder
from hardware.line_devices.sampled import Block, SampledCounter
from hardware.lines_config import NiDaqLines

CHANNELS = {"inputs": {"camera": "ai0", "confocal": "ai1"}, "analog": {"piezo": "ai2"}}
NI = NiDaqLines(kind="nidaq", device="Dev1", output="port0/line0", **CHANNELS)
RATE_HZ = 5000.0


def traces(samples):
    """Volts of all channels: 40 and 20 pulses a second, and a ramp."""
    t_s = np.asarray(samples) / RATE_HZ
    camera = np.where(np.mod(t_s + 1e-9, 0.025) < 0.004, 5.0, 0.05)
    confocal = np.where(np.mod(t_s + 1e-9, 0.05) < 0.01, 3.3, 0.0)
    return np.stack([camera, confocal, np.mod(t_s, 1.0)], axis=1)


class PaperSampler:
    rate_hz, has_output = RATE_HZ, True

    def __init__(self, clock, *, missed=()):
        self._clock, self._at, self._missed = clock, 0, dict.fromkeys(missed, 500)

    def start(self):
        pass

    def take(self, timeout_s):
        missed = self._missed.pop(self._at, 0)
        begins = self._at + missed
        self._at = begins + 100
        self._clock.t_s = 1000.0 + self._at / RATE_HZ + 0.002
        return Block(traces(np.arange(begins, self._at)), missed)

    def set_output(self, *, is_high):
        self._clock.t_s += 0.001

    def close(self):
        pass


def read(counter, blocks):
    readings = [counter.read(0.1) for _ in range(blocks)]
    return (
        np.concatenate([each.edges for each in readings]),
        np.concatenate([each.analog for each in readings]),
    )


@given(cut=st.integers(1, 997))
def test_edges_are_the_same_however_the_samples_are_cut(cut):
    volts = traces(np.arange(5000))[:, 0]
    whole = EdgeFinder(1.5).rises(volts)

    finder = EdgeFinder(1.5)
    found = [
        begin + place
        for begin in range(0, len(volts), cut)
        for place in finder.rises(volts[begin : begin + cut])
    ]

    assert found == whole.tolist()


def test_noise_between_the_levels_is_no_edge():
    volts = np.array([0.0, 1.0, 1.4, 1.0, 0.8, 1.4, 5.0, 1.4, 0.8, 1.4, 5.0, 0.0, 5.0])

    assert EdgeFinder(1.5).rises(volts).tolist() == [6, 12]


def test_a_card_tells_edges_numbers_volts_and_their_times(bench):
    counter = SampledCounter(PaperSampler(bench.clock), NI, bench.clock)

    counter.start()
    edges, analog = read(counter, 500)

    camera, confocal = (edges[edges["line"] == line] for line in (0, 1))
    # The first sample is up already: that is no edge that was seen.
    assert camera["device_s"] == pytest.approx(0.025 * np.arange(1, len(camera) + 1), abs=1e-9)
    assert confocal["count"].tolist() == list(range(len(confocal)))
    assert camera["t_s"] - camera["device_s"] == pytest.approx(1000.0022, abs=1e-5)
    assert len(analog) == 50_000
    assert analog["piezo_v"][:5000] == pytest.approx(np.arange(5000) / RATE_HZ, abs=1e-6)
    assert (np.diff(analog["t_s"]) >= 0.0).all()


def test_samples_that_were_missed_move_the_cards_clock_on_and_are_noted(bench):
    counter = SampledCounter(PaperSampler(bench.clock, missed=[1000]), NI, bench.clock)

    edges, analog = read(counter, 50)

    assert len(analog) == 5000
    assert analog["device_s"][-1] == pytest.approx((5500 - 1) / RATE_HZ)
    camera_s = edges["device_s"][edges["line"] == 0]
    assert np.mod(camera_s + 0.001, 0.025) == pytest.approx(0.001, abs=3e-4)
    assert counter.notes == ("500 samples were lost on the way",)


def test_the_output_of_a_card_is_stamped_at_the_middle_of_the_call(bench):
    counter = SampledCounter(PaperSampler(bench.clock), NI, bench.clock)

    counter.set_output(is_high=True)

    assert counter.read(0.1).changed_s == (pytest.approx(1000.0005),)
