"""The same number for the same animal, where annotators numbered several in a frame differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.labels.label import FrameKey, Label, LabelSet
from models.labels.placing import HeadLengths, distance_px

_FAR_HEADS = 2.0  # farther apart than this, two labels mean two animals


def match_animals(labels: LabelSet, lengths: HeadLengths) -> LabelSet:
    """Number the animals of each frame as the annotator does who marked most of them."""
    frames: dict[FrameKey, dict[tuple[str, int], list[Label]]] = {}
    for label in labels:
        passes = frames.setdefault(label.frame.key, {})
        passes.setdefault((label.annotator, label.repeat), []).append(label)
    matched: dict[int, Label] = {}
    for passes in frames.values():
        if max(map(len, passes.values())) == 1:
            continue
        order = sorted(passes, key=lambda who: (-len(passes[who]), who))
        known: list[Label] = list(passes[order[0]])
        for who in order[1:]:
            for label, number in _numbered(passes[who], known, lengths):
                matched[id(label)] = replace(label, animal=number)
    return LabelSet(tuple(matched.get(id(label), label) for label in labels))


def _numbered(
    labels: Sequence[Label], known: list[Label], lengths: HeadLengths
) -> list[tuple[Label, int]]:
    """Pair one pass's labels with the animals known, nearest pair first; others are new."""
    pairs = sorted(
        (distance_px(label.keypoints_px(), other.keypoints_px()), place, number)
        for place, label in enumerate(labels)
        for number, other in enumerate(known)
    )
    numbers: dict[int, int] = {}
    for apart_px, place, number in pairs:
        is_near = apart_px <= _FAR_HEADS * lengths.of(labels[place])
        if is_near and place not in numbers and known[number].animal not in numbers.values():
            numbers[place] = known[number].animal
    for place, label in enumerate(labels):
        if place not in numbers:
            taken = {other.animal for other in known} | set(numbers.values())
            free = next(n for n in range(len(taken) + 1) if n not in taken)
            numbers[place] = free
            known.append(replace(label, animal=free))
    return [(label, numbers[place]) for place, label in enumerate(labels)]
