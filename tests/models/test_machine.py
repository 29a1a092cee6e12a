"""What a computer offers is found out quietly."""

import ctypes
import logging
import os

import pytest

from models import machine


def test_two_runtimes_side_by_side_are_warned_of(monkeypatch, caplog):
    monkeypatch.setattr(machine, "rival_packages", lambda: ["onnxruntime", "onnxruntime-gpu"])

    with caplog.at_level(logging.WARNING):
        machine.warn_of_rivals()

    assert "onnxruntime,onnxruntime-gpu" in caplog.text


def test_one_runtime_is_nothing_to_speak_of(caplog):
    assert len(machine.rival_packages()) == 1

    with caplog.at_level(logging.WARNING):
        machine.warn_of_rivals()

    assert caplog.text == ""


def test_what_a_library_prints_is_caught(capfd):
    with machine.caught_native_text() as lines:
        os.write(2, b"red text\n\nmore of it\n")

    assert lines == ["red text", "more of it"]
    assert capfd.readouterr().err == ""


class OldDriver:
    """A driver that serves CUDA 12.4."""

    def __init__(self, library):
        del library

    def cuInit(self, flags):  # noqa: N802 (NVIDIA's name)
        return flags

    def cuDriverGetVersion(self, version):  # noqa: N802
        ctypes.cast(version, ctypes.POINTER(ctypes.c_int))[0] = 12_040
        return 0


class BrokenDriver(OldDriver):
    """A driver without a GPU."""

    def cuInit(self, flags):  # noqa: N802
        return 100 + flags


@pytest.mark.parametrize(
    ("driver", "cuda", "reason"),
    [
        (OldDriver, 12, None),
        (OldDriver, 13, "the NVIDIA driver serves CUDA 12.4, this ONNX Runtime needs 13"),
        (BrokenDriver, 12, "the NVIDIA driver finds no usable GPU (cuInit failed)"),
    ],
    ids=["serves", "too-old", "no-gpu"],
)
def test_a_driver_is_asked_what_it_serves(monkeypatch, driver, cuda, reason):
    monkeypatch.setattr(ctypes, "CDLL", driver)

    assert machine.why_driver_cannot_serve(cuda) == reason
