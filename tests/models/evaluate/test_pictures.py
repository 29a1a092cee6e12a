"""Pictures of any source, as 8-bit grey."""

import cv2
import numpy as np
import pytest

from models.errors import PictureError
from models.evaluate.pictures import pictures_of, source_at

GREY = (np.arange(48 * 64).reshape(48, 64) % 251).astype(np.uint8)


def images_at(path):
    return [picture.image for picture in pictures_of(source_at(path))]


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path):
    for number in (2, 0, 1):
        cv2.imwrite(str(tmp_path / f"frame_{number}.png"), GREY + np.uint8(number))
    (tmp_path / "notes.txt").write_text("no picture")

    found = list(pictures_of(source_at(tmp_path)))

    assert [picture.file[-11:] for picture in found] == [f"frame_{at}.png" for at in range(3)]
    assert [int(picture.image[0, 0]) for picture in found] == [0, 1, 2]


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_deep_pictures_keep_their_upper_bits(tmp_path, bits):
    deep = (GREY.astype(np.uint16) + np.uint16(4)) << np.uint16(bits - 8)
    cv2.imwrite(str(tmp_path / "deep.tif"), deep)

    (image,) = images_at(tmp_path / "deep.tif")

    assert np.array_equal(image, GREY + 4)


def test_colour_becomes_grey_by_luminance(tmp_path):
    cv2.imwrite(str(tmp_path / "colour.png"), np.full((40, 40, 3), (255, 0, 0), np.uint8))

    assert images_at(tmp_path / "colour.png")[0][0, 0] == 29  # blue is dark


def test_the_pages_of_a_stack_are_numbered(tmp_path):
    cv2.imwritemulti(str(tmp_path / "stack.tif"), [GREY, GREY + 1, GREY + 2])

    found = list(pictures_of(source_at(tmp_path / "stack.tif")))

    assert [picture.index for picture in found] == [0, 1, 2]
    assert np.array_equal(found[2].image, GREY + 2)


def test_a_clip_is_a_sequence(tmp_path):
    clip = cv2.VideoWriter(
        str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (64, 48)
    )
    for level in (10, 200):
        clip.write(np.full((48, 64, 3), level, np.uint8))
    clip.release()

    source = source_at(tmp_path / "clip.avi")

    assert source.count == 2
    assert [round(float(each.image.mean()), -1) for each in pictures_of(source)] == [10.0, 200.0]


@pytest.mark.parametrize(
    ("name", "said"),
    [("nosuch.png", "no such file"), ("empty", "no images in it"), ("text.png", "not an image"),
     ("text.avi", "not an image, and not a video")],
)  # fmt: skip
def test_what_is_no_picture_is_named(tmp_path, name, said):
    (tmp_path / "empty").mkdir()
    for text in ("text.png", "text.avi"):
        (tmp_path / text).write_text("no picture")

    with pytest.raises(PictureError, match=rf"{name}: {said}"):
        source_at(tmp_path / name)
