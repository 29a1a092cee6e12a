"""What a line's faults do to bytes, and when."""

import pytest

from hardware.sim.faults import SerialFaults
from hardware.sim.scenario import Fault

EPOCH_S = 1000.0


def faults(kind):
    return SerialFaults([Fault(kind=kind, from_s=1.0, to_s=2.0)], epoch_s=EPOCH_S)


def test_without_a_fault_each_byte_comes_in_its_time():
    line = faults("serial_silence")

    heard = list(line.heard(b"abc", first_s=1000.5, byte_s=0.001))

    assert b"".join(byte for byte, _ in heard) == b"abc"
    assert [t_s for _, t_s in heard] == pytest.approx([1000.5, 1000.501, 1000.502])
    assert line.said(b"abc", 1000.5) == b"abc"


def test_silence_loses_what_is_said_in_both_directions():
    line = faults("serial_silence")

    heard = list(line.heard(b"abcd", first_s=1001.998, byte_s=0.001))

    assert b"".join(byte for byte, _ in heard) == b"cd"
    assert line.said(b"abc", 1001.5) == b""


def test_a_stall_hears_late_but_hears_what_its_buffer_holds():
    line = faults("stall")

    heard = list(line.heard(b"x" * 300, first_s=1001.1, byte_s=0.0001))

    assert len(heard) == 256
    assert {t_s for _, t_s in heard} == {1002.0}


def test_garbled_replies_are_not_what_was_said_but_the_same_each_time():
    said = [faults("garbled_replies").said(bytes(range(100)), 1001.5) for _ in range(2)]

    assert said[0] == said[1]
    assert said[0] != bytes(range(100))
    assert faults("garbled_replies").said(b"abc", 1002.5) == b"abc"
