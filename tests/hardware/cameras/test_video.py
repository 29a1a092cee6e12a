"""Recorded pictures as a camera: at their own pace, or as fast as they go."""

import cv2
import numpy as np
import pytest

from hardware.cameras.paced import PacedCamera
from hardware.cameras.video import open_video, to_grey
from hardware.clock import FollowingClock, SteppedClock
from hardware.config import VideoCamera
from hardware.errors import CameraError, EndOfVideoError


def pictures(count: int, shape: tuple[int, int] = (6, 8)):
    for number in range(count):
        yield np.full(shape, number, dtype=np.uint8)


def camera(count: int, clock) -> PacedCamera:
    return PacedCamera(pictures(count), name="clip", period_s=0.1, clock=clock)


def test_a_late_taker_finds_every_picture_that_came_due():
    clock = SteppedClock(5.0)
    opened = camera(10, clock)
    opened.start()

    clock.advance_to(5.25)
    frames = opened.grab(timeout_s=0.0)

    assert [frame.index for frame in frames] == [0, 1, 2]
    assert [frame.t_s for frame in frames] == pytest.approx([5.0, 5.1, 5.2])
    assert frames[2].image[0, 0] == 2


def test_a_picture_not_yet_due_is_not_given():
    clock = SteppedClock(5.0)
    opened = camera(10, clock)
    opened.start()
    opened.grab(timeout_s=0.0)

    assert opened.grab(timeout_s=0.0) == []


def test_in_a_hurry_every_picture_is_given_at_its_own_time():
    opened = camera(4, FollowingClock())
    opened.start()

    frames = [opened.grab(timeout_s=0.0)[0] for _ in range(4)]

    assert np.diff([frame.t_s for frame in frames]) == pytest.approx([0.1, 0.1, 0.1])
    assert all(0.0 <= frame.received_s - frame.t_s < 0.1 for frame in frames)


def test_the_end_of_a_clip_is_told():
    opened = camera(1, FollowingClock())
    opened.start()
    opened.grab(timeout_s=0.0)

    with pytest.raises(EndOfVideoError, match="clip: shown to its end after 1 frames"):
        opened.grab(timeout_s=0.0)


def test_a_picture_of_another_size_is_refused():
    mixed = iter([np.zeros((6, 8), np.uint8), np.zeros((8, 6), np.uint8)])
    opened = PacedCamera(mixed, name="clip", period_s=0.1, clock=FollowingClock())
    opened.start()
    opened.grab(timeout_s=0.0)

    with pytest.raises(CameraError, match="picture 1 is not 8 x 6 px like the first"):
        opened.grab(timeout_s=0.0)


def test_a_folder_of_images_is_shown_in_the_order_of_its_names(tmp_path):
    for name, grey in (("b.png", 20), ("a.png", 10), ("c.png", 30)):
        cv2.imwrite(str(tmp_path / name), np.full((6, 8), grey, np.uint8))
    (tmp_path / "notes.txt").write_text("not a picture")

    opened = open_video(VideoCamera(kind="video", path=tmp_path), FollowingClock())
    opened.start()
    greys = [int(opened.grab(0.0)[0].image[0, 0]) for _ in range(3)]

    assert greys == [10, 20, 30]
    assert opened.period_s == pytest.approx(1 / 40)


def test_a_clip_is_shown_at_its_own_rate(tmp_path):
    file = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), 12.5, (64, 48))
    for number in range(5):
        writer.write(np.full((48, 64, 3), 40 * number, np.uint8))
    writer.release()

    opened = open_video(VideoCamera(kind="video", path=file, loops=True), FollowingClock())
    opened.start()
    greys = [int(opened.grab(0.0)[0].image.mean()) for _ in range(7)]

    assert opened.shape == (48, 64)
    assert opened.period_s == pytest.approx(1 / 12.5)
    assert greys[:2] == greys[5:]


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("nowhere.avi", None, "no such file or folder"),
        ("text.avi", b"this is not a video", "not a video that OpenCV can read"),
    ],
)
def test_what_is_not_a_video_is_refused_in_one_line(tmp_path, name, content, line):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CameraError, match=line):
        open_video(VideoCamera(kind="video", path=file), SteppedClock())


def test_an_empty_folder_says_what_it_should_hold(tmp_path):
    with pytest.raises(CameraError, match=r"no images in it; expected files ending in .*\.png"):
        open_video(VideoCamera(kind="video", path=tmp_path), SteppedClock())


def test_colour_and_sixteen_bits_become_grey():
    colour = np.zeros((2, 2, 3), np.uint8)
    colour[..., 1] = 200
    deep = np.full((2, 2), 40_000, np.uint16)

    assert to_grey(colour)[0, 0] == pytest.approx(117, abs=1)
    assert to_grey(deep)[0, 0] == pytest.approx(156, abs=1)
