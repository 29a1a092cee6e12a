"""A session in which people label: hands out frames, keeps what is confirmed, knows how far it is.

Safe to be asked by several threads. Each annotator has a list of what she was handed, labelled or
not; a frame is known to her page by its place in that list, so that nothing tells her which frames
are gold, and which she has seen before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from models.labels.assembly import outside
from models.labels.faults import LabelError
from models.labels.handing_out import Deck, Task, next_task
from models.labels.label import NO_POINTS, Frame, FrameKey, Label, LabelSet, Point, Presence
from models.labels.standing import (
    Progress,
    beside_gold,
    by_fives,
    progress_of,
    told_of_gold,
)
from models.labels.store import Store

TOOL = "wormlock label"
NO_GOLD = LabelSet(())
_HELD_S = 600.0  # a frame that somebody left lying so long goes to others


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a frame: the heads in it, each with its three points."""

    presence: Presence
    heads: tuple[tuple[Point, ...], ...] = ()
    proposed_by: str = ""  # the model whose proposal was taken for some of the points


@dataclass(frozen=True, slots=True)
class Handed:
    """A frame before an annotator: its place in her list, and what she said of it, if anything."""

    at: int
    task: Task
    labels: tuple[Label, ...]
    is_confirmed: bool


@dataclass(slots=True)
class _Desk:
    """One annotator's place: all that she was handed, and what of it is labelled."""

    handed: list[Task]
    done: dict[Task, None]  # in the order of labelling
    asked_s: float = 0.0
    confirmed: int = 0  # in this session
    judged: LabelSet = NO_GOLD  # the labels of gold frames that `told` speaks of
    told: str = ""


