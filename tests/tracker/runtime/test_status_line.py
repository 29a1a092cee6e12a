"""The operator's line shows what the rings hold, and dashes for what nobody knows."""

import io

import numpy as np
import pytest

from hardware.ring import RingWriter
from tracker.messages import POSITION_ROW, STAGE_ROW, TICK_ROW
from tracker.runtime.session_place import SessionPlace
from tracker.runtime.status_line import Gauges, Screen, status_text

NAN = float("nan")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def rings(tmp_path):
    place = SessionPlace(tmp_path)
    return (
        place,
        RingWriter(place.ticks_ring, TICK_ROW, slots=64),
        RingWriter(place.stage_rows_ring, STAGE_ROW, slots=64),
        RingWriter(place.positions_ring, POSITION_ROW, slots=64),
    )


def tick(t_s, *, error_um, sequence):
    row = np.zeros((), TICK_ROW)
    row["t_s"], row["error_um"], row["sequence"] = t_s, error_um, sequence
    return row.item()


def test_rate_error_delay_and_position_come_from_the_rings(rings):
    place, ticks, rows, positions = rings
    gauges = Gauges(place, has_stage=True)
    for number in range(10):
        t_s = 0.025 * number
        ticks.append(*tick(t_s, error_um=(3.0, 4.0), sequence=number))
        rows.append(number, t_s, t_s, t_s + 0.014, (0, 0), (0, 0), 0)
    positions.append(1.0, 1.0, (1234.0, -567.0))

    figures = gauges.read(0.0)

    assert figures.rate_hz == pytest.approx(40.0)
    assert figures.error_um == pytest.approx(5.0)
    assert figures.delay_s == pytest.approx(0.014)
    assert figures.position_um == (1234.0, -567.0)


def test_what_nobody_knows_is_a_dash(rings):
    figures = Gauges(rings[0], has_stage=False).read(0.0)

    text = status_text(figures, state="idle", recording_s=NAN, disk_bytes=1_000_000_000)

    assert "nan" not in text
    assert text.startswith("idle")


def test_a_terminal_gets_one_line_rewritten_in_place():
    terminal = Terminal()
    screen = Screen(terminal)

    screen.show("first", 0.0)
    screen.show("second", 0.2)
    screen.say("a notice")

    assert terminal.getvalue() == "\rfirst\x1b[K\rsecond\x1b[K\r\x1b[Ka notice\n"


def test_a_file_gets_a_line_every_few_seconds():
    screen = Screen(io.StringIO())

    screen.show("first", 0.0)

    assert not screen.is_due(4.9)
    assert screen.is_due(5.0)
