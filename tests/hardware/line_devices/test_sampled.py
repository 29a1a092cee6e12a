"""Edges in sampled volts, and the two cards that sample, each against a stand-in of its library."""

import importlib.util
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import LinesError
from hardware.line_devices.edge_finder import EdgeFinder
from hardware.line_devices.labjack import LabJackSampler, load_ljm
from hardware.line_devices.nidaq import NiDaqSampler, load_nidaqmx
from hardware.line_devices.sampled import Block, SampledCounter
from hardware.lines_config import LabJackLines, NiDaqLines

CHANNELS = {"inputs": {"camera": "ai0", "confocal": "ai1"}, "analog": {"piezo": "ai2"}}
NI = NiDaqLines(kind="nidaq", device="Dev1", output="port0/line0", **CHANNELS)
LABJACK = LabJackLines(
    kind="labjack",
    inputs={"camera": "AIN0", "confocal": "AIN1"},
    analog={"piezo": "AIN2"},
    output="FIO4",
)
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


class PaperNi:
    """The few of nidaqmx's objects that are used, with the signatures of version 1.7."""

    class Error(Exception):
        pass

    def __init__(self, *, fails_at=None):
        self.error, self.continuous = self.Error, "continuous"
        self.said, self.tasks, self._fails_at = [], [], fails_at

    def note(self, *words):
        self.said.append(words)
        if words[0] == self._fails_at:
            raise self.Error("Device identifier is invalid.\n\nStatus Code: -200220")

    def new_task(self):
        note = self.note
        task = SimpleNamespace(
            ai_channels=SimpleNamespace(
                add_ai_voltage_chan=lambda name, *, min_val, max_val: note(
                    "ai", name, min_val, max_val
                )
            ),
            do_channels=SimpleNamespace(add_do_chan=lambda lines: note("do", lines)),
            timing=SimpleNamespace(
                samp_clk_rate=5000.5,
                cfg_samp_clk_timing=lambda rate, *, sample_mode, samps_per_chan: note(
                    "clock", rate, sample_mode, samps_per_chan
                ),
            ),
            in_stream=SimpleNamespace(avail_samp_per_chan=70),
            start=lambda: note("start"),
            write=lambda data, *, auto_start: note("write", data),
            close=lambda: note("close"),
        )
        self.tasks.append(task)
        return task

    def reader_of(self, task):
        def read_many_sample(data, count, timeout):
            self.note("read", data.shape, count)
            data[:] = np.arange(count)

        return SimpleNamespace(read_many_sample=read_many_sample)


def test_an_ni_card_is_told_its_channels_its_clock_and_its_output():
    library = PaperNi()

    sampler = NiDaqSampler(NI, library)
    sampler.start()
    block = sampler.take(0.1)
    sampler.set_output(is_high=True)
    sampler.close()

    assert library.said == [
        ("ai", "Dev1/ai0", -10.0, 10.0),
        ("ai", "Dev1/ai1", -10.0, 10.0),
        ("ai", "Dev1/ai2", -10.0, 10.0),
        ("clock", 5000.0, "continuous", 50_000),
        ("do", "Dev1/port0/line0"),
        ("write", False),
        ("start",),
        ("read", (3, 70), 70),
        ("write", True),
        ("write", False),
        ("close",),
        ("close",),
    ]
    assert sampler.rate_hz == 5000.5
    assert block.volts.shape == (70, 3)
    assert block.volts[:, 2].tolist() == list(range(70))


@pytest.mark.parametrize("step", ["ai", "clock", "do"])
def test_an_ni_card_that_refuses_is_named_and_let_go(step):
    library = PaperNi(fails_at=step)

    with pytest.raises(LinesError, match=r"rig\.lines: NI Dev1: Device identifier is invalid\. St"):
        NiDaqSampler(NI, library)

    assert library.said.count(("close",)) == len(library.tasks)