@dataclass(slots=True)
class Labelling:
    """A session. `since` counts only labels made later as done: for a second look at old ones."""

    store: Store
    deck: Deck
    annotators: Sequence[str]
    frame_of: Callable[[FrameKey], Frame]
    now_s: Callable[[], float]
    gold: LabelSet = NO_GOLD
    since: datetime | None = None
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _desks: dict[str, _Desk] = field(init=False)
    _lock: Lock = field(init=False, default_factory=Lock)
    _left_out: set[FrameKey] = field(init=False, default_factory=set[FrameKey])
    _is_over: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        labels = self.store.labels
        self._desks = {
            who: _Desk(list(done), done)
            for who in dict.fromkeys((*self.annotators, *labels.annotators))
            for done in [self._done(labels.by(who))]
        }

    def hand(self, annotator: str, at: int | None = None) -> Handed | None:
        """Return the frame at a place of an annotator's list; beyond its end, the next one.

        None where nothing is left for her at the moment.
        """
        with self._lock:
            desk = self._desks[annotator]
            desk.asked_s = self.now_s()
            if at is None or not 0 <= at < len(desk.handed):
                at = self._newest(annotator)
            return None if at is None else self._at(annotator, at)

    def confirm(self, annotator: str, at: int, said: Said) -> None:
        """Keep what somebody says of a frame that she was handed, in place of what she said before.

        Raises:
            ValueError: she was not handed it, or cannot say that of it; the message says why.
            LabelError: it cannot be written: nothing was changed.
            PictureError: the frame's picture is gone.
        """
        with self._lock:
            if self._is_over:
                raise LabelError("the session is over: nothing more is taken")
            desk = self._desks[annotator]
            if not 0 <= at < len(desk.handed):
                raise ValueError("this frame was not handed to you: load the page again")
            task = desk.handed[at]
            self.store.put(self._labels(annotator, task, said))
            desk.confirmed += task not in desk.done
            desk.done[task] = None

    def leave_out(self, annotator: str, frame: FrameKey) -> None:
        """Hand a frame out no more, and take it from before an annotator: it cannot be read."""
        with self._lock:
            self.deck = self.deck.without(frame)
            self._left_out.add(frame)
            desk = self._desks[annotator]
            if desk.handed and desk.handed[-1].frame == frame and desk.handed[-1] not in desk.done:
                desk.handed.pop()

    def task(self, annotator: str, at: int) -> Task | None:
        """Return what lies at a place of an annotator's list."""
        handed = self._desks[annotator].handed
        return handed[at] if 0 <= at < len(handed) else None

    def length(self, annotator: str) -> int:
        """Return how many frames an annotator was handed."""
        return len(self._desks[annotator].handed)

    def progress(self) -> Progress:
        """Say how far everybody is."""
        with self._lock:
            return progress_of(self.deck, self._all_done())

    def gold_told(self, annotator: str) -> str:
        """Say how near to the truth a person is, in words that give no gold frame away."""
        with self._lock:
            desk = self._desks[annotator]
            labels = by_fives(self.store.labels, self.gold, annotator)
            if labels != desk.judged:
                desk.judged = labels
                found = beside_gold(labels, self.gold)
                desk.told = told_of_gold(found[annotator]) if annotator in found else ""
            return desk.told

    def end(self) -> Sequence[str]:
        """Let the label that is being written be finished, take no more; say what was done."""
        with self._lock:
            self._is_over = True
            found = beside_gold(self.store.labels, self.gold)
            progress = progress_of(self.deck, self._all_done())
            by = [
                f"{desk.confirmed} by {who}" for who, desk in self._desks.items() if desk.confirmed
            ]
        return (
            f"saved {', '.join(by) or 'nothing new'}: {self.store.file}",
            f"{progress.labelled} of {progress.frames} frames have a label; "
            f"{progress.voices_given} of {progress.voices_wanted} labels wanted are there",
            *(f"left out, it cannot be read: {file}, frame {at}" for file, at in self._left_out),
            *(f"{who}, gold frames: {told_of_gold(found[who])}" for who in sorted(found)),
        )

    def _done(self, labels: Iterable[Label]) -> dict[Task, None]:
        return {
            Task(label.frame.key, label.repeat): None
            for label in labels
            if label.frame.key in self.deck and self._is_recent(label)
        }

    def _is_recent(self, label: Label) -> bool:
        if self.since is None:
            return True
        try:
            when = datetime.fromisoformat(label.when)
        except ValueError:
            return False
        return when.tzinfo is not None and when >= self.since

    def _all_done(self) -> Mapping[str, Sequence[Task]]:
        return {who: tuple(desk.done) for who, desk in self._desks.items()}

    def _newest(self, annotator: str) -> int | None:
        desk = self._desks[annotator]
        if not desk.handed or desk.handed[-1] in desk.done:
            long_ago_s = self.now_s() - _HELD_S
            held = {
                who: other.handed[-1].frame
                for who, other in self._desks.items()
                if other.handed
                and other.handed[-1] not in other.done
                and other.asked_s > long_ago_s
            }
            task = next_task(self.deck, annotator, self._all_done(), held)
            if task is None:
                return None
            desk.handed.append(task)
        return len(desk.handed) - 1

    def _at(self, annotator: str, at: int) -> Handed:
        desk = self._desks[annotator]
        task = desk.handed[at]
        labels = self.store.of((task.frame, annotator, task.repeat))
        return Handed(at, task, labels, task in desk.done)

    def _labels(self, annotator: str, task: Task, said: Said) -> list[Label]:
        frame = self.frame_of(task.frame)
        faults = [fault for head in said.heads for fault in outside(head, frame)]
        if faults:
            raise ValueError(faults[0])
        if (said.presence is Presence.PRESENT) != bool(said.heads):
            raise ValueError(f"{said.presence} with {len(said.heads)} heads marked")
        tool = self._tool(annotator, task, said)
        return [
            Label(
                frame=frame,
                annotator=annotator,
                presence=said.presence,
                points=points,
                animal=animal,
                repeat=task.repeat,
                when=self.utc_now().isoformat(timespec="seconds"),
                tool=tool,
            )
            for animal, points in enumerate(said.heads or (NO_POINTS,))
        ]

    def _tool(self, annotator: str, task: Task, said: Said) -> str:
        """Say whether a model had a hand in the points; it still has in those that stay."""
        if said.proposed_by:
            return f"{TOOL}, proposal of {said.proposed_by}"
        placed = {point for head in said.heads for point in head if point.at_px is not None}
        for label in self.store.of((task.frame, annotator, task.repeat)):
            if label.tool.startswith(TOOL) and placed & set(label.points):
                return label.tool
        return TOOL
