"""A fault of the command line is one line, at each command and sub-command."""

import pytest

from tracker.commands.main import main


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["trak"], "wormlock: COMMAND: expected one of run, doctor, "),
        (["lables"], "got 'lables'; did you mean labels?"),
        (
            ["run", "--durtion", "5s"],
            "wormlock run: --durtion: there is no such option; did you me",
        ),
        (["run", "a.yaml", "b.yaml"], "wormlock run: b.yaml: nothing more is expected here"),
        (["run", "--duration"], "wormlock run: --duration: expected a value behind it"),
        (["simulate"], "wormlock simulate: needed and missing: SCENARIO"),
        (["simulate", "roam", "--law", "foresigt"], "got 'foresigt'; did you mean foresight?"),
        (["simulate", "roam", "--seed", "yes"], "--seed: expected a whole number from 0 on, got"),
        (["render", "roam", "--frames", "few"], "--frames: expected a whole number, got 'few'"),
        (["calibrate"], "wormlock calibrate: needed and missing: PART"),
        (["calibrate", "stag"], "wormlock calibrate: PART: expected one of stage, delay, field,"),
        (["calibrate", "stage", "--ot", "x"], "wormlock calibrate stage: --ot: there is no such o"),
        (["labels", "report", "--within", "x", "a.csv"], "wormlock labels report: --within: expe"),
    ],
)
def test_a_fault_of_the_command_line_is_one_line_that_names_the_word(words, line, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)

    said = capsys.readouterr()
    assert ended.value.code == 2
    assert line in said.err
    assert "says more)" in said.err
    assert len((said.out + said.err).splitlines()) == 1
