import numpy as np
import pytest

from hardware.sim.defocus import Defocus
from hardware.sim.scenario import load_scenario

SCENARIO = load_scenario("roam")


def defocus(**optics: float) -> Defocus:
    plate = SCENARIO.plate.model_copy(update={"tilt_deg": 0.3, "tilt_direction_deg": 0.0})
    changed = SCENARIO.optics.model_copy(update=optics)
    return Defocus(SCENARIO.model_copy(update={"plate": plate, "optics": changed}))


def test_a_tilt_of_a_third_of_a_degree_is_52_um_over_10_mm():
    assert defocus().height_um(np.array([10_000.0, 0.0])) == pytest.approx(52.4, abs=0.1)
    assert defocus().height_um(np.array([0.0, 10_000.0])) == pytest.approx(0.0, abs=1e-9)


def test_the_plate_is_sharpest_where_the_focus_lies():
    lens = defocus(focus_um=20.0, blur_px=0.7)
    in_focus_um = np.array([20.0 / np.tan(np.radians(0.3)), 0.0])
    beyond_um = in_focus_um + np.array([8000.0, 0.0])

    assert lens.sigma_px(lens.height_um(in_focus_um)) == pytest.approx(0.7)
    assert lens.sigma_px(lens.height_um(beyond_um)) > 1.5


def test_the_focus_drive_brings_another_place_into_focus():
    lens = defocus(focus_um=20.0)
    place_um = np.array([10_000.0, 0.0])

    assert lens.height_um(place_um, focus_um=52.36 - 20.0) == pytest.approx(0.0, abs=0.1)


def test_dark_fades_and_turns_bright_where_the_scenario_says():
    lens = defocus(flip_um=26.2)

    heights_um = [lens.height_um(np.array([x_um, 0.0])) for x_um in (0.0, 5000.0, 10_000.0)]
    contrasts = [lens.contrast(height_um) for height_um in heights_um]

    assert contrasts == pytest.approx([1.0, 0.0, -1.0], abs=0.01)
