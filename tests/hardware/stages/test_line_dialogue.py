"""Questions, replies and what is made of those that are late, lost or garbled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.clock import SteppedClock
from hardware.errors import LinkTimeoutError, UnreadableError
from hardware.stages.line_dialogue import LineDialogue, Request, cut_lines

BYTE_S = 10 / 115_200
FENCE = Request(purpose="fence", data=b"/\r", takes=lambda line: line == b"N")


def position():
    return Request(purpose="position", data=b"W\r", takes=lambda line: line.startswith(b"@"))


def velocity():
    return Request(purpose="velocity", data=b"V\r", takes=lambda line: line == b"ok")


class PlayedLink:
    """A port that gives what it is told to, and lets time pass when it is waited for."""

    fileno = None

    def __init__(self, clock):
        self.clock = clock
        self.sent = []
        self.incoming = b""
        self.answers = {}

    def write(self, data):
        self.sent.append(data)
        self.incoming += self.answers.get(data, b"")

    def read_available(self):
        came, self.incoming = self.incoming, b""
        return came

    def wait(self, timeout_s):
        self.clock.advance_to(self.clock.now_s() + timeout_s)

    def close(self):
        pass


class Bench:
    def __init__(self, fence=FENCE):
        self.clock = SteppedClock(10.0)
        self.link = PlayedLink(self.clock)
        self.dialogue = LineDialogue(
            self.link, self.clock, byte_s=BYTE_S, patience_s=0.05, fence=fence, cut=cut_lines
        )

    def hear(self, data=b"", *, after_s=0.001):
        self.clock.advance_to(self.clock.now_s() + after_s)
        self.link.incoming += data
        return self.dialogue.hear()


def lines(heard):
    return [reply.line for reply in heard.replies]


@pytest.fixture
def bench():
    return Bench()


def test_replies_go_to_their_questions_in_order(bench):
    first, second = position(), velocity()
    bench.dialogue.send(first)
    bench.dialogue.send(second)

    heard = bench.hear(b"@1\r\nok\r\n")

    assert [reply.request for reply in heard.replies] == [first, second]
    assert bench.dialogue.is_free


def test_a_reply_in_pieces_is_one_reply(bench):
    bench.dialogue.send(position())

    assert lines(bench.hear(b"@1")) == []
    assert lines(bench.hear(b"2\r")) == [b"@12"]
    assert lines(bench.hear(b"\n")) == []
    assert bench.dialogue.is_free


def test_the_reply_of_an_older_question_is_never_taken_for_a_newer_ones(bench):
    bench.dialogue.send(position())
    lost = bench.hear(after_s=0.1).lost
    bench.dialogue.send(position())

    late = bench.hear(b"@old\r\n")
    settled = bench.hear(b"N\r\n@new\r\n")

    assert [one.request.purpose for one in lost] == ["position"]
    assert bench.link.sent == [b"W\r", b"/\r", b"W\r"]
    assert lines(late) == []
    assert lines(settled) == [b"@new"]


def test_what_cannot_be_a_reply_puts_the_question_in_doubt(bench):
    bench.dialogue.send(position())

    heard = bench.hear(b"#!?\r\n")

    assert [(one.request.purpose, one.line) for one in heard.lost] == [("position", b"#!?")]
    assert not bench.dialogue.is_settled
    assert lines(bench.hear(b"@1\r\nN\r\n")) == []
    assert bench.dialogue.is_free


def test_a_fence_that_is_lost_is_set_anew(bench):
    bench.dialogue.send(position())
    bench.hear(after_s=0.1)

    bench.hear(after_s=0.3)
    bench.hear(after_s=0.3)

    assert bench.link.sent == [b"W\r", b"/\r", b"/\r"]
    bench.hear(b"N\r\n")
    assert bench.dialogue.is_free


def test_with_numbered_replies_nothing_is_ever_in_doubt():
    bench = Bench(fence=None)
    one = Request(purpose="position", data=b"W1\r", takes=lambda line: line.startswith(b"1"))
    two = Request(purpose="position", data=b"W2\r", takes=lambda line: line.startswith(b"2"))
    bench.dialogue.send(one)
    bench.dialogue.send(two)

    heard = bench.hear(b"0 late\r\n2 b\r\nnoise\r\n1 a\r\n")

    assert [(reply.request, reply.line) for reply in heard.replies] == [
        (two, b"2 b"),
        (one, b"1 a"),
    ]
    assert heard.lost == []


def test_a_numbered_question_without_a_reply_is_lost_alone():
    bench = Bench(fence=None)
    bench.dialogue.send(position())

    assert len(bench.hear(after_s=0.1).lost) == 1
    assert bench.link.sent == [b"W\r"]


def test_the_times_of_question_and_reply_are_those_of_the_wire(bench):
    bench.dialogue.send(position())

    (reply,) = bench.hear(b"@12\r\n", after_s=20 * BYTE_S).replies

    assert reply.through_s == pytest.approx(10.0 + 2 * BYTE_S)
    assert reply.begun_s == pytest.approx(10.0 + 15 * BYTE_S)


def test_opening_waits_for_a_reply_and_says_what_came_instead(bench):
    bench.link.answers = {b"W\r": b"@7\r\n", b"/\r": b"N\r\n", b"V\r": b"what?\r\n"}

    assert bench.dialogue.exchange(position()) == b"@7"
    with pytest.raises(UnreadableError, match="what"):
        bench.dialogue.exchange(velocity())
    assert bench.dialogue.exchange(position()) == b"@7"
    bench.link.answers = {}
    with pytest.raises(LinkTimeoutError, match="no reply"):
        bench.dialogue.exchange(position())


def test_a_line_without_end_does_not_pile_up(bench):
    for _ in range(100):
        bench.hear(b"x" * 100)
    bench.dialogue.send(position())

    bench.hear(b"\r\n")
    bench.hear(b"N\r\n")
    bench.dialogue.send(position())

    assert lines(bench.hear(b"@1\r\n")) == [b"@1"]


@given(
    fates=st.lists(st.sampled_from(["answered", "late", "lost", "garbled"]), max_size=12),
)
def test_no_mix_of_losses_ever_gives_an_old_position_for_a_new_question(fates):
    bench, owed = Bench(), b""

    for number, fate in enumerate([*fates, "lost", "answered", "answered"]):
        if not bench.dialogue.is_free:  # the fence: whatever was owed comes before its reply
            bench.hear(owed + b"N\r\n")
            owed = b""
        question = position()
        bench.dialogue.send(question)
        reply = f"@{number}\r\n".encode()
        heard = bench.hear(owed + reply if fate == "answered" else b"", after_s=0.002)
        if fate == "answered":
            owed = b""
        elif fate == "garbled":
            heard = bench.hear(reply[1:])
        else:
            owed += reply if fate == "late" else b""
            heard = bench.hear(after_s=0.1)
        said = [one.line for one in heard.replies if one.request is question]
        assert said in ([], [f"@{number}".encode()])
