"""The command line: help is quick, and what cannot be done is one line and status 2."""

import subprocess
import sys

import pytest

from tracker.commands.main import COMMANDS, main


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    listing = capsys.readouterr().out
    assert ended.value.code == 0
    assert all(name in listing for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: wormlock {name}")


def test_no_command_is_bad_input(capsys):
    assert main([]) == 2
    assert "at the rig:" in capsys.readouterr().out


def test_an_unknown_command_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["trak"])

    assert ended.value.code == 2
    assert "simulate" in capsys.readouterr().err


def test_a_missing_file_is_one_line_and_status_2(tmp_path, capsys):
    assert main(["run", str(tmp_path / "nowhere.yaml")]) == 2

    said = capsys.readouterr().err
    assert "nowhere.yaml: no such file" in said
    assert len(said.splitlines()) == 1


def test_help_loads_nothing_heavy():
    code = (
        "import sys, wormlock\n"
        "try: wormlock.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'cv2', 'onnxruntime', 'torch', 'matplotlib', 'zmq'} & set(sys.modules)\n"
        "sys.exit(len(heavy))\n"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert ended.returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["render", "roam", "--seed", "-1"], "--seed -1: expected 0 or more"),
        (["render", "roam", "--every", "nan"], "--every nan"),
        (["render", "roam", "--frames", "0"], "--frames 0: expected 1 or more"),
        (["render", "nowhere"], "nowhere: there is no such scenario"),
        (["train", "--minutes", "nan"], "--minutes: expected more than 0"),
        (["train", "--seed", "-1"], "--seed: expected 0 or more"),
        (["run", "--duration", ""], "duration"),
    ],
)
def test_a_senseless_option_is_one_line_and_leaves_nothing(words, said, tmp_path, capsys):
    out = tmp_path / "out"

    assert main([*words, "--out", str(out)]) == 2

    told = capsys.readouterr().err
    assert said in told
    assert len(told.splitlines()) == 1
    assert not out.exists()
