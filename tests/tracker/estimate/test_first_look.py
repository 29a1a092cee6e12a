"""The ten-second look tells a picture that the model knows from one that it does not."""

import numpy as np
import pytest

from models.contract import SeenFrames
from models.detection import Candidate
from tracker.estimate.first_look import FirstLook
from tracker.messages import Mode, Sighting, Tick

SEEN = SeenFrames(
    grey=(150.0, 190.0), contrast=(40.0, 70.0), head_px=(77.0, 140.0), confidence=(0.7, 0.95)
)
USUAL = np.tile(np.linspace(140, 200, 100), (80, 1)).astype(np.uint8)


def tick(t_s, *, length_px=104.0, confidence=0.95, mode=Mode.TRACKING):
    candidates, sighting = [], None
    if confidence > 0.0:
        keypoints_px = np.array([[0.0, 0.0], [0.5, 0.0], [1.0, 0.0]]) * length_px
        seen = Candidate(keypoints_px=keypoints_px, confidences=np.ones(3), confidence=confidence)
        candidates = [seen]
        sighting = Sighting(candidate=seen, head_px=keypoints_px[1], head_um=np.zeros(2))
    return Tick(
        index=0,
        frame_index=0,
        t_s=t_s,
        received_s=t_s,
        started_s=t_s,
        detected_s=t_s,
        decided_s=t_s,
        posted_s=t_s,
        mode=mode,
        candidates=candidates,
        sighting=sighting,
        stage_um=np.zeros(2),
        stage_heard_s=t_s,
        stage_until_s=t_s,
        estimate=None,
        foreseen=None,
        command=None,
    )


def looked(image=USUAL, *, magnification=1.0, seconds=11.0, **of_tick):
    look = FirstLook("eye 1", SEEN, magnification)
    times = np.arange(0.0, seconds, 0.025)
    said = [look.see(image, tick(t_s, **of_tick)) for t_s in times]
    return [one for one in said if one is not None]


def test_a_picture_like_those_learned_from_is_noted_without_a_word():
    (outcome,) = looked()

    assert outcome.message == ""
    assert outcome.values["head_px"] == pytest.approx(104.0)
    assert outcome.values["grey"] == pytest.approx(170.0, abs=1.0)


def test_before_ten_seconds_nothing_is_said():
    assert looked(seconds=9.9) == []


@pytest.mark.parametrize(
    ("image", "named"),
    [
        (USUAL - 100, "a median grey of 70 (learned 150 to 190)"),
        (np.clip(USUAL.astype(int) * 3 - 340, 0, 255).astype(np.uint8), "a contrast of"),
    ],
    ids=["darker", "harsher"],
)
def test_another_light_is_named_with_what_to_do(image, named):
    (outcome,) = looked(image)

    assert named in outcome.message
    assert "set lamp, exposure and focus back, or else label a hundred" in outcome.message
    assert "\n" not in outcome.message


def test_a_shrunk_animal_is_named_with_what_to_do():
    (outcome,) = looked(length_px=52.0)

    assert "heads of 52 px as the model is shown them (learned 77 to 140)" in outcome.message
    assert "check objective, binning" in outcome.message


def test_an_animal_that_is_shown_enlarged_counts_as_the_model_sees_it():
    (outcome,) = looked(length_px=52.0, magnification=2.0)

    assert outcome.message == ""


def test_an_unsure_eye_is_named():
    (outcome,) = looked(confidence=0.4)

    assert "a median confidence of 0.40" in outcome.message
    assert "label a hundred of these frames" in outcome.message


def test_an_animal_that_is_not_found_at_all_is_an_unsure_eye_and_says_nothing_of_scale():
    (outcome,) = looked(confidence=0.0)

    assert "a median confidence of 0.00" in outcome.message
    assert "px" not in outcome.message
    assert "head_px" not in outcome.values


def test_an_idle_session_without_an_animal_waits_for_one():
    assert looked(confidence=0.0, mode=Mode.IDLE) == []
    assert len(looked(mode=Mode.IDLE)) == 1


def test_it_is_told_once():
    assert len(looked(USUAL - 100, seconds=40.0)) == 1
