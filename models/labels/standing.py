"""How far everybody has come, and how near to the truth (told of several gold frames at once)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.labels.faults import LabelError
from models.labels.gold import GoldQuality, judge_by_gold
from models.labels.handing_out import Deck, Task, voices
from models.labels.label import LabelSet

GOLD = "gold"
_AT_ONCE = 5  # so that nobody can tell which frame was gold


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a deck is labelled: frames with a label, and voices given of those wanted."""

    frames: int
    labelled: int
    voices_wanted: int
    voices_given: int
    by_annotator: Mapping[str, int]  # frames labelled, repeats and gold frames too


def progress_of(deck: Deck, done: Mapping[str, Sequence[Task]]) -> Progress:
    """Count what was labelled of a deck."""
    given = voices(deck, done)
    return Progress(
        frames=len(deck.order),
        labelled=len(given),
        voices_wanted=sum(deck.wanted.values()),
        voices_given=sum(min(given[frame], wanted) for frame, wanted in deck.wanted.items()),
        by_annotator={who: len(tasks) for who, tasks in done.items()},
    )


def beside_gold(labels: LabelSet, gold: LabelSet) -> Mapping[str, GoldQuality]:
    """Hold everybody's first passes against the gold labels; nobody who saw none is in it."""
    frames = {label.frame.key for label in gold}
    own = [label for label in labels if label.repeat == 0 and label.frame.key in frames]
    if not own:
        return {}
    truth = (replace(label, annotator=GOLD, repeat=0) for label in gold)
    try:
        judged = judge_by_gold(LabelSet((*own, *truth)), GOLD)
    except LabelError:  # they all marked other animals than the expert did
        return {}
    return {quality.pair.one: quality for quality in judged}


def by_fives(labels: LabelSet, gold: LabelSet, annotator: str) -> LabelSet:
    """Return somebody's labels of her first 5, 10, 15 ... gold frames, as many as there are."""
    frames = {label.frame.key for label in gold}
    own = [one for one in labels.by(annotator) if one.frame.key in frames and one.repeat == 0]
    seen = list(dict.fromkeys(label.frame.key for label in own))
    told = set(seen[: len(seen) // _AT_ONCE * _AT_ONCE])
    return LabelSet(tuple(label for label in own if label.frame.key in told))


def told_of_gold(quality: GoldQuality) -> str:
    """Say in one line how near to the truth somebody's labels lie."""
    distances = quality.pair.distances.values()
    pixels = np.concatenate([of_keypoint.pixels for of_keypoint in distances])
    heads = np.concatenate([of_keypoint.heads for of_keypoint in distances])
    said = f"{quality.pair.heads} heads beside the expert's"
    if len(pixels):
        said += f": points typically {np.median(pixels):.1f} px off"
        share = float(np.median(heads))
        said += f" ({100 * share:.0f} % of a head)" if math.isfinite(share) else ""
    return f"{said}; {len(quality.missed)} with another end, or another answer"
