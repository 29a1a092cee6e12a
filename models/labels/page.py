"""The report as one page that holds its own pictures and needs no network."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from models.detection import KEYPOINTS
from models.labels.gold import GoldQuality
from models.labels.meaning import Statement, explain, percent
from models.labels.pairs import PairQuality
from models.labels.pictures import picture_of
from models.labels.placing import Placing
from models.labels.plots import color_of, draw_distances, draw_hands, draw_placings, is_hand_known
from models.labels.quality import Quality, judged_absent
from models.labels.worklist import Doubt

_MOST_PICTURES = 24
_MOST_ROWS = 60
_FEWEST_ABSENT = 10
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#23282d;margin:0 auto;max-width:1080px;padding:24px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:38px 0 8px}
.quiet{color:#68717a}.cards{display:grid;gap:12px;grid-template-columns:1fr 1fr}
.card{border:1px solid #dfe3e6;border-radius:8px;padding:12px 16px}
.card h3{font-size:13px;margin:0;color:#68717a;font-weight:600}
.card b{display:block;font-size:16px;margin:2px 0 6px}.card p{margin:0;font-size:14px}
.card .todo{margin-top:8px;padding-left:10px;border-left:3px solid #d99a2b}
.wide{grid-column:1/-1}img{max-width:100%}
.plots img{max-width:49%;margin:4px 0;vertical-align:middle}
.plots img:last-child{max-width:100%}
table{border-collapse:collapse;font-size:13.5px;margin:6px 0}
td,th{padding:4px 10px;text-align:right;border-bottom:1px solid #e8ebed}
th{font-weight:600;color:#4a525a}td:first-child,th:first-child,.left{text-align:left}
.frames{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(240px,1fr))}
figure{margin:0}figure img{width:100%;border-radius:6px;display:block}
figcaption{font-size:12.5px;margin-top:4px;overflow-wrap:anywhere}
.dot{display:inline-block;width:10px;height:10px;border-radius:5px;margin:0 4px 0 12px}
"""


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page shows; `images` is the folder of the frames, if it is at hand."""

    title: str
    quality: Quality
    gold: Sequence[GoldQuality]
    doubts: Sequence[Doubt]
    images: Path | None


def page_of(report: Report) -> str:
    """Return the page as HTML."""
    quality = report.quality
    colors = color_of(quality.consensus.annotators)
    plots = [draw_distances(quality)] if quality.pairs else []
    if quality.gross_pairs.count:
        plots.append(draw_placings(quality))
    if any(is_hand_known(quality, name) for name in KEYPOINTS):
        plots.append(draw_hands(quality))
    body = [
        f"<h1>{escape(report.title)}</h1>",
        "<p class=quiet>How far those who labelled agree, what it means, and what to do next.</p>",
        f"<div class=cards>{''.join(map(_card, explain(quality, report.gold)))}</div>",
        "<h2>Plots</h2><div class=plots>" if plots else "<div>",
        *(f"<img alt='' src='{_data(plot, 'png')}'>" for plot in plots),
        "</div>",
        _pairs_table(quality.pairs),
        _hands_table(quality),
        _placings_table(quality),
        _presence_table(quality),
        _worklist(report, colors),
    ]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>{escape(report.title)}</title><style>{_STYLE}</style>{''.join(body)}</html>\n"
    )


def _card(statement: Statement) -> str:
    todo = f"<p class=todo>{escape(statement.todo)}</p>" if statement.todo else ""
    wide = " wide" if not statement.meaning else ""
    figure = escape(statement.figure)
    said = f"<p>{figure}</p>" if wide else f"<b>{figure}</b><p>{escape(statement.meaning)}</p>"
    return f"<div class='card{wide}'><h3>{escape(statement.title)}</h3>{said}{todo}</div>"


def _data(content: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _table(title: str, note: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f"<h2>{escape(title)}</h2><p class=quiet>{escape(note)}</p>"
        f"<table><tr>{heads}</tr>{lines}</table>"
    )


def _pairs_table(pairs: Sequence[PairQuality]) -> str:
    rows = [
        [
            f"{pair.one} and {pair.other}",
            str(pair.heads),
            percent(pair.presence_agreed),
            percent(pair.same_place),
            *(
                f"{_number(found.median_px())} / {_number(found.p95_px())}".strip(" /")
                for found in pair.distances.values()
            ),
        ]
        for pair in pairs
    ]
    head = ["pair", "heads", "presence agreed", "same end", "nose", "metacorpus", "terminal bulb"]
    note = "Distances in px, median / 95 %, of heads that both put at the same end."
    return _table("Pairs", note, head, rows)


def _hands_table(quality: Quality) -> str:
    rows = [
        [
            hand.annotator,
            hand.keypoint.replace("_", " "),
            str(hand.marks),
            *(
                _number(value, sign=True)
                for value in (
                    hand.bias_along_px,
                    hand.bias_across_px,
                    hand.bias_x_px,
                    hand.bias_y_px,
                )
            ),
            _number(hand.scatter_px),
        ]
        for hand in quality.hands
        if hand.marks
    ]
    head = [
        "annotator",
        "keypoint",
        "comparisons",
        "towards the bulb",
        "to its side",
        "in x",
        "in y",
        "scatter",
    ]
    note = (
        "Bias and scatter in px, beside the others. A bias in x and y alone often means that a "
        "tool counts pixels from another corner (half a pixel)."
    )
    return _table("Hands", note, head, rows)


def _placings_table(quality: Quality) -> str:
    rows = [
        [who, str(sum(counts.values())), *(str(counts[placing]) for placing in Placing)]
        for who, counts in quality.placings.items()
        if sum(counts.values())
    ]
    note = "Heads that several people marked, and how each one's label compares with the others'."
    return _table("Head and tail", note, ["annotator", "heads", *Placing], rows)


def _presence_table(quality: Quality) -> str:
    consensus = quality.consensus
    absent = judged_absent(quality)
    rows = [
        [
            who,
            f"{100 * confusion[0, 1]:.1f} %",
            f"{100 * confusion[1, 0]:.1f} %" if absent[who] >= _FEWEST_ABSENT else "too few known",
        ]
        for who, confusion in zip(consensus.annotators, consensus.verdicts.confusion, strict=True)
    ]
    note = (
        "How often each one errs about a head's presence, as far as the others can tell (Dawid "
        "and Skene; few calls are reckoned as a little better than they look)."
    )
    head = ["annotator", "overlooks a head", "sees one where none is"]
    return _table("Presence", note, head, rows) if quality.multiply else ""


def _worklist(report: Report, colors: Mapping[str, str]) -> str:
    doubts = report.doubts
    if not doubts:
        return "<h2>To look at again</h2><p>Nothing: everybody agrees within the criterion.</p>"
    legend = "".join(
        f"<span class=dot style='background:{color}'></span>{escape(who)}"
        for who, color in colors.items()
    )
    found = [
        f"<h2>To look at again: {len(doubts)} heads</h2>",
        "<p class=quiet>Worst first; all of them in worklist.csv. Circle: nose, cross: "
        f"metacorpus, square: terminal bulb. {legend}</p>",
    ]
    shown = [_figure(doubt, report.images, colors) for doubt in doubts[:_MOST_PICTURES]]
    if any(shown):
        found.append(f"<div class=frames>{''.join(shown)}</div>")
    else:
        rows = [[_frame_name(doubt), doubt.why] for doubt in doubts[:_MOST_ROWS]]
        note = "Give the folder of the frames with --images to see them here."
        found.append(_table("", note, ["frame", "why"], rows))
    return "".join(found)


def _figure(doubt: Doubt, images: Path | None, colors: Mapping[str, str]) -> str:
    picture = None if images is None else picture_of(doubt.head, images, colors)
    if picture is None:
        return ""
    return (
        f"<figure><img alt='' src='{_data(picture, 'jpeg')}'><figcaption>"
        f"<b>{escape(_frame_name(doubt))}</b><br>{escape(doubt.why)}</figcaption></figure>"
    )


def _frame_name(doubt: Doubt) -> str:
    frame = doubt.head.label.frame
    return f"{frame.file}, frame {frame.index}" if frame.index else frame.file


def _number(value: float, *, sign: bool = False) -> str:
    if math.isnan(value):
        return ""
    return f"{value:+.2f}" if sign else f"{value:.2f}"
