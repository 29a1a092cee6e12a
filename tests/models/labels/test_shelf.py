"""Frames to be labelled: named from one folder, and read as the reports read them."""

import cv2
import numpy as np
import pytest

from models.errors import PictureError
from models.labels.label import Frame
from models.labels.shelf import Shelf


@pytest.fixture
def write(tmp_path):
    def written(name, image):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(tmp_path / name), image)
        return tmp_path / name

    return written


def grey(value, depth=np.uint8):
    return np.full((6, 8), value, depth)


def test_frames_are_named_from_the_folder_that_all_share(write, tmp_path):
    for name in ("a/1.png", "a/2.png", "b/1.png"):
        write(name, grey(9))

    assert Shelf([tmp_path / "a"]).keys == (("1.png", 0), ("2.png", 0))
    assert Shelf([tmp_path / "a", tmp_path / "b"]).keys == (
        ("a/1.png", 0),
        ("a/2.png", 0),
        ("b/1.png", 0),
    )
    assert Shelf([tmp_path]).keys == Shelf([tmp_path / "a", tmp_path / "b"]).keys
    assert Shelf([tmp_path / "a" / "2.png"], tmp_path).keys == (("a/2.png", 0),)


def test_a_folder_of_one_folder_names_frames_from_itself(write, tmp_path):
    write("picked/session 1/1.png", grey(9))

    shelf = Shelf([tmp_path / "picked"])

    assert shelf.keys == (("session 1/1.png", 0),)
    assert shelf.find(("C:\\data\\session 1\\1.png", 0)) == ("session 1/1.png", 0)
    assert shelf.find(("session 1/2.png", 0)) is None


def test_deep_pictures_are_not_black(write, tmp_path):
    write("1.png", grey(40, np.uint16))
    write("2.png", grey(4000, np.uint16))  # a 12-bit camera

    shelf = Shelf([tmp_path])

    assert shelf.image(("2.png", 0)).max() == 4000 >> 4
    assert shelf.frame(("1.png", 0)) == Frame("1.png", 0, (8, 6))


def test_every_picture_of_a_stack_and_of_a_clip_is_a_frame(write, tmp_path):
    cv2.imwritemulti(str(tmp_path / "s.tif"), [grey(5), grey(90)])
    clip = cv2.VideoWriter(
        str(tmp_path / "c.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 48), False
    )
    for value in (20, 120, 220):
        clip.write(np.full((48, 64), value, np.uint8))
    clip.release()

    shelf = Shelf([tmp_path / "s.tif", tmp_path / "c.avi"])

    assert shelf.keys == (("s.tif", 0), ("s.tif", 1), ("c.avi", 0), ("c.avi", 1), ("c.avi", 2))
    assert shelf.image(("s.tif", 1)).max() == 90
    assert abs(int(shelf.image(("c.avi", 2))[0, 0]) - 220) < 6
    assert abs(int(shelf.image(("c.avi", 0))[0, 0]) - 20) < 6


def test_a_picture_elsewhere_or_gone_is_named(write, tmp_path):
    file = write("a/1.png", grey(5))
    with pytest.raises(PictureError, match=r"1\.png: does not lie below --images"):
        Shelf([file], tmp_path / "b")

    shelf = Shelf([file])
    file.unlink()

    with pytest.raises(PictureError, match=r"1\.png"):
        shelf.image(("1.png", 0))