class PaperLjm:
    """The few of LJM's functions that are used, with the signatures of version 1.23."""

    class LJMError(Exception):
        pass

    def __init__(self, *reads):
        self.said, self._reads = [], list(reads)

    def openS(self, deviceType, connectionType, identifier):  # noqa: N802, N803
        if identifier == "470012345":
            raise self.LJMError("LJM library error code 1227 LJME_DEVICE_NOT_FOUND")
        return 1

    def namesToAddresses(self, numFrames, names):  # noqa: N802, N803
        return [2 * int(name.removeprefix("AIN")) for name in names], [3] * numFrames

    def eWriteName(self, handle, name, value):  # noqa: N802
        self.said.append((name, value))

    def eStreamStart(self, handle, scansPerRead, numAddresses, aScanList, scanRate):  # noqa: N802, N803
        self.said.append(("stream", scansPerRead, numAddresses, aScanList, scanRate))
        return 4999.5

    def eStreamRead(self, handle):  # noqa: N802
        return self._reads.pop(0), 0, 0

    def eStreamStop(self, handle):  # noqa: N802
        self.said.append(("stop",))

    def close(self, handle):
        self.said.append(("close",))


def test_a_labjack_is_told_its_channels_its_rate_and_its_output():
    library = PaperLjm([1.0, 2.0, 3.0] * 100)

    sampler = LabJackSampler(LABJACK, library)
    sampler.start()
    block = sampler.take(0.1)
    sampler.set_output(is_high=True)
    sampler.close()
    sampler.close()

    assert library.said == [
        ("AIN0_RANGE", 10.0),
        ("AIN1_RANGE", 10.0),
        ("AIN2_RANGE", 10.0),
        ("FIO4", 0),
        ("stream", 100, 3, [0, 2, 4], 5000.0),
        ("FIO4", 1),
        ("stop",),
        ("FIO4", 0),
        ("close",),
    ]
    assert sampler.rate_hz == 4999.5
    assert block.volts[7].tolist() == [1.0, 2.0, 3.0]


def test_samples_that_a_labjack_had_no_room_for_are_counted_and_make_no_edge():
    skipped = [-9999.0] * 3
    library = PaperLjm([*skipped * 4, *[5.0, 0.0, 1.0] * 6], [*[5.0, 0.0, 1.0] * 5, *skipped * 5])
    sampler = LabJackSampler(LABJACK, library)
    sampler.start()

    late, early = sampler.take(0.1), sampler.take(0.1)

    assert (late.missed, len(late.volts)) == (4, 6)
    assert (early.missed, len(early.volts)) == (0, 10)
    assert early.volts.min() == 0.0


def test_a_labjack_that_is_not_there_is_named():
    section = LABJACK.model_copy(update={"device": "470012345"})

    with pytest.raises(LinesError, match=r"rig\.lines: LabJack 470012345: .*DEVICE_NOT_FOUND"):
        LabJackSampler(section, PaperLjm())


def test_a_missing_package_is_told_with_its_extra(monkeypatch):
    for name in ("nidaqmx", "labjack"):
        monkeypatch.setitem(__import__("sys").modules, name, None)

    with pytest.raises(LinesError, match=r"pip install 'wormlock\[nidaq\]'"):
        load_nidaqmx()
    with pytest.raises(LinesError, match=r"pip install 'wormlock\[labjack\]'"):
        load_ljm()


@pytest.mark.skipif(importlib.util.find_spec("nidaqmx") is None, reason="no nidaqmx here")
def test_the_real_ni_package_without_its_driver_or_card_says_so():
    with pytest.raises(LinesError, match=r"rig\.lines: NI NoSuchCard: "):
        NiDaqSampler(NI.model_copy(update={"device": "NoSuchCard"}), load_nidaqmx())


@pytest.mark.skipif(importlib.util.find_spec("labjack") is None, reason="no labjack-ljm here")
def test_the_real_labjack_package_without_its_library_or_device_says_so():
    with pytest.raises(LinesError, match=r"rig\.lines: "):
        LabJackSampler(LABJACK.model_copy(update={"device": "999999999"}), load_ljm())
