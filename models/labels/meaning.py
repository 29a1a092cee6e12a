"""Each figure of a report with what it means and what to do, for people, not for statisticians."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.labels.gold import GoldQuality
from models.labels.pairs import PairQuality, Share
from models.labels.placing import Placing
from models.labels.quality import Quality, scatter_px
from models.labels.worth import advice, weigh_repeats

_FEWEST_RARE = 10
_FINEST_PX = 1.5  # people hardly mark finer than this
_WRONG = (Placing.SWAPPED, Placing.REVERSED, Placing.ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Statement:
    """A figure, what it means, and what to do about it (may be empty)."""

    title: str
    figure: str
    meaning: str
    todo: str = ""


def explain(quality: Quality, gold: Sequence[GoldQuality] = ()) -> list[Statement]:
    """Return the report's statements, the most important first."""
    found = [_amount(quality), _within(quality), _ends(quality), _presence(quality)]
    found += [*_hands(quality), *_repeats(quality.repeats), *map(_gold, gold)]
    found.append(Statement("More repeats?", advice(weigh_repeats(quality)), "", ""))
    return found


def percent(share: Share) -> str:
    """Return a share with its bounds, "78 % (74 to 81)"."""
    if not share.of:
        return "nothing to compare"
    low, high = share.interval()
    return f"{100 * share.part:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def _amount(quality: Quality) -> Statement:
    heads = quality.singly + quality.multiply
    part = quality.multiply / heads if heads else 0.0
    few = part < 0.2
    return Statement(
        "Labels",
        f"{quality.frames} frames by {', '.join(quality.consensus.annotators)}; "
        f"{quality.multiply} labelled by several people ({100 * part:.0f} %), "
        f"{quality.singly} by one",
        "Only what several people labelled tells how good the labels are.",
        "A third of the frames labelled by three people is the usual practice." if few else "",
    )


def _within(quality: Quality) -> Statement:
    length_px = quality.consensus.lengths.overall
    limit = f"{100 * quality.within_heads:g} % of the head's length"
    if math.isfinite(length_px):
        limit += f" (about {quality.within_heads * length_px:.1f} px of {length_px:.0f} px)"
    each = "; ".join(
        f"{name.replace('_', ' ')} {percent(share)}"
        for name, share in quality.within_by_keypoint.items()
        if share.of
    )
    return Statement(
        "Agreement of points",
        f"{percent(quality.within)} of {quality.within.of} heads within {limit}",
        "The share of heads in which every keypoint of every two people lies that close. It is "
        "the human ceiling: no detector can be shown to be better than people agree. "
        f"Each keypoint alone: {each or 'none marked twice'}. In brackets the bounds within which "
        "the figure lies with 95 % certainty.",
        _todo_within(quality, length_px),
    )


def _todo_within(quality: Quality, length_px: float) -> str:
    limit_px = quality.within_heads * length_px
    if limit_px < _FINEST_PX:
        percents = math.ceil(100.0 * _FINEST_PX / length_px)
        return (
            f"A head is only {length_px:.0f} px long here, so that the criterion is finer than "
            f"people can mark: judge these by --within {percents}."
        )
    return "Begin with the frames at the top of the worklist." if quality.within.part < 0.9 else ""


def _ends(quality: Quality) -> Statement:
    wrong = {
        who: sum(counts[placing] for placing in _WRONG) for who, counts in quality.placings.items()
    }
    named = ", ".join(f"{who} {count}" for who, count in wrong.items() if count)
    contested = max((c[Placing.CONTESTED] for c in quality.placings.values()), default=0)
    share = quality.gross_pairs
    return Statement(
        "Head and tail",
        f"{percent(share)} of {share.of} pairs of labels mean different ends or ways round",
        "A wrong end teaches a network the wrong thing, and an average of two ends is neither. "
        f"Outvoted by the others: {named or 'nobody'}. Undecided, as it stands one against one: "
        f"up to {contested} heads; their points are left out of the consensus.",
        "Look at them again; where nobody can tell, say undecided." if share.count else "",
    )


