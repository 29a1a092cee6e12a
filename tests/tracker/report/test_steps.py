"""`wormlock steps`: a frame's steps gathered from a recording's tables, and shown on a page."""

from pathlib import Path

import numpy as np
import pytest

from models.detection import Candidate
from tracker.commands.main import main
from tracker.errors import RecordingError
from tracker.report.steps import SHOWN_S, frames_around, steps_of
from tracker.report.steps_page import steps_page

UNSEEN = 12  # in the made-up recording no head was found here


class Eye:
    """Sees one head, always at the same place."""

    def detect(self, image, *, near_px=None):
        points = np.array([[5.0, 5.0], [9.0, 6.0], [14.0, 7.0]])
        return [Candidate(keypoints_px=points, confidences=np.full(3, 0.7), confidence=0.7)]


@pytest.fixture
def gathered(kept):
    return lambda number: steps_of(kept, number, eye=Eye(), heat=None)


def test_places_on_the_plate_are_shown_where_the_frame_shows_them(kept, gathered):
    tick = kept.table("ticks")[20]

    steps = gathered(20)

    assert steps.estimate_px == pytest.approx(tick["head_px"])
    assert steps.true_px == pytest.approx(tick["head_px"])
    assert steps.center_px == pytest.approx(kept.calibration.target_px)
    assert steps.um_per_px * np.hypot(*(steps.head_px - steps.center_px)) == pytest.approx(
        np.hypot(*tick["error_um"]), rel=0.01
    )
    assert steps.foreseen_in_s == pytest.approx(0.02)


def test_a_velocity_is_shown_as_the_way_it_leads(made_up):
    recording = made_up()
    recording.table("ticks")["command_um_s"][20] = [126.0, 3.0]

    steps = steps_of(recording, 20, eye=Eye(), heat=None)

    way_px = steps.asked_px - steps.center_px
    assert way_px == pytest.approx(np.array([100.0, 0.0]) * SHOWN_S, abs=1e-6)


def test_a_frame_without_a_head_has_the_steps_that_there_were(gathered):
    steps = gathered(UNSEEN)

    assert steps.was_taken_up
    assert not steps.is_found
    assert np.isnan(steps.head_px).all()
    assert len(steps.candidates) == 1


def test_a_frame_that_the_loop_left_out_has_none(made_up):
    recording = made_up()
    recording.table("ticks")["frame_index"][20] = -1

    steps = steps_of(recording, 20, eye=Eye(), heat=None)

    assert not steps.was_taken_up
    assert np.isnan(steps.asked_um_s).all()
    assert "null" in steps_page([steps], title="t", notes=[])


def test_a_frame_that_is_not_held_is_refused_by_number(gathered):
    with pytest.raises(RecordingError, match="no frame 1000: it holds 0 to 59"):
        gathered(1000)


def test_neighbours_are_shown_beside_a_frame(kept):
    assert frames_around(kept, [0, 30], beside=2) == [0, 1, 2, 28, 29, 30, 31, 32]


def test_the_page_is_leafed_through_and_comes_back_by_its_address(gathered, browse, tmp_path):
    frames = [gathered(number) for number in (20, UNSEEN, 30)]
    file = tmp_path / "steps.html"
    file.write_text(steps_page(frames, title="steps", notes=["told"]), encoding="utf-8")
    page = browse(file.as_uri())

    page.keyboard.press("ArrowRight")

    assert page.inner_text("#list .here").startswith(f"0.300 s, {UNSEEN}: choice")
    assert page.locator(".wrong h3").all_inner_texts() == ["4 choice"]
    assert "No head was taken" in page.inner_text("#words3")
    again = browse(page.url)
    assert again.inner_text("#verdict") == page.inner_text("#verdict")
    drawn = "(at) => document.getElementById(at).toDataURL()"
    again.wait_for_function("[...pictures.values()].every((one) => one.complete)")
    assert again.evaluate(drawn, "step0") != again.evaluate(drawn, "step2")


def test_the_recordings_own_model_is_asked_and_another_one_is_named(made_up, capsys):
    recording = made_up()
    config = Path(__file__).parents[3] / "config.yaml"
    (recording.folder / "config.yaml").write_bytes(config.read_bytes())

    status = main(["steps", str(recording.folder), "--at", "0.3", "--beside", "0"])

    said = capsys.readouterr()
    assert status == 0, said.err
    assert "shipped's; at the time it was rendered-heads" in said.out
    assert f"frame {UNSEEN}, 0.300 s" in said.out
    assert "data:image/jpeg" in (recording.folder / "steps.html").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--frame", "99"], "no frame 99"),
        (["--at", "99"], "no frame at"),
        (["--out", "page.txt"], "ends in .html"),
        (["--beside", "-1"], "expected 0 to"),
    ],
    ids=["frame", "time", "name", "beside"],
)
def test_what_cannot_be_shown_is_refused_in_one_line(kept, words, said, capsys):
    assert main(["steps", str(kept.folder), *words]) == 2
    assert said in capsys.readouterr().err
