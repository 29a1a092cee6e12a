"""A library that waits for ever does not take its caller along."""

import threading

import pytest

from hardware.cameras.calls import DeadlineCaller, DirectCaller
from hardware.errors import CameraError


def refuse():
    raise RuntimeError("Error in device:\n  out of range")


def find_nothing():
    raise IndexError("Circular buffer is empty.")


@pytest.fixture(params=["direct", "deadline"])
def call(request):
    if request.param == "direct":
        return DirectCaller()
    return DeadlineCaller(deadline_s=5.0, name="the bridge", when_lost=lambda: None)


def test_an_answer_comes_back(call):
    assert call(lambda: 7) == 7


def test_a_refusal_is_told_in_one_line(call):
    with pytest.raises(CameraError, match=r"^Error in device: out of range$"):
        call(refuse)


def test_an_empty_ring_stays_an_index_error(call):
    with pytest.raises(IndexError):
        call(find_nothing)


def test_a_call_that_does_not_come_back_is_given_up_and_so_is_all_that_follows():
    lost = []
    call = DeadlineCaller(deadline_s=0.05, name="the bridge", when_lost=lambda: lost.append(1))
    never = threading.Event()

    with pytest.raises(CameraError, match=r"the bridge has not answered for 0.05 s"):
        call(never.wait)
    with pytest.raises(CameraError, match="the bridge does not answer any more"):
        call(lambda: 7)

    assert lost == [1]
    never.set()
