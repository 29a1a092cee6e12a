"""`wormlock emulate`: a controller by itself, for anybody's client."""

import re
import signal
import socket
import subprocess
import sys

import pytest
import serial

from tracker.commands.main import main

COMMAND = [sys.executable, "-c", "import sys, wormlock; sys.exit(wormlock.main())", "emulate"]


@pytest.fixture
def emulate():
    started = []

    def start(*words):
        process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, process.stdout.readline()

    yield start
    for process in started:
        process.kill()
        process.wait(10.0)
        process.stdout.close()


@pytest.mark.realtime
@pytest.mark.parametrize(
    ("words", "question", "reply"),
    [
        (["asi", "--show"], b"W X Y\r", b":A 0.0 0.0 \r\n"),
        (["zaber", "--tcp", "0"], b"/1 0 get pos\n", b"@01 0 OK IDLE WR 0 0\r\n"),
        (["ludl", "--baud", "115200", "--scenario", "roam"], b"WHERE X Y\r", b":A 0 0 \n"),
    ],
    ids=["asi", "zaber-tcp", "ludl"],
)
def test_it_names_its_port_answers_there_and_ends_on_ctrl_c(emulate, words, question, reply):
    process, first_line = emulate(*words)
    port = re.fullmatch(rf"{words[0]} at (\S+), \d+ baud; Ctrl-C ends it\n", first_line)[1]

    with serial.serial_for_url(port, baudrate=115_200, timeout=5.0) as client:
        client.write(question)
        said = client.read(len(reply))
    process.send_signal(signal.SIGINT)

    assert said == reply
    assert process.wait(10.0) == 0


def test_an_unknown_language_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["emulate", "klingon"])

    assert ended.value.code == 2
    assert "zaber" in capsys.readouterr().err


def test_a_port_that_is_taken_is_one_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["emulate", "asi", "--tcp", str(taken.getsockname()[1])]) == 2

    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("baud", ["0", "-9600", "fast"])
def test_a_wire_that_cannot_be_is_refused_in_one_line(capsys, baud):
    with pytest.raises(SystemExit) as ended:
        main(["emulate", "asi", f"--baud={baud}"])

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert len(said.splitlines()) == 1
    assert f"expected bits a second, 1 or more, got '{baud}'" in said


def test_a_port_that_cannot_be_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["emulate", "asi", "--tcp", "99999999"])

    assert "0 to 65535" in capsys.readouterr().err
