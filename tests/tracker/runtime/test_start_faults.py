"""Of a start that failed only the causes are told."""

from tracker.runtime.start_faults import causes, ended_unasked


def test_what_two_processes_met_with_alike_is_told_once():
    told = causes(["world: no libGL", "control: no libGL", "stage: no port"])

    assert told == ["world, control: no libGL", "stage: no port"]


def test_a_process_without_a_word_is_not_told_of_beside_a_cause():
    assert causes(["control: no libGL", ended_unasked("world", 1)]) == ["control: no libGL"]


def test_a_process_without_a_word_is_told_of_where_nobody_else_says_why():
    assert causes([ended_unasked("world", -9)]) == ["world: the process ended unasked (status -9)"]


def test_each_line_of_a_message_names_its_process():
    assert causes(["control: a\nb"]) == ["control: a", "control: b"]
