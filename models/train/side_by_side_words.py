"""Single, ensemble and distilled network in a table, and in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean

from models.evaluate.comparing import Comparison
from models.evaluate.measures import Measures
from models.labels.meaning import Statement
from models.train.report_words import LEAST_STEPS, too_few_steps
from models.train.side_by_side import BEGAN, DISTILLED, ENSEMBLE, SINGLE, SideBySide

_HEAD = ("", "found", "median px", "p95 px", "swaps", "presence", "doubt")
_FEW = 50  # heads: below it only gross differences can be seen
_WORSE = 1.1  # a median error larger by this factor is called worse
_APART = 1.5  # mean expected and true errors further from each other than by this factor are told


def table(sides: SideBySide) -> list[str]:
    """Return the lines of a table, a model a line."""
    rows: list[tuple[str, ...]] = [_HEAD]
    for name, found in sides.measures.items():
        auc = _figure(found.doubt_auc)
        shares = (found.within_half_length, found.swaps, found.presence)
        within, swaps, presence = (
            f"{100.0 * share.part:.1f} %" if share.of else "-" for share in shares
        )
        errors = f"{found.px.median:.2f}", f"{found.px.p95:.1f}"
        rows.append((name, within, *errors, swaps, presence, auc))
    return _aligned(rows)


def expectations(sides: SideBySide) -> list[str]:
    """Return the lines of a table of expected errors, before and after their calibration."""
    rows: list[tuple[str, ...]] = [
        ("ensemble, px", "true error", "before", "after", "order before", "order after")
    ]
    for name, one in sides.expectations.items():
        means = one.true_px, one.apart_px, one.expected_px
        orders = one.apart_correlation, one.expected_correlation
        rows.append((name, *map(_figure, (*means, *orders))))
    return _aligned(rows)


def statements(sides: SideBySide, model: Path, *, start: str | None = None) -> list[Statement]:
    """Return what it means, and what to do next; `model` is the distilled one.

    `start` names the model that the training began from.
    """
    single = sides.measures[SINGLE]
    said = [
        *(too_few_steps(sides.steps) if sides.steps is not None else ()),
        _against(sides.comparisons[ENSEMBLE], ENSEMBLE, SINGLE),
        _against(sides.comparisons[DISTILLED], DISTILLED, SINGLE),
        _against(sides.taught, DISTILLED, ENSEMBLE),
        *_beginning(sides),
        *_trust(sides),
        Statement("Which to use", *_choice(sides, model, start or BEGAN)),
    ]
    if single.heads < _FEW:
        said.append(
            Statement(
                "Few frames",
                f"{single.heads} heads are held out",
                "So few show gross differences only.",
                "Label more recordings before you trust any order among them.",
            )
        )
    return said


def lines(sides: SideBySide, model: Path, *, start: str | None = None) -> Iterator[str]:
    """Yield the whole report as lines to print."""
    yield from table(sides)
    yield ""
    if sides.expectations:
        yield from expectations(sides)
        yield ""
    for each in statements(sides, model, start=start):
        yield f"{each.title}: {each.figure}"
        yield f"  {each.meaning}"
        if each.todo:
            yield f"  > {each.todo}"


def _against(comparison: Comparison, second: str, first: str) -> Statement:
    found, error_px = comparison.found, comparison.error_px
    is_clear = found.is_clear or error_px.is_clear
    return Statement(
        f"{second} against {first}",
        f"found {100.0 * found.value:+.1f} % ({100.0 * found.low:+.1f} to {100.0 * found.high:+.1f}"
        f"), median error where both saw one {error_px.value:+.2f} px ({error_px.low:+.2f} to "
        f"{error_px.high:+.2f})",
        f"In brackets what chance alone leaves open (95 %, {comparison.by} drawn anew)."
        + ("" if is_clear else " The two cannot be told apart on these frames."),
    )


def _beginning(sides: SideBySide) -> Iterator[Statement]:
    """Say how the model begun from does beside the single network, where it is known."""
    if BEGAN in sides.comparisons:
        yield _against(sides.comparisons[BEGAN], BEGAN, SINGLE)


def _trust(sides: SideBySide) -> Iterator[Statement]:
    """Say whether expected errors can be believed."""
    known = [one for one in sides.expectations.values() if math.isfinite(one.true_px)]
    if not known:
        return
    true_px = fmean(one.true_px for one in known)
    apart_px = fmean(one.apart_px for one in known)
    expected_px = fmean(one.expected_px for one in known)
    factor = max(expected_px, 1e-6) / max(true_px, 1e-6)
    is_off = not 1.0 / _APART <= factor <= _APART
    yield Statement(
        "Expected errors",
        f"heads that were found were {true_px:.2f} px off in the mean; the networks lay "
        f"{apart_px:.2f} px apart, which was calibrated to an expectation of {expected_px:.2f} px",
        "Networks that learned from the same labels share mistakes: how far they lie apart tells "
        "where doubt is greater, and only held-out frames tell how great.",
        "Your frames differ from those that the doubts were fitted to: label some more recordings."
        if is_off
        else "",
    )


def _is_worse(one: Measures, other: Measures) -> bool:
    """Return whether the one found fewer heads, or as many but less exactly."""
    found, before = one.within_half_length.count, other.within_half_length.count
    return found < before or (found == before and one.px.median > _WORSE * other.px.median)


def _kept(sides: SideBySide, name: str, start: str) -> tuple[str, str, str] | None:
    """Return the words for keeping the model begun from, where the new one is no better."""
    before, now = sides.measures.get(BEGAN), sides.measures[name]
    if before is None or _is_worse(before, now):
        return None
    how = "worse" if _is_worse(now, before) else "no better"
    return (
        start,
        f"Keep the one you began from: on these frames the {name} network is {how}.",
        "Train longer (--minutes), or on more labelled frames, before you use a new one.",
    )


def _choice(sides: SideBySide, model: Path, start: str) -> tuple[str, str, str]:
    against, taught = sides.comparisons[DISTILLED], sides.taught
    worse = against.found.high < 0.0 or against.error_px.low > 0.0
    better = against.found.low > 0.0 or against.error_px.high < 0.0
    chosen = SINGLE if worse and not better else DISTILLED
    if kept := _kept(sides, chosen, start):
        return kept
    if chosen == SINGLE:
        return (
            str(model.with_name("single.yaml")),
            "On these frames the distilled network is clearly worse than a single one.",
            "Give it more --minutes, and --unlabelled pictures of your rig to learn from.",
        )
    if sides.steps is not None and sides.steps < LEAST_STEPS:
        return str(model), "The distilled network, once it has learned.", "Train longer first."
    if taught.found.high < 0.0 or taught.error_px.low > 0.0:
        return (
            str(model),
            "The distilled network, of a single one's speed. The ensemble still knows clearly more "
            "than it was taught, and takes as many times as long as it has networks.",
            "Give it more --minutes, and --unlabelled pictures of your rig to learn from.",
        )
    return (
        str(model),
        "The distilled network: of a single one's speed, and as good as the ensemble as far as "
        "these frames can tell.",
        f"Record with it, then `wormlock harvest RECORDING --model "
        f"{model.with_name('ensemble.yaml')}`: where the networks disagree, labels teach most.",
    )


def _figure(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "-"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) + 2 for place in range(len(rows[0]))]
    return [
        row[0].ljust(widths[0])
        + "".join(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
