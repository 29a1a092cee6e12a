"""Features by GenICam, as far as no emulator has them: older names, read-only ones, stamps."""

from types import SimpleNamespace

import pytest

from hardware.cameras.features import Features
from hardware.cameras.found import NamedCamera, choose
from hardware.cameras.genicam_producer import number_of, stamp_of
from hardware.cameras.genicam_settings import apply, exposure_s
from hardware.config import BaslerCamera
from hardware.errors import CameraError

NOT_THERE, READ_ONLY, SETTABLE = 0, 3, 4


class Node:
    """A feature; `takes` is what it makes of a value."""

    def __init__(self, value, *, access=SETTABLE, words=(), limits=None, takes=str):
        self.value, self.words, self.range, self.takes = value, words, limits, takes
        self.mode = access

    def access(self):
        return self.mode

    def text(self):
        return self.value

    def set_text(self, value):
        if self.words and value not in self.words:
            raise RuntimeError(f"no such word {value} : thrown in node.h, line 3")
        self.value = self.takes(value)

    def choices(self):
        return self.words

    def limits(self):
        return self.range


class Nodes:
    def __init__(self, nodes):
        self.nodes = nodes

    def names(self):
        return tuple(self.nodes)

    def node(self, name):
        return self.nodes.get(name)


def camera(**nodes):
    usual = {"PixelFormat": Node("Mono8", words=("Mono8", "Mono12p"))}
    return Features(Nodes(usual | nodes), "Old 1")


def section(**keys):
    return BaslerCamera.model_validate({"kind": "basler", "exposure_s": 0.004} | keys)


def test_older_names_of_features_are_understood():
    features = camera(ExposureTimeAbs=Node("10000"), GainRaw=Node("1"))

    applied = apply(features, section(gain=200))

    assert (applied.faults, applied.notes) == ((), ())
    assert features.read("ExposureTimeAbs") == "4000"
    assert features.read("GainRaw") == "200"
    assert exposure_s(features, section()) == pytest.approx(0.004)


def test_what_switches_itself_is_switched_off_first():
    words = ("Off", "Continuous")
    features = camera(
        ExposureAuto=Node("Continuous", words=words),
        ExposureTime=Node("1"),
        AcquisitionFrameRateEnable=Node("false"),
        AcquisitionFrameRate=Node("10"),
    )

    apply(features, section(rate_hz=40))

    assert features.read("ExposureAuto") == "Off"
    assert features.read("AcquisitionFrameRateEnable") == "true"
    assert features.read("AcquisitionFrameRate") == "40"


def test_a_feature_that_is_read_only_and_as_asked_is_no_fault():
    features = camera(
        ExposureTime=Node("4000"),
        BinningVertical=Node("1"),
        BinningHorizontal=Node("2", access=READ_ONLY),
    )

    assert apply(features, section(binning=2)).faults == ()
    assert apply(features, section(binning=4)).faults == (
        "rig.camera.binning: BinningHorizontal can be read only; it is 2",
    )


def test_a_value_that_the_camera_took_differently_is_told():
    features = camera(ExposureTime=Node("1", takes=lambda value: str(float(value) + 100)))

    assert apply(features, section()).faults == (
        "rig.camera.exposure_s: asked for 4000, the camera took 4100.0",
    )


def test_a_feature_that_is_not_implemented_is_lacking():
    features = camera(ExposureTime=Node("1", access=NOT_THERE), Gain=Node("1", access=NOT_THERE))

    applied = apply(features, section(gain=2))

    assert applied.faults == ("rig.camera.gain: the camera Old 1 has no Gain or GainRaw",)
    assert "has no ExposureTime or ExposureTimeAbs: it is taken as config" in applied.notes[0]
    assert exposure_s(features, section()) == 0.004


def test_packed_pixels_are_refused_with_the_formats_that_will_do():
    features = camera(ExposureTime=Node("1"))

    assert apply(features, section(pixel_format="Mono12p")).faults == (
        "rig.camera.pixel_format: Mono12p is no plain grey of 8 or 16 bits; the camera has Mono8",
    )


def test_the_librarys_file_and_line_are_not_told():
    features = camera()

    with pytest.raises(CameraError) as caught:
        features.write("PixelFormat", "Mono99")

    assert str(caught.value) == "no such word Mono99"


FOUND = [
    NamedCamera(vendor="V", model=model, serial=serial, place=place)
    for place, (model, serial) in enumerate([("A", "1"), ("B", "2"), ("B", "3")])
]


@pytest.mark.parametrize(
    ("keys", "place"),
    [({"serial": 3}, 2), ({"model": "A"}, 0), ({"model": "B", "index": 1}, 2), ({"index": 1}, 1)],
)
def test_a_camera_is_chosen_by_what_was_given(keys, place):
    assert choose(FOUND, section(**keys), source="pylon").place == place


def test_no_camera_at_all_is_said():
    with pytest.raises(
        CameraError, match=r"pylon lists no free camera; it lists: none at all\. Is"
    ):
        choose([], section(), source="pylon")


def test_stamps_in_nanoseconds_come_first_and_noughts_are_none():
    gentl = pytest.importorskip("genicam.gentl")

    class Module:
        frame_id = 7
        timestamp = 5

        @property
        def timestamp_ns(self):
            raise gentl.NotAvailableException

    def buffer(module):
        return SimpleNamespace(module=module)

    assert stamp_of(buffer(SimpleNamespace(timestamp_ns=9, timestamp=5))) == (9, True)
    assert stamp_of(buffer(Module())) == (5, False)
    assert stamp_of(buffer(SimpleNamespace(timestamp_ns=0, timestamp=0))) is None
    assert number_of(buffer(Module())) == 7
