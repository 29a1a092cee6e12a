"""Kinds of frames, by what can be measured on them."""

import cv2
import numpy as np

from models.evaluate.strata import strata_of
from models.evaluate.truth import TrueFrame, TrueHead
from models.labels.label import Frame


def frame(number, keypoints_px, *, folder="one", apart_px=np.nan):
    head = TrueHead(keypoints_px=np.array(keypoints_px), length_px=60.0, apart_px=apart_px)
    return TrueFrame(frame=Frame(f"{folder}/{number}.png"), heads=(head,), labels=())


STRAIGHT = [[140.0, 100.0], [110.0, 100.0], [80.0, 100.0]]


def texture(number, *, gain=1.0, blur=0):
    noise = np.random.default_rng(number).normal(0.0, 20.0 * gain, (200, 240))
    image = np.clip(128.0 + noise, 0.0, 255.0).astype(np.uint8)
    return cv2.GaussianBlur(image, (0, 0), blur) if blur else image


def test_contrast_and_blur_are_told_apart():
    images = [texture(0), texture(1, gain=0.3), texture(2, gain=3.0)]
    frames = [frame(at, STRAIGHT) for at in range(3)]

    found = strata_of(frames, lambda each: images[frames.index(each)])

    assert found["contrast"] == ["middling contrast", "low contrast", "high contrast"]

    images = [texture(0), texture(1, blur=6), texture(2, blur=2)]

    found = strata_of(frames, lambda each: images[frames.index(each)])

    assert found["blur"] == ["sharp", "blurred", "middling sharp"]


def test_posture_place_recording_and_agreement():
    bent = [[110.0, 70.0], [110.0, 100.0], [80.0, 100.0]]
    slightly = [[138.0, 90.0], [110.0, 100.0], [80.0, 100.0]]
    frames = [
        frame(0, STRAIGHT, apart_px=3.0),
        frame(1, bent, folder="other", apart_px=1.0),
        frame(2, np.add(slightly, (90.0, 80.0)), apart_px=2.0),
    ]

    found = strata_of(frames, lambda _: texture(0))

    assert found["posture"] == ["straight", "bent", "slightly bent"]
    assert found["place"][2] == "near the edge"
    assert found["recording"] == ["one", "other", "one"]
    assert found["agreement"] == ["agree least", "annotators agree best", "agree middling"]


def test_animals_that_cross_and_one_at_the_edge_are_kinds_of_their_own():
    def heads_at(*shifts_px):
        heads = tuple(
            TrueHead(
                keypoints_px=np.add(STRAIGHT, (0.0, shift)) / 2.0, length_px=30.0, apart_px=np.nan
            )
            for shift in shifts_px
        )
        return TrueFrame(frame=Frame("one/0.png"), heads=heads, labels=())

    frames = [heads_at(0), heads_at(0, 60), heads_at(0, 160), heads_at(0, 280), heads_at()]

    found = strata_of(frames, lambda _: texture(0))

    assert found["animals"] == [
        "one animal",
        "animals that cross",
        "several animals apart",
        "another at the edge",
        "",
    ]


def test_a_frame_without_a_head_has_no_stratum_but_its_recording():
    empty = TrueFrame(frame=Frame("one/0.png"), heads=(), labels=())

    found = strata_of([empty], lambda _: texture(0))

    assert {kind: names[0] for kind, names in found.items()} == {
        "recording": "one", "animals": "", "contrast": "", "blur": "", "posture": "",
        "place": "", "agreement": "",
    }  # fmt: skip
