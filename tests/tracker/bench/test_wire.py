"""The bench of a stage: that it counts the right bytes, and ends."""

import json
import os

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
