"""One emulated controller by itself, so that anybody's client can be tried against it."""

from __future__ import annotations

import time
from collections.abc import Callable

from hardware.clock import HostClock
from hardware.errors import LinkLostError
from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.languages import LANGUAGES
from hardware.sim.emulator.port import open_port
from hardware.sim.emulator.process import Emulator
from hardware.sim.emulator.transcript import TranscriptLine
from hardware.sim.faults import SerialFaults
from hardware.sim.scenario import Scenario
from hardware.stage_config import EmulatedKind

_TURN_S = 0.5


def serve(
    language: EmulatedKind,
    scenario: Scenario,
    *,
    tcp_port: int | None,
    baud: int | None,
    announce: Callable[[str, int], None],
    tell: Callable[[TranscriptLine], None],
) -> None:
    """Be a controller until interrupted; faults of the scenario count from the start.

    `announce` is called once with the port's name and the baud that its wire is as slow as;
    `tell` with everything heard and said. `tcp_port` 0 takes any port, None a pseudo terminal.

    Raises:
        LinkLostError: the TCP port is taken.
        KeyboardInterrupt: somebody pressed Ctrl-C.
    """
    spoken = LANGUAGES[language]
    told_baud = spoken.baud if baud is None else baud
    dynamics = spoken.dynamics(scenario.stage).model_copy(update={"baud": told_baud})
    try:
        port = open_port(over_tcp=tcp_port is not None, tcp_port=tcp_port or 0)
    except OSError as error:
        raise LinkLostError(f"TCP port {tcp_port} cannot be opened: {error}") from error
    try:
        emulator = Emulator(
            port,
            spoken.face(EmulatedStage(dynamics, focus=scenario.focus)),
            SerialFaults(scenario.faults, epoch_s=time.perf_counter()),
            baud=told_baud,
            bits_per_byte=spoken.bits_per_byte,
            tell=tell,
            clock=HostClock(),
        )
        announce(port.name, told_baud)
        while True:
            emulator.turn(at_most_s=_TURN_S)
    finally:
        port.close()
