"""Every word that a session can say about states, halts and events has its entry on the page."""

import ast
import re
from pathlib import Path

import pytest

from tracker.messages import FocusAction, GuardAction
from tracker.record.events import ENDED
from tracker.record.gaps import FRAMES_DROPPED, FRAMES_LOST
from tracker.record.score import TIMEOUTS
from tracker.runtime import ending, operating, recorder_process, supervisor
from tracker.runtime.recorder_process import CALIBRATION_DRIFT
from tracker.safety.sign_check import Verdict
from tracker.safety.states import State

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "when-the-session-says.md").read_text(encoding="utf-8")
CODE = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tracker").rglob("*.py")}


def explained():
    """Whatever the page has between backticks."""
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    return set(re.findall(r"`([^`\n]+)`", prose))


def marked_kinds():
    """The kinds of events that are spelled where they are noted."""
    spelled = r'(?:_mark\(|\bEvent\([^,()]+(?:\(\))?, |MarkEvent\([^,]+, (?:kind=)?)\s*"(\w+)"'
    return {kind for text in CODE.values() for kind in re.findall(spelled, text)}


def returned_by(module, function):
    """The texts that a function returns as they stand."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            returns = [inner for inner in ast.walk(node) if isinstance(inner, ast.Return)]
            return {
                part.value
                for one in returns
                for part in ast.walk(one)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            }
    raise AssertionError(f"{module.__name__} has no function {function}")


KINDS = {FRAMES_LOST, FRAMES_DROPPED, ENDED, TIMEOUTS, CALIBRATION_DRIFT} | marked_kinds()
REASONS = (
    returned_by(supervisor, "_watch") - {"fault: "}
    | returned_by(recorder_process, "_serve")
    | set(ending._WORDS.values())
)


@pytest.mark.parametrize(
    "words",
    [
        {action.name for action in (*GuardAction, GuardAction.NONE)},
        {action.name for action in FocusAction},
        {state.name for state in State},
        {verdict.value for verdict in Verdict},
        KINDS,
        REASONS,
    ],
    ids=["actions", "focus", "states", "verdicts", "events", "reasons"],
)
def test_each_word_has_its_entry(words):
    assert len(words) > 2
    assert sorted(words - explained()) == []


def test_the_kinds_of_events_are_really_found_in_the_code():
    assert {"tracking_held", "field_nudged", "started", "stopped_by_operator"} <= marked_kinds()


def test_each_key_of_the_help_lines_is_on_the_page():
    from tracker.runtime import nudging

    for keys in (operating.KEYS, nudging.KEYS):
        for key in re.findall(r"(?:^|[ :])(\w) (?=\w)", keys):
            assert f"`{key}`" in PAGE
