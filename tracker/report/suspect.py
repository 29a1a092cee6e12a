"""Which step of a frame was wrong, as far as it can be told.

On a simulated rig the truth is known, and the first step that strays from it is named. On a real
one only contradictions between the steps can be: whether a choice was right is for eyes to say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hardware.types import Vec2
from tracker.geometry import head_px
from tracker.messages import GuardAction
from tracker.report.steps import NAMES, Steps

_NEAR_UM = 25.0  # farther off, neurons are lost at the field's edge
_WARM = 0.1  # of full heat
PICTURE, HEAT, CANDIDATES, CHOICE, ESTIMATE, COMMAND = range(len(NAMES))
_FINE = -1


@dataclass(frozen=True, slots=True)
class Suspect:
    """The step, by its place in `NAMES` (-1: none), and in words what is wrong with it."""

    step: int
    words: str


def suspect(steps: Steps) -> Suspect:
    """Name the first step that was wrong, or contradicts the one before it."""
    if not steps.was_taken_up:
        return Suspect(
            PICTURE, "The loop never looked at this frame: it was busy, or took a newer one."
        )
    if np.isfinite(steps.true_px).all():
        return _against_truth(steps)
    return _by_itself(steps)


def _against_truth(steps: Steps) -> Suspect:
    rows, columns = steps.image.shape
    x_px, y_px = steps.true_px.tolist()
    if not (0.0 <= x_px <= columns - 1.0 and 0.0 <= y_px <= rows - 1.0):
        return Suspect(PICTURE, "The head was outside the picture: nothing could see it.")
    off_um = steps.apart_um(steps.head_px, steps.true_px)
    if off_um <= _NEAR_UM:  # then it was a candidate, whatever the model says now
        return _after_choice(steps)
    nearest_um = min(
        (steps.apart_um(head_px(one), steps.true_px) for one in steps.candidates), default=np.inf
    )
    if nearest_um > _NEAR_UM:
        return _unseen(steps)
    if not steps.is_found:
        return Suspect(CHOICE, "A candidate lies on the head, and the loop took none.")
    return Suspect(
        CHOICE,
        f"What was taken lies {off_um:.0f} um from the head, though a candidate lies "
        f"{nearest_um:.0f} um from it.",
    )


def _after_choice(steps: Steps) -> Suspect:
    if (off_um := steps.apart_um(steps.estimate_px, steps.true_px)) > _NEAR_UM:
        return Suspect(
            ESTIMATE,
            f"The head was seen where it was, and is believed {off_um:.0f} um off: the filter "
            "lags, or the stage's place was not known.",
        )
    return _in_command(steps, steps.true_px)


def _unseen(steps: Steps) -> Suspect:
    heat = _heat_at(steps, steps.true_px)
    if heat is not None and heat < _WARM:
        return Suspect(
            HEAT,
            f"The map is cold where the head was ({heat:.2f}): the network did not see it. Label "
            "such frames and train again.",
        )
    warm = "" if heat is None else f" though the map is warm there ({heat:.2f})"
    return Suspect(
        CANDIDATES, f"No candidate within {_NEAR_UM:.0f} um of the head{warm}: too unsure of it."
    )


def _by_itself(steps: Steps) -> Suspect:
    if not steps.candidates and not steps.is_found:
        if steps.heat is not None and float(steps.heat.levels.max()) < _WARM:
            return Suspect(HEAT, "The map is cold everywhere: no head, or one that was not seen.")
        return Suspect(CANDIDATES, "There is no candidate: no head, or one too doubtful.")
    if not steps.is_found:
        return Suspect(
            CHOICE,
            "There are candidates, and none was taken: too far from where the head was expected, "
            "turned otherwise, or another animal's.",
        )
    surest_px = head_px(steps.candidates[0]) if steps.candidates else steps.head_px
    if (off_um := steps.apart_um(steps.head_px, surest_px)) > _NEAR_UM:
        return Suspect(
            CHOICE, f"Not the surest was taken: it lies {off_um:.0f} um away. Was it rightly left?"
        )
    if (off_um := steps.apart_um(steps.estimate_px, steps.head_px)) > _NEAR_UM:
        return Suspect(
            ESTIMATE,
            f"The head is believed {off_um:.0f} um from where it was seen: filter or stage.",
        )
    return _in_command(steps, steps.head_px)


def _in_command(steps: Steps, head_at_px: Vec2) -> Suspect:
    if steps.action is not GuardAction.NONE:
        return Suspect(COMMAND, f"The guard changed what was asked: {guard_words(steps.action)}.")
    if (off_um := steps.apart_um(head_at_px, steps.center_px)) > _NEAR_UM:
        return Suspect(
            COMMAND,
            f"The steps agree, and yet the head is {off_um:.0f} um off the field's centre: it "
            "turned faster than command and stage could follow.",
        )
    known = np.isfinite(steps.true_px).all()
    return Suspect(
        _FINE,
        "No step was wrong."
        if known
        else "The steps agree; whether it is the head, look yourself.",
    )


def guard_words(action: GuardAction) -> str:
    """Return what the guard did, in words.

    >>> guard_words(GuardAction.SPEED | GuardAction.TRAVEL)
    'speed, travel'
    """
    return ", ".join((one.name or "").lower() for one in action)


def _heat_at(steps: Steps, at_px: Vec2) -> float | None:
    """Return the greatest heat in the nine cells about a place; None where there is no map."""
    heat = steps.heat
    if heat is None:
        return None
    column, row = (
        int(np.clip((at - corner) // cell, 0, side - 1))
        for at, corner, cell, side in zip(
            at_px, heat.corner_px, heat.cell_px, heat.levels.shape[::-1], strict=True
        )
    )
    return float(heat.levels[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2].max())
