"""The frames of an evaluation as a part of a page that can be leafed through, worst first.

`browser.js` draws what it finds in the page's element `data`: JSON with `models`, `annotators`,
`strata`, `outcomes` by name, and `frames`, each with its picture, its size, the heads by consensus
(`truth`), what everybody `said`, and what each model made of it (`by`). A keypoint is [x, y] in
pixels of the frame, or null. A model's `heat` is a picture of its heat map and where it lies: x, y,
width and height in pixels of the frame.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detection import GreyImage
from models.evaluate.evaluation import Evaluation
from models.evaluate.heat import Heat, HeatMaker, heat_png
from models.evaluate.judging import Judged, Outcome
from models.evaluate.truth import TrueFrame
from models.html_page import inline
from models.labels.worklist import COLUMNS

_SCRIPTS = ("marks.js", "browser.js")
_LARGEST_PX = 720  # the longer side of a picture on the page
_JPEG_QUALITY = 80
_STYLE = """<style>
#leaf{display:grid;grid-template-columns:300px 1fr;gap:14px}
#list{height:760px;overflow:auto;border:1px solid #dfe3e6;border-radius:8px}
#list button{display:block;width:100%;text-align:left;border:0;background:none;padding:4px 8px;
font:12.5px system-ui;cursor:pointer}#list button.here{background:#e8eef2;font-weight:600}
#plot{width:100%;height:110px;border:1px solid #dfe3e6;border-radius:8px;cursor:crosshair}
#frame{max-width:100%;border-radius:8px}#layers label{margin-right:14px;white-space:nowrap}
#told{white-space:pre-line;font-size:13.5px}.bar{margin:6px 0;font-size:13.5px}
</style>"""
_BODY = """<h2>Frames, worst first</h2>
<p class=quiet>Arrow keys (or j, k): next and previous. z: near the head. w: the label is wrong,
look again. Digits: layers. Circle: nose, cross: metacorpus, square: terminal bulb. The address of
this page changes with what is shown: send it along with the file to show it to somebody.</p>
<div class=bar><select id=model></select> <select id=stratum></select> <select id=outcome></select>
<span id=count></span></div>
<canvas id=plot width=1032 height=110></canvas>
<div id=leaf><div id=list></div><div><div id=layers class=bar></div><canvas id=frame></canvas>
<p id=told></p><div class=bar><input id=why type=text placeholder="what is wrong with the label">
<button id=wrong>mark (w)</button> <button id=save>save worklist.csv</button>
<button id=keep>save this page with its marks</button></div></div></div>"""


def browser_of(
    evaluation: Evaluation,
    images: Callable[[TrueFrame], GreyImage],
    *,
    most_pictures: int,
    key: str,
    heats: Mapping[str, HeatMaker],
) -> str:
    """Return the part of the page; only the worst frames bring their pictures and heat maps.

    `key` is under which name the browser remembers what was marked; `heats` are by model.
    """
    shown = _worst(evaluation, most_pictures)
    frames = [
        _frame(
            evaluation,
            place,
            images(evaluation.frames[place]),
            place in shown,
            heats if place in shown else {},
        )
        for place in range(len(evaluation.frames))
    ]
    data = {
        "key": key,
        "models": list(evaluation.judged),
        "heats": [name in heats for name in evaluation.judged],
        "annotators": list(evaluation.quality.consensus.annotators),
        "strata": sorted({name for names in evaluation.strata.values() for name in names} - {""}),
        "outcomes": [outcome.value for outcome in Outcome],
        "worklist": ",".join(COLUMNS),
        "wrong": [],
        "frames": frames,
    }
    # A name that holds "</script>" must not end the element.
    text = json.dumps(data, allow_nan=False).replace("<", "\\u003c")
    own = f"{_STYLE}{_BODY}<script id=data type='application/json'>{text}</script>"
    return own + "".join(f"<script>{script(name)}</script>" for name in _SCRIPTS)


def script(name: str) -> str:
    """Return one of this room's scripts, for a page."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _worst(evaluation: Evaluation, most: int) -> set[int]:
    """Return the frames in which any model did worst."""
    badness = np.array(
        [
            max(_badness(of_model[place]) for of_model in evaluation.judged.values())
            for place in range(len(evaluation.frames))
        ]
    )
    return set(np.argsort(-badness, kind="stable")[:most].tolist())


def _badness(judged: Judged) -> float:
    is_good = judged.outcome in (Outcome.FOUND, Outcome.RIGHTLY_EMPTY)
    lengths = judged.error_lengths
    return (0.0 if is_good else 100.0) + (0.0 if math.isnan(lengths) else lengths)


def _frame(
    evaluation: Evaluation,
    place: int,
    image: GreyImage,
    has_picture: bool,
    heats: Mapping[str, HeatMaker],
) -> Mapping[str, object]:
    frame = evaluation.frames[place]
    name = f"{frame.frame.file}, frame {frame.frame.index}" if frame.frame.index else ""
    return {
        "file": frame.frame.file,
        "index": frame.frame.index,
        "name": name or frame.frame.file,
        "size": [image.shape[1], image.shape[0]],
        "picture": inline(page_jpeg(image), "jpeg") if has_picture else None,
        "strata": [names[place] for names in evaluation.strata.values() if names[place]],
        "truth": [page_points(head.keypoints_px) for head in frame.heads],
        "said": [
            {"who": label.annotator, "points": page_points(label.keypoints_px())}
            for label in frame.labels
        ],
        "by": [
            _judged(of_model[place], heats[name](image) if name in heats else None)
            for name, of_model in evaluation.judged.items()
        ],
    }


def _judged(judged: Judged, heat: Heat | None) -> Mapping[str, object]:
    return {
        "heat": None if heat is None else drawn_heat(heat),
        "outcome": judged.outcome.value,
        "px": _number(judged.error_px),
        "lengths": _number(judged.error_lengths),
        "confidence": judged.confidence,
        "candidates": [
            {
                "points": page_points(candidate.keypoints_px),
                "confidence": candidate.confidence,
                "expected": _number(candidate.expected_error_px),
            }
            for candidate in judged.candidates
        ],
    }


def drawn_heat(heat: Heat) -> Mapping[str, object]:
    """Return a heat map as the page's script draws it."""
    rows, columns = heat.levels.shape
    box = [*heat.corner_px, columns * heat.cell_px[0], rows * heat.cell_px[1]]
    return {"picture": inline(heat_png(heat), "png"), "box": [round(one, 2) for one in box]}


def page_points(keypoints_px: NDArray[np.float64]) -> Sequence[list[float] | None]:
    """Return places (n, 2) as the page's scripts take them: None where one is not known."""
    return [
        [round(float(x), 2), round(float(y), 2)] if math.isfinite(x) and math.isfinite(y) else None
        for x, y in keypoints_px
    ]


def _number(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def page_jpeg(image: GreyImage) -> bytes:
    """Return a picture as it goes onto a page: not larger than need be."""
    shrunk = min(1.0, _LARGEST_PX / max(image.shape))
    if shrunk < 1.0:
        size = [max(1, round(side * shrunk)) for side in image.shape]
        image = np.asarray(cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return data.tobytes()
