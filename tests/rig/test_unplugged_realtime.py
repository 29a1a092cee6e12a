"""A stage whose port is pulled out in the middle of a session is halted when it is back.

The witness is the emulated controller, which goes on as it was told while nobody can reach it.
"""

import os
import re
from itertools import pairwise

import pytest

from hardware.sim.emulator.languages import LANGUAGES

pytestmark = [
    pytest.mark.realtime,
    pytest.mark.skipif(os.name == "nt", reason="needs a pseudo terminal"),
]

HALTS = ("halt", "stop")


def moves(meaning):
    """Say whether a line gives a velocity; opening a controller may ask for none, with zeros."""
    return meaning.startswith(("velocity", "move vel")) and re.search("[1-9]", meaning)


def unplugged(from_s, to_s):
    return [{"kind": "unplugged", "from_s": from_s, "to_s": to_s}]


def after_the_gap(heard, *, of_s):
    """Return what the controller heard once it could be reached again."""
    gaps = [late.t_s - early.t_s for early, late in pairwise(heard)]
    place = max(range(len(gaps)), key=gaps.__getitem__)
    assert gaps[place] > 0.9 * of_s
    return heard[place + 1 :]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_stage_is_halted_as_soon_as_its_port_is_back(start_session, language):
    session = start_session(language=language, faults=unplugged(1.5, 2.7))

    status = session.await_end()

    heard = session.heard()
    later = after_the_gap(heard, of_s=1.2)
    assert any(moves(line.meaning) for line in heard)
    assert next(line.meaning for line in later if line.meaning).startswith(HALTS)
    assert not any(moves(line.meaning) for line in later)
    assert status == 1
    assert "the port is gone" in session.said()
