"""A LabJack against a stand-in of its library, and the real one where there is no device."""

import importlib.util
import sys

import pytest

from hardware.errors import LinesError
from hardware.line_devices.labjack import LabJackSampler, load_ljm
from hardware.lines_config import LabJackLines

LABJACK = LabJackLines(
    kind="labjack",
    inputs={"camera": "AIN0", "confocal": "AIN1"},
    analog={"piezo": "AIN2"},
    output="FIO4",
)


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
    monkeypatch.setitem(sys.modules, "labjack", None)

    with pytest.raises(LinesError, match=r"pip install 'wormlock\[labjack\]'"):
        load_ljm()


@pytest.mark.skipif(importlib.util.find_spec("labjack") is None, reason="no labjack-ljm here")
def test_the_real_labjack_package_without_its_library_or_device_says_so():
    with pytest.raises(LinesError, match=r"rig\.lines: "):
        LabJackSampler(LABJACK.model_copy(update={"device": "999999999"}), load_ljm())