def _presence(quality: Quality) -> Statement:
    alpha = quality.alpha
    if math.isnan(alpha):
        return Statement(
            "Presence of a head",
            f"{percent(quality.presence_agreed)} of {quality.presence_agreed.of} heads agreed",
            "Everybody always said the same, or nothing was said twice: agreement beyond chance "
            "(Krippendorff's alpha) cannot be reckoned from that.",
            "Have frames without a head among those labelled by several.",
        )
    if quality.rarer_calls < _FEWEST_RARE:
        told = (
            f"Only {quality.rarer_calls} of these heads were ever called absent (or present), too "
            "few for it to mean much: one disagreement then weighs like many."
        )
        todo = "Have more frames without a head among those labelled by several."
    elif alpha >= 0.8:
        told, todo = "0.8 and above counts as reliable.", ""
    elif alpha >= 0.667:
        told = "Between 0.667 and 0.8 only tentative conclusions are safe."
        todo = "Agree on when a head counts as there (half out of the picture? under a bubble?)."
    else:
        told = "Below 0.667 people do not mean the same by it."
        todo = "Agree on when a head counts as there before labelling more."
    return Statement(
        "Presence of a head",
        f"Krippendorff's alpha {round(alpha, 2) + 0.0:.2f}; "
        f"agreed in {percent(quality.presence_agreed)} of "
        f"{quality.presence_agreed.of}",
        f"Agreement beyond what chance would bring: 1 is perfect, 0 is chance. {told}",
        todo,
    )


def _hands(quality: Quality) -> list[Statement]:
    known = [hand for hand in quality.hands if math.isfinite(hand.bias_along_px)]
    scatter = scatter_px(quality.hands)
    if not known or math.isnan(scatter):
        return []
    worst = max(known, key=lambda hand: math.hypot(hand.bias_along_px, hand.bias_across_px))
    way = "towards the bulb" if worst.bias_along_px > 0 else "towards the nose"
    size = math.hypot(worst.bias_along_px, worst.bias_across_px)
    length_px = quality.consensus.lengths.overall
    is_large = size > max(scatter / 2.0, 0.02 * length_px)
    shared = any(hand.is_shared for hand in quality.hands)
    return [
        Statement(
            "Bias and scatter",
            f"a mark scatters by {scatter:.1f} px along each axis; the largest bias is "
            f"{worst.annotator}'s {worst.keypoint.replace('_', ' ')}: {size:.1f} px, {way}",
            "Scatter is a hand's unrest and averages out. Bias is a habit (the middle or the end "
            "of the bulb?) and does not; a bias that everybody shares shows only beside gold "
            "frames."
            + (" With two annotators their scatter cannot be told apart." if shared else ""),
            f"Show {worst.annotator} and the others each other's marks, and agree on the place."
            if is_large
            else "",
        )
    ]


def _repeats(repeats: Sequence[PairQuality]) -> list[Statement]:
    return [
        Statement(
            f"{pair.one}, the same frames again",
            f"same end in {percent(pair.same_place)} of {pair.same_place.of} blind repeats",
            f"Distances of the two passes: {distances(pair)}. A person's own unrest: others can "
            "hardly be expected to come closer.",
        )
        for pair in repeats
    ]


def _gold(found: GoldQuality) -> Statement:
    pair = found.pair
    bias = ", ".join(
        f"{name.replace('_', ' ')} {value:+.1f}"
        for name, value in found.bias_along_px.items()
        if math.isfinite(value)
    )
    is_poor = pair.same_place.of > 0 and pair.same_place.part < 0.97
    return Statement(
        f"{pair.one} beside the gold frames",
        f"right end in {percent(pair.same_place)}, presence right in "
        f"{percent(pair.presence_agreed)} of {pair.heads} labels",
        f"Distance to the truth, not only to the others: {distances(pair)}. Bias towards the bulb "
        f"in px (minus: towards the nose): {bias or 'not known'}.",
        f"Go through the gold frames that were missed with {pair.one}." if is_poor else "",
    )


def distances(pair: PairQuality) -> str:
    """Return a pair's distances, "nose 1.2 px (95 %: 3.0)"."""
    told = [
        f"{name.replace('_', ' ')} {found.median_px():.1f} px (95 %: {found.p95_px():.1f})"
        for name, found in pair.distances.items()
        if len(found.pixels)
    ]
    return ", ".join(told) or "no keypoint marked by both"
