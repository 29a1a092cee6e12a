"""An evaluation in tables, and in plain words: what a figure means, and what to do next."""

from __future__ import annotations

import math

from models.evaluate.evaluation import Evaluation, in_stratum
from models.evaluate.judging import Outcome
from models.evaluate.measures import Measures
from models.labels.meaning import Statement, percent
from models.labels.pairs import Share

_FEW = 20  # heads: a stratum's figure below it is chance
_CLEARLY_WORSE = 0.10
_GOOD_AUC = 0.8
_EMPTY, _EMPTY_SHARE = 10, 0.1  # frames without a head: so many are enough
_LOUDER = 0.03  # of the heads


def table_rows(evaluation: Evaluation, *, um_per_px: float | None) -> list[list[str]]:
    """Return a row a model under the heads of `TABLE_HEAD`."""
    return [
        [
            name,
            f"{found.heads}",
            percent(found.within_half_length),
            percent(found.among),
            *_errors(found, um_per_px),
            percent(found.presence),
            percent(found.precision),
            percent(found.recall),
            percent(found.swaps),
        ]
        for name, found in evaluation.measures.items()
    ]


TABLE_HEAD = (
    "model",
    "heads",
    "found",
    "among the candidates",
    "median error",
    "p90",
    "p95",
    "p99",
    "presence right",
    "precision",
    "recall",
    "head and tail confused",
)


def stratum_rows(evaluation: Evaluation, name: str) -> list[list[str]]:
    """Return a row for each stratum: kind, stratum, heads, found, median and p95 in px."""
    rows: list[list[str]] = []
    for kind in evaluation.strata:
        for stratum, found in in_stratum(evaluation, name, kind).items():
            if found.heads:
                figures = [str(found.heads), percent(found.within_half_length)]
                rows.append(
                    [kind, stratum, *figures, f"{found.px.median:.1f}", f"{found.px.p95:.1f}"]
                )
    return rows


STRATUM_HEAD = ("kind", "frames", "heads", "found", "median px", "p95 px")


def statements(evaluation: Evaluation) -> list[Statement]:
    """Return what the figures mean, of the first model, and of the others beside it."""
    name, found = next(iter(evaluation.measures.items()))
    said = [_amount(evaluation), _found(name, found), _ceiling(evaluation, found)]
    louder = _louder(found)
    said += [louder] if louder else []
    weak = _weakest(evaluation, name, found)
    said += [weak] if weak else []
    said.append(_presence(found))
    said.append(_honesty(found))
    said += [compared(evaluation, name, other) for other in evaluation.comparisons]
    return said


def _errors(found: Measures, um_per_px: float | None) -> list[str]:
    """Return median, p90, p95 and p99 in px, in um where the scale is known, and of the head."""
    names = ("median", "p90", "p95", "p99")
    return [
        f"{px:.1f} px"
        + ("" if um_per_px is None else f", {um_per_px * px:.1f} um")
        + f", {100.0 * length:.0f} %"
        for px, length in (
            (getattr(found.px, name), getattr(found.lengths, name)) for name in names
        )
    ]


def _amount(evaluation: Evaluation) -> Statement:
    heads = sum(bool(frame.heads) for frame in evaluation.frames)
    absent = len(evaluation.frames) - heads
    recordings = len({frame.frame.recording for frame in evaluation.frames})
    undecided = f", {evaluation.undecided} undecided left out" if evaluation.undecided else ""
    is_few = absent < min(_EMPTY, _EMPTY_SHARE * len(evaluation.frames))
    few = "Label frames without a head too: a tenth of them is enough." if is_few else ""
    return Statement(
        "Frames",
        f"{heads} with a head, {absent} without, of {recordings} recordings{undecided}",
        "Figures hold for frames like these; those that the model was trained on flatter it.",
        few,
    )


def _found(name: str, found: Measures) -> Statement:
    return Statement(
        f"{name} finds the head",
        f"{percent(found.within_half_length)} of {found.heads} heads",
        f"So many of the heads have an answer within half their length. {_unseen(found)}",
        "Label frames in which it fails (the page shows them, worst first) and train again."
        if found.within_half_length.of and found.within_half_length.part < 0.95
        else "",
    )


