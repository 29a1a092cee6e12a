"""Places marked by keys at the stage."""

import numpy as np

from tracker.calibrate.marking import Marks


def test_keys_mark_where_the_stage_is_and_take_back():
    marks = Marks()

    assert marks.press("r") == ["the stage has not said yet where it is"]
    marks.see(np.array([10.0, 20.0]))
    said = marks.press("Rx")
    marks.see(np.array([-5.0, 7.0]))
    said += marks.press("rul")

    assert said[0] == "rim point 1 at (10, 20) um"
    assert [point.tolist() for point in marks.rim_um] == [[10.0, 20.0]]
    assert marks.load_um.tolist() == [-5.0, 7.0]
    assert not marks.is_done
    assert marks.press("q") == []
    assert marks.is_done
