"""Frames of a recording with their steps behind each other, as one page to leaf through.

`steps.js` draws what it finds in the page's element `data`: JSON with `steps` by name and `frames`,
each with its picture, heat map, candidates and places, in pixels of the frame, or null.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np

from hardware.types import Vec2
from models.evaluate.browser import drawn_heat, page_jpeg, page_points, script
from models.html_page import inline, page
from tracker.report.steps import NAMES, SHOWN_S, Steps
from tracker.report.suspect import guard_words, suspect

_STYLE = """<style>
body{max-width:1500px}#leaf{display:grid;grid-template-columns:230px 1fr;gap:14px}
#list{height:820px;overflow:auto;border:1px solid #dfe3e6;border-radius:8px}
#list button{display:block;width:100%;text-align:left;border:0;background:none;padding:4px 8px;
font:12.5px system-ui;cursor:pointer}#list button.here{background:#e8eef2;font-weight:600}
#steps{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;align-content:start}
.step{border:1px solid #dfe3e6;border-radius:8px;padding:8px}.step.wrong{border:3px solid #c03a4e;
padding:6px}.step h3{margin:0 0 6px;font-size:14px}.step canvas{width:100%;border-radius:6px}
.step p{margin:4px 0 0;font-size:13px;white-space:pre-line}
#verdict{font-weight:600;min-height:1.6em}
</style>"""
_HELP = (
    "Arrow keys (or j, k): next and previous frame. z: the whole picture, or near the head. The "
    "step in red is the first that went wrong, as far as it can be told. Circle: nose, cross: "
    "metacorpus, square: terminal bulb. The address changes with what is shown: send it along "
    "with the file."
)


def steps_page(steps: Sequence[Steps], *, title: str, notes: Sequence[str]) -> str:
    """Return the page as HTML."""
    data = {"steps": list(NAMES), "frames": [_frame(one) for one in steps]}
    text = json.dumps(data, allow_nan=False).replace("<", "\\u003c")
    boxes = "".join(
        f"<div class=step id=box{at}><h3>{at + 1} {name}</h3>"
        f"<canvas id=step{at} width=480 height=360></canvas><p id=words{at}></p></div>"
        for at, name in enumerate(NAMES)
    )
    own = Path(__file__).with_name("steps.js").read_text(encoding="utf-8")
    return page(
        title,
        [
            _STYLE,
            f"<h1>{escape(title)}</h1><p class=quiet>{_HELP}</p>",
            *(f"<p class=todo>{escape(note)}</p>" for note in notes),
            f"<p id=verdict></p><div id=leaf><div id=list></div><div id=steps>{boxes}</div></div>",
            f"<script id=data type='application/json'>{text}</script>",
            f"<script>{script('marks.js')}</script><script>{own}</script>",
        ],
    )


def _frame(steps: Steps) -> Mapping[str, object]:
    found = suspect(steps)
    step = "" if found.step < 0 else f": {NAMES[found.step]}"
    return {
        "number": steps.frame_index,
        "title": f"{steps.since_s:.3f} s, {steps.frame_index}{step}",
        "size": [steps.image.shape[1], steps.image.shape[0]],
        "picture": inline(page_jpeg(steps.image), "jpeg"),
        "heat": None if steps.heat is None else drawn_heat(steps.heat),
        "candidates": [{"points": page_points(one.keypoints_px)} for one in steps.candidates],
        "chosen": page_points(steps.keypoints_px),
        "expected": _point(steps.expected_px),
        "estimate": _point(steps.estimate_px),
        "foreseen": _point(steps.foreseen_px),
        "truth": _point(steps.true_px),
        "center": _point(steps.center_px),
        "asked": _point(steps.asked_px),
        "sent": _point(steps.sent_px),
        "suspect": found.step,
        "verdict": found.words if found.step < 0 else f"{NAMES[found.step]}: {found.words}",
        "words": step_words(steps),
    }


def step_words(steps: Steps) -> list[str]:
    """Say in a line or two what each step shows; lines are parted by line feeds."""
    sure = ", ".join(f"{one.confidence:.2f}" for one in steps.candidates) or "none"
    truth = " Green: the truth." if np.isfinite(steps.true_px).all() else ""
    hottest = 0.0 if steps.heat is None else float(steps.heat.levels.max())
    return [
        f"Frame {steps.frame_index}, {steps.since_s:.3f} s.",
        "This model has no map, or the package onnx is missing."
        if steps.heat is None
        else f"How surely a head is there; the hottest place {hottest:.2f}.",
        f"Now, by confidence: {sure}. At the time {steps.then_count}.",
        _choice_words(steps) + truth,
        _estimate_words(steps) + truth,
        _command_words(steps),
    ]


def _choice_words(steps: Steps) -> str:
    awaited = "Blue: where the head was awaited."
    if not steps.was_taken_up:
        return "The loop did not take up this frame."
    if not steps.is_found:
        return f"No head was taken. {awaited}"
    off_um = steps.apart_um(steps.head_px, steps.expected_px)
    away = "" if np.isnan(off_um) else f", {off_um:.0f} um from where it was awaited (blue)"
    return f"Red: the head that was taken, confidence {steps.confidence:.2f}{away}."


def _estimate_words(steps: Steps) -> str:
    off_um = steps.apart_um(steps.estimate_px, steps.head_px)
    if not np.isfinite(steps.estimate_px).all():
        return "Nothing was believed of the head."
    seen = "not seen" if np.isnan(off_um) else f"{off_um:.1f} um from where it was seen"
    ahead = f"the arrow {1e3 * steps.foreseen_in_s:.0f} ms ahead" if steps.foreseen_in_s > 0 else ""
    return f"Red: where the head is believed to be ({seen}){', ' if ahead else ''}{ahead}."


def _command_words(steps: Steps) -> str:
    off_um = steps.apart_um(steps.head_px, steps.center_px)
    off = "" if np.isnan(off_um) else f"The head is {off_um:.0f} um off the field's centre (blue). "
    if not np.isfinite(steps.asked_um_s).all():
        return f"{off}No command was sent."
    asked = f"Asked (yellow) {_velocity(steps.asked_um_s)}"
    if not np.isfinite(steps.sent_um_s).all():
        return f"{off}{asked}; what was sent is not known."
    guard = f"; the guard: {guard_words(steps.action)}" if steps.action else ""
    return (
        f"{off}{asked}, sent (blue) {_velocity(steps.sent_um_s)}{guard}. Arrows: the way in "
        f"{SHOWN_S:g} s."
    )


def _velocity(velocity_um_s: Vec2) -> str:
    return f"{velocity_um_s[0]:.0f}, {velocity_um_s[1]:.0f} um/s"


def _point(at_px: Vec2) -> list[float] | None:
    return page_points(at_px[None])[0]
