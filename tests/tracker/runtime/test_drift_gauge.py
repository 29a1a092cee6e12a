"""The watch for drift as a bystander at rings: what it takes, and what it tells."""

import numpy as np
import pytest

from hardware.ring import RingReader, RingWriter, frame_record
from tracker.calibrate.drift import MatrixDrift
from tracker.messages import POSITION_ROW, STAGE_ROW
from tracker.runtime.drift_gauge import DriftGauge

SHAPE = (12, 16)


class PaperWatch:
    """Remembers what it was shown, and has news when it is told to."""

    def __init__(self):
        self.places, self.sent, self.pictures, self.news = [], [], [], []
        self.matrix, self.later_s = None, float("nan")
        self.wanted_from_s = 0.0

    def note_positions(self, t_s, position_um):
        self.places += zip(t_s.tolist(), position_um.tolist(), strict=True)

    def note_sent(self, acts_s, sent_um_s):
        self.sent += zip(acts_s.tolist(), sent_um_s.tolist(), strict=True)

    def wants(self, t_s):
        return t_s >= self.wanted_from_s

    def see(self, image, t_s):
        self.pictures.append((t_s, image))

    def judge(self):
        return self.news


@pytest.fixture
def desk(tmp_path):
    records = {"frames": frame_record(SHAPE), "positions": POSITION_ROW, "rows": STAGE_ROW}
    rings = {name: RingWriter(tmp_path / name, record, slots=8) for name, record in records.items()}
    readers = {name: RingReader(tmp_path / name, record) for name, record in records.items()}
    watch = PaperWatch()
    gauge = DriftGauge(watch, **readers)
    yield watch, gauge, rings
    gauge.close()
    for ring in rings.values():
        ring.close()


def test_positions_commands_and_the_newest_picture_are_shown(desk):
    watch, gauge, rings = desk
    for number in range(3):
        t_s = 0.025 * number
        rings["frames"].append(number, t_s, t_s, np.nan, -1, np.full(SHAPE, number, np.uint8))
        rings["positions"].append(t_s, t_s, (number, -number))
        rings["rows"].append(number, t_s, t_s, t_s + 0.01, (0, 0), (5.0 * number, 0), 0)

    gauge.look(0.06)

    assert watch.places[-1] == (0.05, [2.0, -2.0])
    assert watch.sent[-1] == (pytest.approx(0.06), [10.0, 0.0])
    ((t_s, image),) = watch.pictures
    assert (t_s, image[0, 0]) == (0.05, 2)


def test_a_picture_that_nobody_wants_is_not_copied(desk):
    watch, gauge, rings = desk
    rings["frames"].append(0, 0.0, 0.0, np.nan, -1, np.zeros(SHAPE, np.uint8))
    watch.wanted_from_s = 1.0

    gauge.look(0.5)
    gauge.look(1.5)  # now it would be, but the newest picture is an old one

    assert watch.pictures == []


def test_news_are_handed_on_and_figures_are_told_where_they_are_known(desk):
    watch, gauge, _ = desk
    assert (gauge.look(0.0), gauge.figures()) == ([], {})

    watch.news, watch.later_s = ["the picture does not move as calibrated"], 0.011
    watch.matrix = MatrixDrift(
        off=0.05 * np.eye(2), error=0.004, lateness_s=0.0, lateness_error_s=0.001, pairs=40
    )

    assert gauge.look(0.0) == watch.news
    assert gauge.figures() == pytest.approx({"matrix_off_fraction": 0.05, "delay_off_s": 0.011})
