"""A training's report in plain words: what a figure means, and what to do next."""

from __future__ import annotations

import math
from collections.abc import Iterator

from models.labels.meaning import Statement
from models.train.report import Report, Score

_USABLE, _GOOD = 0.85, 0.97  # shares of heads within half their length
_FEW_FRAMES = 50
_HEAD_PX = 104.0  # how long the network is shown a head
LEAST_STEPS = 300  # of fewer nothing can be said
_WORSE = 1.1  # errors larger by this factor are called worse


def statements(report: Report) -> list[Statement]:
    """Return what a report on held-out frames means, the most important first."""
    said = [] if report.steps is None else list(too_few_steps(report.steps))
    said += [_began(report, report.began)] if report.began is not None else []
    return [*said, _found(report), _exact(report), _empty(report), _amount(report)]


def too_few_steps(steps: int) -> Iterator[Statement]:
    """Say so where a training was too short for its figures to mean anything."""
    if steps < LEAST_STEPS:
        yield Statement(
            "Too short",
            f"the training had {steps} steps, and fewer than {LEAST_STEPS} change little",
            "The figures say nothing yet about what your frames can teach.",
            "Give the same command again without --minutes (ten on labels), or with at least 3.",
        )


def _is_worse(one: Score, other: Score) -> bool:
    """Return whether the one found fewer heads, or as many but less exactly."""
    return one.found < other.found or (
        one.found == other.found and one.median_px > _WORSE * other.median_px
    )


def _began(report: Report, began: Report) -> Statement:
    now, before = report.search, began.search
    if _is_worse(now, before):
        meaning = "The trained one is worse on these frames."
        todo = "Keep the one you began from; train longer, or on more labelled frames."
    elif _is_worse(before, now):
        meaning = "The trained one is better on these frames."
        todo = ""
    else:
        meaning = "On these frames the two are alike."
        todo = "Keep the one you began from until more held-out frames tell them apart."
    return Statement(
        "Beside the one you began from",
        f"heads found {now.found:.0%}, before {before.found:.0%}; median error "
        f"{now.median_px:.1f} px, before {before.median_px:.1f} px",
        meaning,
        todo,
    )


def _found(report: Report) -> Statement:
    share = report.search.found
    began = report.began
    if began is not None and _is_worse(report.search, began.search):
        todo = "Do not use it: the one you began from does better."
    elif report.steps is not None and report.steps < LEAST_STEPS:
        todo = "Train longer before you use it."
    elif began is not None and not _is_worse(began.search, report.search):
        todo = "The one you began from does as well: label other recordings to judge both by."
    elif share >= _GOOD:
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
    where = report.track.found
    return Statement(
        "It finds the head",
        f"in {share:.0%} of the frames; in {where:.0%} where it is told about where to look",
        "In so many the surest answer's keypoints lie, in the mean, within half a head's length. "
        "While it follows an animal it is told; when it has lost it, it searches.",
        todo,
    )


def _exact(report: Report) -> Statement:
    share = report.search.median_px / _HEAD_PX
    if math.isnan(share):
        return Statement("How exact", "not known", "It saw nothing.", "Train longer.")
    return Statement(
        "How exact",
        f"half of its answers are within {share:.0%} of the head's length, by all keypoints",
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
            "Label some frames without a head as absent, in several recordings: a tenth of all is "
            "enough. Those that you have already were not among the ones held out.",
        )
    return Statement(
        "Frames without a head",
        f"in {share:.0%} of them it saw one",
        "On the rig such a head is followed until the loop finds out.",
        "" if share <= 0.05 else "Label more frames without a head: dirt, eggs, tails, bare agar.",
    )


def _amount(report: Report) -> Statement:
    count = report.search.with_animal
    share = min(max(report.search.found, 0.05), 0.95)
    chance = 1.96 * math.sqrt(share * (1.0 - share) / max(count, 1))
    return Statement(
        "Judged by",
        f"{count} frames with a head: by chance alone the share may be off by {chance:.0%}",
        "They were kept from the training. Frames of the same animal still flatter.",
        "Label more recordings rather than more of one." if count < _FEW_FRAMES else "",
    )
