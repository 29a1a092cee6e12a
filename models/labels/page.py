"""The report as one page that holds its own pictures and needs no network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from models.detection import KEYPOINTS
from models.html_page import card, inline, page, table
from models.labels.gold import GoldQuality
from models.labels.meaning import explain, percent
from models.labels.pairs import PairQuality
from models.labels.pictures import picture_of
from models.labels.placing import Placing
from models.labels.plots import color_of, draw_distances, draw_hands, draw_placings, is_hand_known
from models.labels.quality import Quality, judged_absent
from models.labels.worklist import Doubt

_MOST_PICTURES = 24
_MOST_ROWS = 60
_FEWEST_ABSENT = 10


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
    said = explain(quality, report.gold)
    cards = "".join(card(each.title, each.figure, each.meaning, each.todo) for each in said)
    body = [
        f"<h1>{escape(report.title)}</h1>",
        "<p class=quiet>How far those who labelled agree, what it means, and what to do next.</p>",
        f"<div class=cards>{cards}</div>",
        "<h2>Plots</h2><div class=plots>" if plots else "<div>",
        *(f"<img alt='' src='{inline(plot, 'png')}'>" for plot in plots),
        "</div>",
        _pairs_table(quality.pairs),
        _hands_table(quality),
        _placings_table(quality),
        _presence_table(quality),
        _worklist(report, colors),
    ]
    return page(report.title, body)


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
    return table("Pairs", note, head, rows)


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
    return table("Hands", note, head, rows)


def _placings_table(quality: Quality) -> str:
    rows = [
        [who, str(sum(counts.values())), *(str(counts[placing]) for placing in Placing)]
        for who, counts in quality.placings.items()
        if sum(counts.values())
    ]
    note = "Heads that several people marked, and how each one's label compares with the others'."
    return table("Head and tail", note, ["annotator", "heads", *Placing], rows)


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
    return table("Presence", note, head, rows) if quality.multiply else ""


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
        found.append(table("", note, ["frame", "why"], rows))
    return "".join(found)


def _figure(doubt: Doubt, images: Path | None, colors: Mapping[str, str]) -> str:
    picture = None if images is None else picture_of(doubt.head, images, colors)
    if picture is None:
        return ""
    return (
        f"<figure><img alt='' src='{inline(picture, 'jpeg')}'><figcaption>"
        f"<b>{escape(_frame_name(doubt))}</b><br>{escape(doubt.why)}</figcaption></figure>"
    )


def _frame_name(doubt: Doubt) -> str:
    frame = doubt.head.label.frame
    return f"{frame.file}, frame {frame.index}" if frame.index else frame.file


def _number(value: float, *, sign: bool = False) -> str:
    if math.isnan(value):
        return ""
    return f"{value:+.2f}" if sign else f"{value:.2f}"
