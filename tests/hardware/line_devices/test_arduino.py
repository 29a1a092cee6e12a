"""The driver of the edge counter on an Arduino, against an emulated one in stepped time."""

import numpy as np
import pytest

from hardware.errors import ConfigMismatchError, LinesError
from hardware.line_devices.counter_bytes import CounterRecord, encode_record


def read_for(driver, clock, seconds):
    """Read for some seconds; return all edges, and when the output changed."""
    until_s, edges, changed_s = clock.t_s + seconds, [], []
    while clock.t_s < until_s:
        readings = driver.read(0.005)
        edges.append(readings.edges)
        changed_s += readings.changed_s
    return np.concatenate(edges), changed_s


def test_every_edge_comes_with_its_number_and_its_time_on_the_hosts_clock(bench):
    driver = bench.drive("camera", "confocal")

    driver.start()
    edges, _ = read_for(driver, bench.clock, 20.0)

    for line, period_s in enumerate((0.025, 0.05)):
        found = edges[edges["line"] == line]
        off_s = found["t_s"] - period_s * np.rint(found["t_s"] / period_s)
        assert found["count"].tolist() == list(range(len(found)))
        assert len(found) == pytest.approx(20.0 / period_s, abs=2)
        # Half of what both ways differ by, and what the clock drifts before that is known.
        assert np.abs(off_s).max() < 1.2e-3
    assert (np.diff(edges["t_s"]) >= 0.0).all()
    assert (edges["received_s"] >= edges["t_s"]).all()


def test_its_own_stamps_go_on_where_its_clock_of_32_bits_begins_anew(bench):
    driver = bench.drive("camera", "confocal")

    driver.start()
    edges, _ = read_for(driver, bench.clock, 6.0)

    camera = edges[edges["line"] == 0]
    assert np.diff(camera["device_s"]) == pytest.approx(0.025 * (1 + 4e-5), abs=2e-6)


def test_the_output_moves_and_says_when(bench):
    driver = bench.drive("camera")
    driver.start()

    asked_s = bench.clock.t_s
    driver.set_output(is_high=True)
    _, changed_s = read_for(driver, bench.clock, 0.1)

    assert bench.counter.is_high
    assert changed_s == [pytest.approx(asked_s + 0.0004, abs=1e-3)]


def test_a_silent_counter_is_an_error_after_two_seconds(bench):
    driver = bench.drive("camera")
    driver.start()
    bench.link.is_silent = True

    with pytest.raises(LinesError, match="ttyACM0: the counter has said nothing for 2 s"):
        read_for(driver, bench.clock, 5.0)


def test_what_answers_in_another_language_is_told_with_what_to_do(bench):
    bench.link.garble = lambda data: b"Marlin ready\n" if data else b""

    with pytest.raises(LinesError, match=r"no edge counter answers.*docs/count-edges\.md"):
        bench.drive("camera").start()


def test_a_sketch_with_fewer_inputs_than_config_names_is_refused(bench):
    with pytest.raises(ConfigMismatchError, match=r"has 2 inputs.*names 3: camera, confocal, lamp"):
        bench.drive("camera", "confocal", "lamp").start()


def test_a_sketch_of_another_version_is_refused(bench):
    other = CounterRecord(kind="I", place=2, clock_us=0, version=9)
    bench.link.garble = lambda data: encode_record(other) if data else b""

    with pytest.raises(ConfigMismatchError, match="speaks version 9"):
        bench.drive("camera").start()


def test_garbled_bytes_cost_their_edges_alone_and_are_noted(bench):
    driver = bench.drive("camera")
    driver.start()
    edges, _ = read_for(driver, bench.clock, 1.0)
    bench.link.garble = lambda data: data[1:]

    read_for(driver, bench.clock, 0.2)
    bench.link.garble = lambda data: data
    after, _ = read_for(driver, bench.clock, 1.0)

    assert len(after) > 30
    assert after["count"][0] > edges["count"][-1] + 1
    assert "were none of its records" in driver.notes[0]


def test_closing_puts_the_output_down_and_lets_the_port_go(bench):
    driver = bench.drive("camera")
    driver.start()
    driver.set_output(is_high=True)

    driver.close()
    bench.clock.t_s += 1.0
    bench.link.read_available()

    assert not bench.counter.is_high
    assert bench.link.was_closed
