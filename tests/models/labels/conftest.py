"""Frames whose truth is known, annotators whose habits are, and files written by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.labels.invented import Habit, invent_pass
from models.labels.label import NO_POINTS, Frame, Label, LabelSet, Point, Presence, State

HEAD_LENGTH_PX = 40.0


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a text file into the test's own folder."""

    def write_text(name: str, text: str) -> Path:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write_text


def true_labels(count: int, *, absent: int = 0, seed: int = 1) -> LabelSet:
    """Return frames of 968 x 732 px with a head 40 px long, the last of them without one."""
    random = np.random.default_rng(seed)
    labels: list[Label] = []
    for number in range(count):
        angle_rad = random.uniform(0.0, 2.0 * np.pi)
        along = np.array([np.cos(angle_rad), np.sin(angle_rad)])
        nose_px = random.uniform((250.0, 250.0), (700.0, 480.0))
        marks = [nose_px + share * HEAD_LENGTH_PX * along for share in (0.0, 0.6, 1.0)]
        points = tuple(Point(State.MARKED, (float(x), float(y))) for x, y in marks)
        is_present = number < count - absent
        labels.append(
            Label(
                frame=Frame(f"plate/{number:04}.png", 0, (968, 732)),
                annotator="truth",
                presence=Presence.PRESENT if is_present else Presence.ABSENT,
                points=points if is_present else NO_POINTS,
            )
        )
    return LabelSet(tuple(labels))


def labelled(truth: LabelSet, *habits: Habit, seed: int = 1) -> LabelSet:
    """Return the passes of invented annotators, one after the other."""
    passes = [invent_pass(truth, habit, seed=seed + n) for n, habit in enumerate(habits)]
    return LabelSet(tuple(label for one in passes for label in one))


@pytest.fixture
def truth() -> Callable[..., LabelSet]:
    """Frames whose truth is known."""
    return true_labels


@pytest.fixture
def annotate() -> Callable[..., LabelSet]:
    """What annotators of known habits make of them."""
    return labelled
