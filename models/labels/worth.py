"""How many more frames to have labelled by several people, and what that would find."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.labels.pairs import Share
from models.labels.quality import Quality, scatter_px

FEWEST_PAIRS = 60
_HALF_WIDTH = 0.05
_RARE, _OFTEN = 0.01, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What more repeats would bring.

    `wrong` is how likely a single label is to mean a wrong end or a wrong presence, with its
    95 % bounds; `wrong_singles` how many of the singly labelled heads that makes.
    """

    pairs: int
    wrong: float
    wrong_low: float
    wrong_high: float
    singly: int
    frames_for_precision: int  # more of them, for the share within the criterion to 5 points
    one_px: float  # typical error of one person's mark, beside the common opinion
    three_px: float  # of three people's centre

    @property
    def wrong_singles(self) -> float:
        """How many singly labelled heads are probably wrong."""
        return self.wrong * self.singly

    @property
    def labels_per_find(self) -> float:
        """Second opinions needed to find one wrong label."""
        return 1.0 / self.wrong if self.wrong > 0 else math.inf


def weigh_repeats(quality: Quality) -> Worth:
    """Reckon from the disagreement of pairs what single labels are worth."""
    gross, presence = quality.gross_pairs, quality.presence_agreed
    rates = [_errors(gross), _errors(Share(presence.of - presence.count, presence.of))]
    wrong, low, high = (min(1.0, sum(rate[place] for rate in rates)) for place in range(3))
    scatter = scatter_px(quality.hands)
    return Worth(
        pairs=gross.of,
        wrong=wrong,
        wrong_low=low,
        wrong_high=high,
        singly=quality.singly,
        frames_for_precision=_more_frames(quality.within),
        one_px=1.1774 * scatter,
        three_px=1.1774 * scatter / math.sqrt(3.0),
    )


def _errors(disagreeing: Share) -> tuple[float, float, float]:
    """Return how often one label is wrong, if two disagree so often: 2 w (1 - w) of the pairs."""
    low, high = disagreeing.interval()
    if not disagreeing.of:
        return 0.0, 0.0, 0.0
    found = [
        (1.0 - math.sqrt(max(0.0, 1.0 - 2.0 * part))) / 2.0
        for part in (disagreeing.part, low, high)
    ]
    return found[0], found[1], found[2]


def _more_frames(within: Share) -> int:
    part = min(0.95, max(0.05, within.part)) if within.of else 0.5
    needed = math.ceil(1.96**2 * part * (1.0 - part) / _HALF_WIDTH**2)
    return max(0, needed - within.of)


def advice(worth: Worth) -> str:
    """Say in plain words whether more repeats are worth their while."""
    if worth.pairs == 0:
        third = max(1, round(worth.singly / 3))
        return (
            "No frame was marked by two people, so nothing is known of how good the labels are. "
            f"The usual practice is to have a third of the frames (here {third}) labelled by "
            "three people."
        )
    if worth.pairs < FEWEST_PAIRS:
        return (
            f"Only {worth.pairs} pairs of labels can be compared: too few for a rate of errors. "
            f"Have about {math.ceil((FEWEST_PAIRS - worth.pairs) / 3)} more frames labelled by "
            "three people, and look again."
        )
    bounds = (worth.wrong, worth.wrong_low, worth.wrong_high)
    middle, low, high = (f"{100 * bound:.1f}" for bound in bounds)
    told = (
        f"About {middle} % ({low} to {high}) of single labels mean the wrong end or a wrong "
        "presence"
    )
    if worth.singly:
        some = f"some {worth.wrong_singles:.0f}" if worth.wrong_singles >= 0.5 else "hardly any"
        told += f": {some} of the {worth.singly} heads labelled once"
    return f"{told}. {_verdict(worth)} {_precision(worth)}"


def _verdict(worth: Worth) -> str:
    second = (
        f"A second opinion on every frame labelled once would take {worth.singly} labels and "
        f"find a wrong one in every {worth.labels_per_find:.0f}"
    )
    if worth.wrong < _RARE:
        return (
            "More repeats are not worth it: time is better spent on new frames, most of all on "
            "looks and postures that are not among these yet."
        )
    if worth.wrong < _OFTEN:
        first = "Look through the worklist first."
        then = f" {second}; spend the time on new frames unless every error counts."
    else:
        first = (
            "Agree first on how to tell head from tail and when a head counts as there, and mend "
            "the worklist together."
        )
        then = f" Then more repeats are worth their while. {second}."
    return first + then if worth.singly else first


def _precision(worth: Worth) -> str:
    if worth.frames_for_precision:
        known = (
            f"For the share within the criterion to be known to 5 points, "
            f"{worth.frames_for_precision} more heads marked by several are needed."
        )
    else:
        known = "The share within the criterion is known to 5 points or better already."
    if math.isnan(worth.one_px):
        return known
    return (
        f"{known} The centre of three people's marks is off by about {worth.three_px:.1f} px "
        f"where one person's is by {worth.one_px:.1f} px; a network that learns from many frames "
        "averages such scatter by itself, but not a bias that people share."
    )
