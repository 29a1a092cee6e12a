"""A training's report in plain words: what a figure means, and what to do next."""

from __future__ import annotations

import math

from models.labels.meaning import Statement
from models.train.report import Report

_USABLE, _GOOD = 0.85, 0.97  # shares of heads within half their length
_FEW_FRAMES = 50
_HEAD_PX = 104.0  # how long the network is shown a head


def statements(report: Report) -> list[Statement]:
    """Return what a report on held-out frames means, the most important first."""
    return [_found(report), _exact(report), _empty(report), _amount(report)]


def _found(report: Report) -> Statement:
    share = report.search.within_half_head
    if share >= _GOOD:
        todo = "Good: try it on the rig (detector.model in config.yaml), and look at its doubts."
    elif share >= _USABLE:
        todo = (
            "Usable with somebody at the rig. Label more frames like those it fails in: "
            "`wormlock evaluate` shows them, worst first."
        )
    else:
        todo = (
            "Not of use yet. Look at the picture of the worst frames. Heads taken at the tail: "
            "label frames that show both ends. All over the place: train longer (--minutes), and "
            "see that nose and bulb were not mixed up (`wormlock labels report`)."
        )
    where = report.track.within_half_head
    return Statement(
        "It finds the head",
        f"in {share:.0%} of the frames; in {where:.0%} where it is told about where to look",
        "So many of its surest answers lie within half a head's length. While it follows an "
        "animal it is told; when it has lost it, it searches.",
        todo,
    )


def _exact(report: Report) -> Statement:
    share = report.search.median_px / _HEAD_PX
    if math.isnan(share):
        return Statement("It is exact", "not known", "It found nothing.", "Train longer.")
    return Statement(
        "It is exact",
        f"half of its answers are within {share:.0%} of the head's length",
        "People differ by 2 to 5 % from each other: much better than that cannot be asked for.",
        "" if share <= 0.05 else "Train longer; then mark the points more exactly (z looks close).",
    )


def _empty(report: Report) -> Statement:
    share = report.search.false_alarms
    if math.isnan(share):
        return Statement(
            "Frames without a head",
            "none among those that it was judged by",
            "Whether it sees heads where none are is not known; on the rig it would follow dirt.",
            "Label some frames without a head as absent: a tenth of all is enough.",
        )
    return Statement(
        "Frames without a head",
        f"in {share:.0%} of them it saw one",
        "On the rig such a head is followed until the loop finds out.",
        "" if share <= 0.05 else "Label more frames without a head: dirt, eggs, tails, bare agar.",
    )


def _amount(report: Report) -> Statement:
    count = report.search.with_animal
    share = min(max(report.search.within_half_head, 0.05), 0.95)
    chance = 1.96 * math.sqrt(share * (1.0 - share) / max(count, 1))
    return Statement(
        "Judged by",
        f"{count} frames with a head: by chance alone the share may be off by {chance:.0%}",
        "They were kept from the training. Frames of the same animal still flatter.",
        "Label more recordings rather than more of one." if count < _FEW_FRAMES else "",
    )
