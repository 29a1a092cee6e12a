from pathlib import Path

import numpy as np
import pytest

from hardware.errors import ConfigError
from hardware.sim.video_track import VideoTrack

HEADER = "file,width,height,present,head_valid,nose_x,nose_y,pharynx_x,pharynx_y,body_length_px\n"


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    rows = (
        "0.png,101,51,1,1,50,25,62.5,25,100\n"
        "1.png,101,51,1,1,52,25,64.5,25,100\n"
        "2.png,101,51,1,0,,,,,\n"
    )
    (tmp_path / "labels.csv").write_text(HEADER + rows)
    return tmp_path / "labels.csv"


def test_between_two_labels_the_head_moves_steadily(labels):
    track = VideoTrack(labels, um_per_px=10.0, rate_hz=20.0)

    nose_um = track.keypoints_um(0.025)[0]

    assert nose_um == pytest.approx(np.array([10.0, 0.0]))


def test_the_tracked_head_lies_between_nose_and_pharynx(labels):
    track = VideoTrack(labels, um_per_px=10.0, rate_hz=20.0)

    assert track.head_um(0.0) == pytest.approx(np.array([89.7, 0.0]))


def test_where_nobody_labelled_the_head_it_is_nowhere(labels):
    track = VideoTrack(labels, um_per_px=10.0, rate_hz=20.0)

    assert np.isnan(track.head_um(0.075)).all()
    assert np.isnan(track.head_um(0.1)).all()


def test_the_video_plays_back_from_its_end_so_that_the_animal_never_jumps(labels):
    track = VideoTrack(labels, um_per_px=10.0, rate_hz=20.0)

    assert track.frame_place(0.15) == pytest.approx(1.0)
    assert track.head_um(0.225) == pytest.approx(track.head_um(0.025))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no labels in it"),
        ("file,width\na,1\n", "expected the columns height, head_valid"),
        (HEADER + "0.png,101,51,1,1,fifty,25,62,25,100\n", "row 2 holds something not a number"),
    ],
    ids=["empty", "columns", "words"],
)
def test_labels_that_cannot_be_read_are_refused(tmp_path, text, said):
    (tmp_path / "labels.csv").write_text(text)

    with pytest.raises(ConfigError, match=said):
        VideoTrack(tmp_path / "labels.csv", um_per_px=1.0, rate_hz=20.0)


def test_missing_labels_are_refused_by_name(tmp_path):
    with pytest.raises(ConfigError, match=r"gone\.csv: the labels cannot be read"):
        VideoTrack(tmp_path / "gone.csv", um_per_px=1.0, rate_hz=20.0)
