"""An emulated controller in a process of its own, speaking any of the languages."""

import subprocess
import sys
import time

import pytest

from hardware.sim.emulator.process import wait_for_port
from hardware.sim.emulator.transcript import read_transcript
from hardware.sim.motion_log import MotionReader

CONTROLLER = """
import sys
from pathlib import Path
from hardware.sim.emulator.process import run_emulator
from hardware.sim.scenario import load_scenario
folder = Path(sys.argv[1])
run_emulator(
    load_scenario(str(folder / "world.yaml")),
    epoch_s=float(sys.argv[2]),
    port_file=folder / "port",
    transcript_file=folder / "transcript",
    motion_ring=folder / "motion.ring",
    over_tcp=sys.argv[3] == "tcp",
    language=sys.argv[4],
)
"""
WORLD = """
title: a stage on its own
worm: {kind: gait}
stage: {baud: BAUD}
faults:
"""


class EmulatedController:
    """A process; `epoch_s` is the time from which its faults are counted."""

    def __init__(self, folder, language, *, faults=(), over="pty", baud=115_200):
        self.folder, self.baud, self.language = folder, baud, language
        folder.mkdir()
        entries = "".join(
            f"  - {{kind: {kind}, from_s: {from_s}, to_s: {to_s}}}\n"
            for kind, from_s, to_s in faults
        )
        world = WORLD.replace("BAUD", str(baud)) + (entries or "  []\n")
        (folder / "world.yaml").write_text(world)
        self.epoch_s = time.perf_counter() + (3.0 if faults else 0.0)  # well after opening
        self.process = subprocess.Popen(
            [sys.executable, "-c", CONTROLLER, str(folder), repr(self.epoch_s), over, language]
        )
        self.port = wait_for_port(folder / "port", within_s=20.0)

    def true_um(self, t_s):
        reader = MotionReader(self.folder / "motion.ring")
        where_um = reader.stage_um(t_s)
        reader.close()
        return where_um

    def lines(self):
        return read_transcript(self.folder / "transcript")

    def heard(self, meaning):
        return [line.t_s for line in self.lines() if line.meaning.startswith(meaning)]

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(10.0)


@pytest.fixture
def emulate(tmp_path):
    """Start an emulated controller: `emulate("asi", faults=[("stall", 0.0, 0.3)])`."""
    started = []

    def start(language, **how):
        folder = tmp_path / f"controller{len(started)}"
        started.append(EmulatedController(folder, language, **how))
        return started[-1]

    yield start
    for controller in started:
        controller.end()
