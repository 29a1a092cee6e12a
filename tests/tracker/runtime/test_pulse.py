"""A frozen process is noticed by its silence."""

from tracker.runtime.pulse import CONTROL_SILENT_S, STAGE_SILENT_S, Pulse


def test_a_stage_process_that_reports_is_at_work():
    pulse = Pulse(10.0)

    pulse.heard_stage(10.9)

    assert not pulse.is_stage_frozen(10.9 + STAGE_SILENT_S)


def test_a_stage_process_that_has_said_nothing_for_long_is_frozen():
    assert Pulse(10.0).is_stage_frozen(10.01 + STAGE_SILENT_S)


def test_a_silent_control_process_is_told_once_for_each_silence():
    pulse = Pulse(10.0)
    later_s = 10.1 + CONTROL_SILENT_S

    told = [
        pulse.has_control_fallen_silent(5, 10.0),
        pulse.has_control_fallen_silent(5, later_s),
        pulse.has_control_fallen_silent(5, later_s + 0.1),
        pulse.has_control_fallen_silent(6, later_s + 0.2),
        pulse.has_control_fallen_silent(6, 2.0 * later_s),
    ]

    assert told == [False, True, False, False, True]
