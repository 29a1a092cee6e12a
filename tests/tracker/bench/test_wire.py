"""The bench of a stage: that it counts the right bytes, and ends."""

import json
import os
import time

import pytest

from tracker.commands.main import main


def test_a_config_without_a_serial_stage_is_refused(capsys):
    assert main(["bench", "stage", "config.yaml"]) == 2
    assert "rig.stage.kind is simulated: expected one on a serial port" in capsys.readouterr().err


@pytest.mark.realtime
@pytest.mark.skipif(os.name == "nt", reason="needs pseudo terminals")
@pytest.mark.parametrize(
    ("language", "wire_s", "is_one"),
    [("ludl_mac6000", 61 * 10 / 115_200, True), ("asi", 52 * 10 / 115_200, False)],
)
def test_an_emulated_stage_takes_its_bytes_time_and_a_little_more(capfd, language, wire_s, is_one):
    assert main(["bench", "stage", "--language", language, "--count", "20", "--json"]) == 0

    told = json.loads(capfd.readouterr().out)[language]
    exchanges = told["exchanges"]
    assert exchanges["wire_s"] == pytest.approx(wire_s, rel=0.12)  # digits of a position
    assert 0.0 < exchanges["bare_above_s"]["p50"] < 0.02  # a busy machine
    assert 0.0 < exchanges["above_s"]["p50"] < 0.02
    assert exchanges["is_one"] == is_one
    assert told["turnaround_s"]["p50"] < 0.02


@pytest.mark.realtime
@pytest.mark.skipif(os.name == "nt", reason="needs pseudo terminals")
def test_a_slow_wire_gets_fewer_exchanges_and_the_bench_ends_in_time(capfd):
    begins_s = time.perf_counter()
    assert main(["bench", "stage", "--language", "ludl", "--seconds", "1", "--json"]) == 0
    took_s = time.perf_counter() - begins_s

    out, err = capfd.readouterr()
    assert 1 <= json.loads(out)["ludl"]["exchanges"]["count"] < 50  # of 200, 55 ms each
    assert "ludl, 1 of 1: 1 s at most" in err
    assert took_s < 8.0  # starting the emulator, on a busy machine
