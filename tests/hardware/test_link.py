"""A port that is absent, taken, or gone is one clear line; and nothing ever waits to be read."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hardware.errors import LinkLostError
from hardware.link import SerialLink

if sys.platform == "win32":
    pytest.skip("needs a pseudo terminal", allow_module_level=True)

import pty
import tty

ROOT = Path(__file__).parents[2]
BECOME_NOBODY = """
import os, sys
if os.getuid() == 0:  # root may open what is held by others: nothing would be tested
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
assert os.geteuid() != 0
"""
SECOND_OPENER = f"""{BECOME_NOBODY}
try:
    os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
except OSError as error:
    sys.exit(error.errno)
"""


OPENED_TWICE = f"""
from hardware.errors import LinkLostError
from hardware.link import SerialLink
{BECOME_NOBODY}
os.ttyname = lambda _descriptor: "/dev/ttyACM0"  # or it would not be marked: see claim_terminal
first = SerialLink(sys.argv[1], 115200)
try:
    SerialLink(sys.argv[1], 115200)
except LinkLostError as error:
    print(error)
try:
    os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
except OSError as error:
    print(error.errno)
first.close()
"""


@pytest.fixture
def terminal():
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.chmod(os.ttyname(slave), 0o666)
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


def test_bytes_go_out_and_come_in_without_waiting(terminal):
    master, name = terminal
    link = SerialLink(name, 115_200)

    link.write(b"where")
    nothing = link.read_available()
    os.write(master, b"here\x00\xff")
    link.wait(1.0)

    assert os.read(master, 100) == b"where"
    assert nothing == b""
    assert link.read_available() == b"here\x00\xff"
    link.close()
    link.close()


def test_what_several_threads_write_stays_together(terminal):
    master, name = terminal
    link = SerialLink(name, 115_200)
    frames = [bytes([letter]) * 13 for letter in b"abcd"]

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(link.write, frames * 50))

    written = b""
    while len(written) < 13 * 200:
        written += os.read(master, 4096)
    whole = {written[place : place + 13] for place in range(0, len(written), 13)}
    assert whole == set(frames)
    link.close()


def test_what_was_said_before_opening_is_thrown_away(terminal):
    master, name = terminal
    os.write(master, b"stale")

    link = SerialLink(name, 115_200)

    assert link.read_available() == b""
    link.close()


def test_an_absent_port_is_named_and_the_present_ones_are_listed():
    with pytest.raises(LinkLostError, match=r"/dev/ttyNOPE: there is no such port; ports here:"):
        SerialLink("/dev/ttyNOPE", 115_200)


def test_an_address_at_which_nobody_answers_is_told_without_numbers_of_the_system():
    with pytest.raises(LinkLostError, match=r"socket://127\.0\.0\.1:1: nobody answers"):
        SerialLink("socket://127.0.0.1:1", 115_200)


def test_a_port_that_is_ours_is_refused_to_a_second_session(terminal):
    _, name = terminal
    first = SerialLink(name, 115_200)

    with pytest.raises(LinkLostError, match="another program holds it"):
        SerialLink(name, 115_200)

    first.close()
    SerialLink(name, 115_200).close()


def test_something_that_is_no_port_is_refused(tmp_path):
    file = tmp_path / "port"
    file.write_text("")

    with pytest.raises(LinkLostError, match="this is no serial port"):
        SerialLink(str(file), 115_200)


def test_a_port_that_hangs_up_is_lost_to_reading_and_to_writing():
    master, slave = pty.openpty()
    link = SerialLink(os.ttyname(slave), 115_200)
    os.close(slave)
    os.close(master)

    with pytest.raises(LinkLostError, match="the port is gone"):
        link.read_available()
    with pytest.raises(LinkLostError, match="the port is gone"):
        link.write(b"halt")
    link.close()


def test_a_port_that_takes_nothing_does_not_hold_us_for_long(terminal):
    _, name = terminal
    link = SerialLink(name, 115_200, write_timeout_s=0.05)

    with pytest.raises(LinkLostError, match="takes no more bytes"):
        link.write(bytes(100_000))
    link.close()


def test_a_closed_link_is_lost(terminal):
    link = SerialLink(terminal[1], 115_200)
    link.close()

    with pytest.raises(LinkLostError):
        link.write(b"x")
    with pytest.raises(LinkLostError):
        link.read_available()


def test_a_marked_port_is_closed_to_a_plain_opener_of_another_user(terminal, monkeypatch):
    monkeypatch.setattr(os, "ttyname", lambda _descriptor: "/dev/ttyACM0")
    link = SerialLink(terminal[1], 115_200)

    opener = subprocess.run([sys.executable, "-c", SECOND_OPENER, terminal[1]], check=False)

    assert opener.returncode == 16  # EBUSY
    link.close()


def test_a_user_without_privileges_holds_a_port_against_every_other_opener(terminal):
    words = [sys.executable, "-c", OPENED_TWICE, terminal[1]]

    told = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT).stdout

    first, second = told.splitlines()
    assert "another program holds it" in first
    assert second == "16"  # EBUSY


def test_no_port_is_opened_but_by_the_link():
    """So what holds for it holds for every driver."""
    opens = re.compile(r"^(?:import|from) serial\b", re.MULTILINE)
    files = [*(ROOT / "hardware").rglob("*.py"), *(ROOT / "tracker").rglob("*.py")]
    found = {file.name for file in files if opens.search(file.read_text(encoding="utf-8"))}

    assert found == {"link.py", "discovery.py"}  # the latter lists them


def test_a_pseudo_terminal_opens_again_after_its_owner_was_killed(terminal):
    killed = (
        "import os, signal, sys; from hardware.link import SerialLink;"
        "SerialLink(sys.argv[1], 115200); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", killed, terminal[1]], check=False)

    opener = subprocess.run([sys.executable, "-c", SECOND_OPENER, terminal[1]], check=False)

    assert opener.returncode == 0
    SerialLink(terminal[1], 115_200).close()
