from pathlib import Path

import cv2
import numpy as np
import pytest

from hardware.errors import ConfigError
from hardware.sim.picture import open_picture
from hardware.sim.scenario import CameraTiming, Fault, Field_, Optics, Scenario, VideoWorm
from hardware.sim.video_track import VideoTrack
from hardware.sim.video_world import VideoPicture
from hardware.sim.view import ScenarioView

SHARED = Path(__file__).parents[4] / "shared" / "data"
UM_PER_PX = 2.0
ROWS, COLUMNS, FRAMES = 60, 90, 4


@pytest.fixture
def folder(tmp_path):
    """A bright spot that wanders to the right over grey noise."""
    draw = np.random.default_rng(1)
    for index in range(FRAMES):
        frame = 100.0 + draw.normal(0.0, 3.0, (ROWS, COLUMNS))
        cv2.circle(frame, (20 + 12 * index, 30), 5, 220.0, -1)
        cv2.imwrite(str(tmp_path / f"{index:03d}.png"), frame.clip(0, 255).astype(np.uint8))
    return tmp_path


def scenario(path: Path, *, faults: tuple[Fault, ...] = ()) -> Scenario:
    return Scenario(
        title="a recorded clip",
        worm=VideoWorm(kind="video", path=path, um_per_px=UM_PER_PX, rate_hz=10.0),
        optics=Optics(um_per_px=UM_PER_PX, rotation_deg=0.0),
        camera=CameraTiming(rows=120, columns=160),
        field=Field_(center_px=(80.0, 60.0)),
        faults=faults,
    )


def brightest_px(frame: np.ndarray) -> np.ndarray:
    soft = cv2.GaussianBlur(frame.astype(np.float32), (0, 0), 3.0)
    row, column = np.unravel_index(soft.argmax(), soft.shape)
    return np.array([column, row])


def test_the_clips_middle_lies_at_the_plates_origin(folder):
    frame = open_picture(scenario(folder), 1).render(0.0, np.zeros(2))

    middle_px = np.array([COLUMNS - 1, ROWS - 1]) / 2.0
    assert brightest_px(frame) == pytest.approx(np.array([80 + 20, 60 + 30]) - middle_px, abs=1)


def test_the_stage_moves_the_window_over_the_clip(folder):
    picture = open_picture(scenario(folder), 1)

    there, here = (picture.render(0.0, np.array([x_um, 0.0])) for x_um in (30.0, 0.0))

    assert brightest_px(here) - brightest_px(there) == pytest.approx([30.0 / UM_PER_PX, 0], abs=1)


def test_outside_the_clip_the_plate_goes_on_with_noise_of_the_same_kind(folder):
    frame = open_picture(scenario(folder), 1).render(0.0, np.zeros(2)).astype(float)

    outside, inside = frame[2:20, 5:150], frame[75:88, 45:120]
    assert outside.mean() == pytest.approx(inside.mean(), abs=2.0)
    assert outside.std() == pytest.approx(inside.std(), rel=0.4)


def test_the_clip_plays_to_its_end_and_back_in_step_with_its_labels(folder, tmp_path):
    labels = tmp_path / "labels.csv"
    header = "file,width,height,present,head_valid,nose_x,nose_y,pharynx_x,pharynx_y\n"
    labels.write_text(header + "a.png,90,60,1,1,1,1,2,2\n" * FRAMES)
    track = VideoTrack(labels, um_per_px=UM_PER_PX, rate_hz=10.0)
    shown = scenario(folder)
    assert isinstance(shown.worm, VideoWorm)
    picture = VideoPicture(shown, shown.worm, 1)

    for t_s in np.arange(0.0, 2.0, 0.1) + 0.01:
        assert picture.frame_place(t_s) == round(track.frame_place(t_s))


def test_a_fault_that_blinds_the_camera_blurs_the_animal_away(folder):
    fault = Fault(kind="blind", from_s=0.0, to_s=1.0)

    frame = open_picture(scenario(folder, faults=(fault,)), 1).render(0.5, np.zeros(2))

    assert frame.max() < 140


def test_a_folder_without_pictures_is_refused_by_key(tmp_path):
    with pytest.raises(ConfigError, match=r"worm\.path: .*no images"):
        open_picture(scenario(tmp_path), 1)


@pytest.mark.skipif(not SHARED.is_dir(), reason="no sample data beside the checkout")
@pytest.mark.parametrize("name", ["wormtracer_sample/frames", "tierpsy_test/test.avi"])
def test_real_recordings_are_worlds(name):
    view = ScenarioView(scenario(SHARED / name), 1)

    frame = view.frame(3.0, np.zeros(2), frame_index=3)

    assert frame.shape == (120, 160)
    assert frame.std() > 1.0
