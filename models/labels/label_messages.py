"""What the labelling page and its server say to each other, as JSON.

A point is null (not given) or {"state", "x", "y"} with x and y in pixels of the frame where it has
a place; a head is three of them, in the order of `KEYPOINTS`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from models.detection import KEYPOINTS, Candidate
from models.labels.label import NO_POINTS, NOT_GIVEN, NOT_VISIBLE, Label, Point, Presence, State
from models.labels.labelling import Handed, Said
from models.labels.standing import Progress
from models.labels.text_files import Json, fields, items, number_of, text_of

MOST_HEADS = 20
_STEP_PERCENT = 5


def said_from(message: Json) -> tuple[int, Said]:
    """Read what a page sends: which place of the annotator's list, and what is said of its frame.

    Raises:
        ValueError: it is not what a page of ours sends.
    """
    sent = fields(message)
    at = number_of(sent.get("at"))
    if at is None or at != int(at):
        raise ValueError("which frame is meant is not said")
    presence = text_of(sent.get("presence"))
    if presence not in {known.value for known in Presence}:
        raise ValueError(f"presence {presence!r}: expected {', '.join(Presence)}")
    heads = [_head(head) for head in items(sent.get("heads"))]
    if len(heads) > MOST_HEADS:
        raise ValueError(f"{len(heads)} heads: expected at most {MOST_HEADS}")
    if any(head == NO_POINTS for head in heads):
        raise ValueError("a head of which nothing is said")
    return int(at), Said(Presence(presence), tuple(heads))


def took_proposal(message: Json) -> bool:
    """Say whether some of the points are a model's that the annotator took over."""
    return fields(message).get("tookProposal") is True


def _head(message: Json) -> tuple[Point, ...]:
    points = items(message)
    if len(points) != len(KEYPOINTS):
        raise ValueError(f"a head of {len(points)} points: expected {len(KEYPOINTS)}")
    return tuple(map(_point, points))


def _point(message: Json) -> Point:
    if message is None:
        return NOT_GIVEN
    sent = fields(message)
    state = text_of(sent.get("state"))
    if state == State.NOT_VISIBLE:
        return NOT_VISIBLE
    x_px, y_px = number_of(sent.get("x")), number_of(sent.get("y"))
    if state not in (State.MARKED, State.HIDDEN) or x_px is None or y_px is None:
        raise ValueError(f"a point {state!r} at {x_px}, {y_px}: expected a state and a place")
    return Point(State(state), (round(x_px, 2), round(y_px, 2)))


def task_message(handed: Handed, size_px: tuple[int, int], why: str) -> dict[str, Json]:
    """Return what a page needs to show a frame; neither its name nor its pass is told."""
    labels = sorted(handed.labels, key=lambda label: label.animal)
    width_px, height_px = size_px
    return {
        "at": handed.at,
        "size": [width_px, height_px],
        "confirmed": handed.is_confirmed,
        "presence": labels[0].presence.value if labels else "",
        "heads": [_told_head(label) for label in labels if label.presence is Presence.PRESENT],
        "why": why,
    }


def _told_head(label: Label) -> list[Json]:
    return [_told_point(point) for point in label.points]


def _told_point(point: Point) -> Json:
    if point.state is State.NOT_GIVEN:
        return None
    if point.at_px is None:
        return {"state": point.state.value}
    return {"state": point.state.value, "x": point.at_px[0], "y": point.at_px[1]}


def proposal_message(candidates: Sequence[Candidate]) -> list[Json]:
    """Return a model's heads, as a proposal."""
    return [
        [
            {"state": State.MARKED.value, "x": round(float(x), 2), "y": round(float(y), 2)}
            if math.isfinite(x) and math.isfinite(y)
            else None
            for x, y in candidate.keypoints_px
        ]
        for candidate in candidates
    ]


def progress_message(progress: Progress, who: str, others: Mapping[str, int]) -> dict[str, Json]:
    """Return how far everybody is; `others` are those with a page of their own, by name.

    The whole is told in steps of 5 %: to the frame it would tell which frames do not count for it,
    gold ones and repeats.
    """
    part = progress.voices_given / max(1, progress.voices_wanted)
    steps = int(100 * part / _STEP_PERCENT) * _STEP_PERCENT
    return {
        "who": who,
        "told": f"{steps} % of all that is to be labelled"
        if part < 1.0
        else "all that was to be labelled is labelled",
        "by": [[name, count] for name, count in others.items()],
    }
