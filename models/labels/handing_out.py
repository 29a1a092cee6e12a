"""Who gets which frame next: pure, so that the same labels, frames and seed say the same again.

A share of the frames is wanted from several people, every other frame from one. Mixed in, and
told to nobody: frames whose truth an expert marked (gold), and frames that the same person has
labelled before (blind repeats). Nothing is remembered here but what the labels themselves say, so
that a session that was ended goes on where it stood.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.labels.label import FrameKey

REPEAT_AFTER = 20  # frames between a person's first look at a frame and the second


@dataclass(frozen=True, slots=True)
class Task:
    """A frame for somebody to label; `repeat` counts her earlier passes over it."""

    frame: FrameKey
    repeat: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be labelled, and how often. Shares lie in 0..1.

    `share` of the frames go to `people` annotators each; `repeats` and `gold_share` are shares of
    each person's own work. A plan that `keeps_order` hands frames out as they are listed.
    """

    frames: Sequence[FrameKey]
    gold: Sequence[FrameKey] = ()
    share: float = 0.33
    people: int = 3
    repeats: float = 0.03
    gold_share: float = 0.05
    seed: int = 1
    keeps_order: bool = False


@dataclass(frozen=True, slots=True)
class Deck:
    """A plan, laid out: the frames in the order of handing out, and how many voices each wants."""

    plan: Plan
    order: tuple[FrameKey, ...]
    gold: tuple[FrameKey, ...]
    wanted: Mapping[FrameKey, int] = field(repr=False)

    def __contains__(self, frame: FrameKey) -> bool:
        return frame in self.wanted or frame in self.gold

    def without(self, left_out: FrameKey) -> Deck:
        """Return the deck but for one frame; the others stay as they are."""
        return Deck(
            plan=self.plan,
            order=tuple(frame for frame in self.order if frame != left_out),
            gold=tuple(frame for frame in self.gold if frame != left_out),
            wanted={frame: wanted for frame, wanted in self.wanted.items() if frame != left_out},
        )


def lay_out(plan: Plan) -> Deck:
    """Choose which frames several people get, and the order of all; gold frames lie apart."""
    gold = set(plan.gold)
    frames = [frame for frame in dict.fromkeys(plan.frames) if frame not in gold]
    by_lot = sorted(frames, key=lambda frame: _draw(plan.seed, "shared", frame))
    shared = set(by_lot[: round(plan.share * len(frames))])
    if not plan.keeps_order:
        frames.sort(key=lambda frame: _draw(plan.seed, "order", frame))
    return Deck(
        plan=plan,
        order=tuple(frames),
        gold=tuple(sorted(gold, key=lambda frame: _draw(plan.seed, "gold", frame))),
        wanted={frame: plan.people if frame in shared else 1 for frame in frames},
    )


def next_task(
    deck: Deck,
    annotator: str,
    done: Mapping[str, Sequence[Task]],
    held: Mapping[str, FrameKey],
) -> Task | None:
    """Return what an annotator is to label next, None where nothing is left for her.

    Args:
        deck: what there is.
        annotator: who asks.
        done: what each has labelled, first things first.
        held: the frame that each has before her and has not labelled yet.
    """
    own = done.get(annotator, ())
    seen = {task.frame for task in own}
    return (
        _due_gold(deck, annotator, own, seen)
        or _due_repeat(deck, annotator, own)
        or _first_pass(deck, annotator, done, held, seen)
    )


def voices(deck: Deck, done: Mapping[str, Sequence[Task]]) -> Counter[FrameKey]:
    """Count how many people have labelled each frame of a deck; gold frames are left out."""
    return Counter(
        frame
        for tasks in done.values()
        for frame in {task.frame for task in tasks}
        if frame in deck.wanted
    )


def _due_gold(deck: Deck, annotator: str, own: Sequence[Task], seen: set[FrameKey]) -> Task | None:
    gold = set(deck.gold)
    given = sum(task.frame in gold and task.repeat == 0 for task in own)
    plan = deck.plan
    if given >= _due(len(own) + 1, plan.gold_share, plan.seed, annotator, "gold"):
        return None
    return next((Task(frame) for frame in deck.gold if frame not in seen), None)


def _due_repeat(deck: Deck, annotator: str, own: Sequence[Task]) -> Task | None:
    plan = deck.plan
    given = sum(task.repeat > 0 for task in own)
    if given >= _due(len(own), plan.repeats, plan.seed, annotator, "repeat"):
        return None
    again = {task.frame for task in own if task.repeat > 0}
    early = [task.frame for task in own[: max(0, len(own) - REPEAT_AFTER)]]
    free = [frame for frame in early if frame not in again]
    if not free:
        return None
    return Task(min(free, key=lambda frame: _draw(plan.seed, annotator, frame)), 1)


def _first_pass(
    deck: Deck,
    annotator: str,
    done: Mapping[str, Sequence[Task]],
    held: Mapping[str, FrameKey],
    seen: set[FrameKey],
) -> Task | None:
    given = voices(deck, done)
    for who, frame in held.items():
        if who != annotator and Task(frame) not in done.get(who, ()):
            given[frame] += 1
    free = (frame for frame in deck.order if frame not in seen)
    return next((Task(frame) for frame in free if given[frame] < deck.wanted[frame]), None)


def _due(count: int, share: float, *words: object) -> int:
    """Return how many of `count` frames are to be special ones.

    One falls into every stretch of 1 / `share` frames, at a place within it that nobody guesses.
    """
    whole, part = divmod(count * share, 1.0)
    return int(whole) + (share < 1.0 and part > _draw(*words, int(whole)))


def _draw(*words: object) -> float:
    """Return a number in 0..1 that hangs on the words alone, on every computer."""
    drawn = hashlib.blake2b(repr(words).encode(), digest_size=8).digest()
    return int.from_bytes(drawn, "big") / 2.0**64