def _unseen(found: Measures) -> str:
    """Say how many heads got no answer, and how far off the answers are that there were."""
    missed = found.outcomes.get(Outcome.MISSED, 0)
    answers = found.heads - missed
    if not answers:
        return "It saw none of them."
    said = f"{missed} heads were not seen at all. " if missed else ""
    return (
        f"{said}Of its {answers} answers {100.0 * found.within_half_length.count / answers:.0f} % "
        f"lie so near, half are within {found.px.median:.1f} px and 95 % within "
        f"{found.px.p95:.1f} px."
    )


def _louder(found: Measures) -> Statement | None:
    """Say so where the head was often a candidate, and another one the surer."""
    missed = found.among.count - found.within_half_length.count
    if missed <= _LOUDER * max(found.heads, 1):
        return None
    return Statement(
        "Something else was louder",
        f"{missed} heads were among the candidates, but not the surest of them",
        "A tail, dirt or another animal was. While an animal is followed the loop mostly takes the "
        "right one all the same; when it searches it does not.",
        "Label frames with whole animals, so that it learns tails.",
    )


def _ceiling(evaluation: Evaluation, found: Measures) -> Statement:
    apart_px = [
        pixels
        for pair in evaluation.quality.pairs
        for distances in pair.distances.values()
        for pixels in distances.pixels.tolist()
    ]
    if not apart_px:
        return Statement(
            "People", "no frame was labelled by two", "How exact a model can be is not known.",
            "Have a third of the frames labelled by two or three people.",
        )  # fmt: skip
    apart_px.sort()
    median_px = apart_px[len(apart_px) // 2]
    is_alike = found.px.median <= median_px
    return Statement(
        "People",
        f"two people's marks of a keypoint lie {median_px:.1f} px apart (median)",
        "The model is as close to their consensus as they are to each other: finer labels, not a "
        "larger network, would make it more exact."
        if is_alike
        else "The model is further off than people are from each other: there is room.",
    )


def _weakest(evaluation: Evaluation, name: str, found: Measures) -> Statement | None:
    worst: tuple[float, str, str, Share] | None = None
    for kind in evaluation.strata:
        for stratum, own in in_stratum(evaluation, name, kind).items():
            share = own.within_half_length
            if share.of < _FEW:
                continue
            worse = found.within_half_length.part - share.part
            if worse > _CLEARLY_WORSE and (worst is None or worse > worst[0]):
                worst = (worse, kind, stratum, share)
    if worst is None:
        return None
    _, kind, stratum, share = worst
    return Statement(
        "Weakest where",
        f"{kind}: {stratum}, {percent(share)} of {share.of} heads found",
        "Of all kinds of frames with enough heads this one is the furthest below the rest.",
        "Label more frames of this kind before any others.",
    )


def _presence(found: Measures) -> Statement:
    return Statement(
        "Head or none",
        f"right in {percent(found.presence)}; of what it calls a head {percent(found.precision)} "
        f"is one, in its place; head and tail confused in {percent(found.swaps)}",
        "A false alarm steers the stage after dirt; a confused head and tail keeps the wrong end.",
        "Label more frames with the tail in view, and whole animals."
        if found.swaps.of and found.swaps.part > 0.03
        else "",
    )


def _honesty(found: Measures) -> Statement:
    if math.isnan(found.doubt_auc):
        return Statement(
            "Doubt", "not known",
            "There are no bad answers, or no good ones, that its confidence could tell apart.",
        )  # fmt: skip
    return Statement(
        "Doubt",
        f"of a good and a bad answer the good one is surer in {100.0 * found.doubt_auc:.0f} %",
        "50 % would be chance, 100 % perfect: what the loop's choice among candidates can rest on.",
        "" if found.doubt_auc >= _GOOD_AUC else "Do not trust its confidence to sort frames.",
    )


def compared(evaluation: Evaluation, first: str, other: str) -> Statement:
    """Say how much better or worse one model is, and whether that is more than chance."""
    comparison = evaluation.comparisons[other]
    found, error_px = comparison.found, comparison.error_px
    clear = found.is_clear or error_px.is_clear
    return Statement(
        f"{other} against {first}",
        f"found {100.0 * found.value:+.1f} % ({100.0 * found.low:+.1f} to "
        f"{100.0 * found.high:+.1f}), median error where both saw one {error_px.value:+.2f} px "
        f"({error_px.low:+.2f} to {error_px.high:+.2f})",
        f"In brackets what chance alone leaves open (95 %, {comparison.by} drawn anew)."
        + ("" if clear else " The two cannot be told apart on these frames."),
        "" if clear else "Label more frames, or take the faster one.",
    )
