"""An NI card against a stand-in of its library, and the real one where there is no card."""

import importlib.util
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from hardware.errors import LinesError
from hardware.line_devices.nidaq import NiDaqSampler, load_nidaqmx
from hardware.lines_config import NiDaqLines

CHANNELS = {"inputs": {"camera": "ai0", "confocal": "ai1"}, "analog": {"piezo": "ai2"}}
NI = NiDaqLines(kind="nidaq", device="Dev1", output="port0/line0", **CHANNELS)


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


def test_a_missing_package_is_told_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "nidaqmx", None)

    with pytest.raises(LinesError, match=r"pip install 'wormlock\[nidaq\]'"):
        load_nidaqmx()


@pytest.mark.skipif(importlib.util.find_spec("nidaqmx") is None, reason="no nidaqmx here")
def test_the_real_ni_package_without_its_driver_or_card_says_so():
    with pytest.raises(LinesError, match=r"rig\.lines: NI NoSuchCard: "):
        NiDaqSampler(NI.model_copy(update={"device": "NoSuchCard"}), load_nidaqmx())
