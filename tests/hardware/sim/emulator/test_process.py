"""Bytes take their time through the emulated wire; what was said can be read again."""

import pytest

from hardware.clock import SteppedClock
from hardware.errors import LinkLostError
from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.mac6000 import Mac6000Face
from hardware.sim.emulator.port import TcpPort
from hardware.sim.emulator.process import Emulator, wait_for_port
from hardware.sim.emulator.transcript import TranscriptLine, TranscriptWriter, read_transcript
from hardware.sim.faults import SerialFaults
from hardware.sim.scenario import StageDynamics

BYTE_S = 10 / 115_200
WHERE = bytes.fromhex("23 01 54 00 05 00 00 00 0D 23 02 54 00 05 00 00 00 0D")


class PlayedPort:
    name = "played"
    client_baud = None

    def __init__(self, clock):
        self.clock = clock
        self.incoming = b""
        self.sent = []

    def wait(self, timeout_s):
        if not self.incoming:
            self.clock.advance_to(self.clock.now_s() + timeout_s)

    def read(self):
        came, self.incoming = self.incoming, b""
        return came

    def write(self, data):
        self.sent.append((self.clock.now_s(), data))

    def close(self):
        pass


def test_a_question_and_its_replies_take_their_time_on_the_wire():
    clock, told = SteppedClock(100.0), []
    port = PlayedPort(clock)
    emulator = Emulator(
        port,
        Mac6000Face(EmulatedStage(StageDynamics()), baud=115_200),
        SerialFaults([], epoch_s=0.0),
        baud=115_200,
        tell=told.append,
        clock=clock,
    )

    port.incoming = WHERE
    for _ in range(4):
        emulator.turn(at_most_s=0.01)

    assert [line.t_s - 100.0 for line in told] == pytest.approx(
        [9 * BYTE_S, 18 * BYTE_S, 22 * BYTE_S, 35 * BYTE_S], abs=1e-9
    )
    assert [(t_s - 100.0) for t_s, _ in port.sent] == pytest.approx([22 * BYTE_S, 35 * BYTE_S])


def test_a_transcript_comes_back_line_by_line(tmp_path):
    lines = [
        TranscriptLine(12.345678, True, b"#\x01", "velocity x 1234"),
        TranscriptLine(12.5, False, b"\r", ""),
    ]
    writer = TranscriptWriter(tmp_path / "transcript")

    for line in lines:
        writer.write(line)

    assert read_transcript(tmp_path / "transcript") == lines
    writer.close()


def test_half_a_line_of_a_transcript_is_not_read(tmp_path):
    (tmp_path / "transcript").write_text("1.000000 < 23  halt x\n2.0000")

    assert [line.t_s for line in read_transcript(tmp_path / "transcript")] == [1.0]


def test_a_port_that_never_opens_is_an_error(tmp_path):
    with pytest.raises(LinkLostError, match="did not open"):
        wait_for_port(tmp_path / "port", within_s=0.0)


def test_a_tcp_port_has_a_name_that_pyserial_opens():
    port = TcpPort()

    assert port.name.startswith("socket://127.0.0.1:")
    assert port.read() == b""
    port.close()
