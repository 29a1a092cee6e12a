"""What a stranger's controller is asked, and what its answer means."""

from typing import get_args

import pytest

from hardware import languages
from hardware.errors import LinkLostError
from hardware.languages import LANGUAGES, ask, language_of, recognise
from hardware.stage_config import ControllerKind
from hardware.stages import ludl_mac6000_bytes as mac6000

AT_1_MM = bytes.fromhex("2301d40005000400204e00000d 2302d4000500040000000000 0d")


class Controller:
    """Answers a question that it knows, in the pieces given; remembers all it was told."""

    fileno = None

    def __init__(self, *, question=b"", pieces=()):
        self.written = b""
        self.is_closed = False
        self._question, self._pieces = question, list(pieces)
        self._due = []

    def write(self, data):
        self.written += data
        if data == self._question:
            self._due = list(self._pieces)

    def read_available(self):
        return self._due.pop(0) if self._due else b""

    def wait(self, timeout_s):
        pass

    def close(self):
        self.is_closed = True


def test_a_mac6000_says_where_it_stands_in_however_many_pieces():
    language = language_of("ludl_mac6000")
    link = Controller(question=language.question, pieces=[b"", AT_1_MM[:5], AT_1_MM[5:]])

    answer = ask(link, language)

    assert answer.says == "position (1000.0, 0.0) um"
    assert link.written == mac6000.encode_position_query()


def test_silence_is_no_answer():
    answer = ask(Controller(), language_of("asi"), deadline_s=0.0)

    assert answer.says is None
    assert answer.received == b""


@pytest.mark.parametrize(
    ("kind", "reply", "says"),
    [
        ("asi", b":A 12345.6 -50 \r\n", "position (1234.6, -5.0) um"),
        ("asi", b":N-1\r\n", None),
        ("asi", b":A 123 -45 \n", None),
        ("ludl", b":A 123 -45 \n", "position (123, -45) steps"),
        ("ludl", b":A 123 -45 \r\n", None),
        ("ludl", b":A 123", None),
        ("zaber", b"@01 0 OK IDLE -- 77\r\n", "device 1, position (77) microsteps"),
        ("zaber", b"@02 0 OK BUSY WR 1 -2\r\n", "device 2, position (1, -2) microsteps"),
        ("zaber", b"@01 0 RJ IDLE -- BADCOMMAND\r\n", None),
        ("ludl_mac6000", AT_1_MM[:-1], None),
        ("prior", b"E,5\r123,-45\r", "position (123, -45) steps"),
        ("prior", b"123,-45", None),
        ("prior", b"123,-45,6\r", None),
        ("tango", b"12.5000 -5.0000\r", "position (12.5000, -5.0000) in the units"),
        ("tango", b"1.0000 2.0000 3.0000\r", "position (1.0000, 2.0000) in the units"),
        ("tango", b":A 1.5 2.5\r\n", None),
    ],
)
def test_a_reply_is_taken_for_what_it_is_and_for_nothing_else(kind, reply, says):
    told = language_of(kind).read(reply)

    assert (told is None) if says is None else told.startswith(says)


def test_every_kind_of_controller_has_a_harmless_question():
    assert {language.kind for language in LANGUAGES} == set(get_args(ControllerKind))


def test_no_question_holds_a_word_that_moves_sets_or_halts():
    words = {word for one in LANGUAGES for word in one.question.upper().split()}

    orders = {b"M", b"MOVE", b"R", b"VE", b"SPIN", b"HALT", b"HERE", b"H", b"SET", b"HOME", b"STOP"}
    assert not words & orders
    assert not any(one.question.startswith(mac6000.encode_halt()[:3]) for one in LANGUAGES)


def test_a_controller_is_recognised_at_the_baud_at_which_it_answers(monkeypatch):
    opened = []

    def open_link(port, baud):
        asi = Controller(question=b"W X Y\r", pieces=[b":A 0 10 \r\n"])
        opened.append((port, baud, asi if baud == 9600 else Controller()))
        return opened[-1][2]

    monkeypatch.setattr(languages, "SerialLink", open_link)

    found = recognise("COM7", [language_of("asi")], deadline_s=0.001)

    assert (found.language.kind, found.baud, found.says) == ("asi", 9600, "position (0.0, 1.0) um")
    assert [(port, baud) for port, baud, _ in opened] == [("COM7", 115_200), ("COM7", 9600)]
    assert all(link.is_closed for *_, link in opened)


def test_a_port_that_is_not_there_is_named():
    with pytest.raises(LinkLostError, match="/dev/no-such-port: there is no such port"):
        recognise("/dev/no-such-port")
