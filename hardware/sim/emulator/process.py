"""The process that is an emulated stage controller, reached by nothing but its port.

Bytes take their time on the wire in both directions: what is heard counts from when its last
byte would have been through, and a reply is handed over when its last byte would have come.
Like a real controller it goes on as it was told when its client vanishes.
"""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from hardware.clock import Clock, HostClock
from hardware.errors import LinkLostError
from hardware.platform import ParentWatch, ignore_interrupts
from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.face import Face
from hardware.sim.emulator.languages import LANGUAGES
from hardware.sim.emulator.port import EmulatedPort, open_port
from hardware.sim.emulator.transcript import TranscriptLine, TranscriptWriter
from hardware.sim.emulator.unplugging import PluggablePort
from hardware.sim.faults import SerialFaults
from hardware.sim.motion_log import MotionWriter
from hardware.sim.scenario import Scenario
from hardware.stage_config import EmulatedKind

_LOOKS_FOR_PARENT_S = 0.5
_OUTLIVES_PARENT_S = 5.0  # the stage process still has to halt us when its supervisor has died


class Wire:
    """One direction of a serial line: when each byte is through."""

    def __init__(self, byte_s: float) -> None:
        self.byte_s = byte_s
        self._free_s = 0.0

    def first_byte_s(self, from_s: float, count: int) -> float:
        """Put `count` bytes on the wire at `from_s`; return when the first is through."""
        starts_s = max(from_s, self._free_s)
        self._free_s = starts_s + count * self.byte_s
        return starts_s + self.byte_s


class Emulator:
    """Port, wire, faults, language and stage; `turn` is one round of hearing and saying."""

    def __init__(
        self,
        port: EmulatedPort,
        face: Face,
        faults: SerialFaults,
        *,
        baud: int,
        bits_per_byte: int = 10,
        tell: Callable[[TranscriptLine], None],
        clock: Clock,
    ) -> None:
        self._port = port
        self._face = face
        self._faults = faults
        self._baud = baud
        self._inward = Wire(bits_per_byte / baud)
        self._outward = Wire(bits_per_byte / baud)
        self._tell = tell
        self._clock = clock
        self._due: deque[tuple[float, bytes]] = deque()

    def turn(self, *, at_most_s: float) -> None:
        """Wait for bytes or for a reply's time, `at_most_s` at most, and handle both."""
        wait_s = at_most_s
        if self._due:
            wait_s = min(at_most_s, self._due[0][0] - self._clock.now_s())
        self._port.wait(max(wait_s, 0.0))
        if data := self._port.read():
            self._hear(data)
        while self._due and self._due[0][0] <= self._clock.now_s():
            self._say(self._due.popleft()[1])

    def _hear(self, data: bytes) -> None:
        if self._port.client_baud not in (None, self._baud):
            data = bytes(len(data))  # at another baud no byte is what it was
        first_s = self._inward.first_byte_s(self._clock.now_s(), len(data))
        heard = self._faults.heard(data, first_s=first_s, byte_s=self._inward.byte_s)
        for byte, t_s in heard:
            for exchange in self._face.feed(byte, t_s):
                self._tell(TranscriptLine(t_s, True, exchange.heard, exchange.meaning))
                if exchange.reply:
                    count = len(exchange.reply)
                    first_back_s = self._outward.first_byte_s(t_s, count)
                    due_s = first_back_s + (count - 1) * self._outward.byte_s
                    self._due.append((due_s + self._faults.late_s(due_s), exchange.reply))

    def _say(self, reply: bytes) -> None:
        now_s = self._clock.now_s()
        said = self._faults.said(reply, now_s)
        if said:
            self._port.write(said)
            self._tell(TranscriptLine(now_s, False, said, "" if said == reply else "garbled"))


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)  # the `finally` of `run_emulator` hangs up


def run_emulator(
    scenario: Scenario,
    *,
    epoch_s: float,
    port_file: Path,
    transcript_file: Path,
    motion_ring: Path,
    over_tcp: bool = False,
    language: EmulatedKind = "ludl_mac6000",
) -> None:
    """Be the scenario's stage controller until terminated, or a while after the parent has died.

    `epoch_s` is the host time of the world's time zero, by which faults are scheduled.

    Raises:
        RingError: the motion's ring cannot be made.
    """
    ignore_interrupts()
    signal.signal(signal.SIGTERM, _terminate)
    parent = ParentWatch(os.getppid())
    baud = scenario.stage.baud
    spoken = LANGUAGES[language]
    stage_dynamics = spoken.dynamics(scenario.stage)
    motion = MotionWriter(motion_ring)
    transcript = TranscriptWriter(transcript_file)
    faults = SerialFaults(scenario.faults, epoch_s=epoch_s)
    clock = HostClock()
    port = PluggablePort(
        lambda: open_port(over_tcp=over_tcp), port_file, faults.windows("unplugged"), clock
    )
    try:
        emulator = Emulator(
            port,
            spoken.face(EmulatedStage(stage_dynamics, focus=scenario.focus, tell=motion.publish)),
            faults,
            baud=baud,
            bits_per_byte=spoken.bits_per_byte,
            tell=transcript.write,
            clock=clock,
        )
        _serve(emulator, parent)
    finally:
        port.close()
        transcript.close()
        motion.close()


def _serve(emulator: Emulator, parent: ParentWatch) -> None:
    until_s = float("inf")
    while time.perf_counter() < until_s:
        emulator.turn(at_most_s=_LOOKS_FOR_PARENT_S)
        if parent.is_gone():
            until_s = min(until_s, time.perf_counter() + _OUTLIVES_PARENT_S)


def wait_for_port(port_file: Path, *, within_s: float) -> str:
    """Return the name of the emulated port once it is open.

    Raises:
        LinkLostError: it was not open in time.
    """
    until_s = time.perf_counter() + within_s
    while time.perf_counter() < until_s:
        if port_file.is_file():
            return port_file.read_text(encoding="utf-8")
        time.sleep(0.01)
    raise LinkLostError(f"the emulated stage did not open its port within {within_s:.0f} s")
